"""``/live``: server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from api.access import Reader, identify
from api.live import Live
from api.paging import PROBLEMS
from api.problems import NotSignedIn
from api.web.look import language_of
from facility.person import Right

router = APIRouter(tags=["live"], responses=PROBLEMS)


@router.get("/live", summary="What happens, as server-sent events", response_class=StreamingResponse)
async def live(
    request: Request,
    visitor: Reader,
    points: Annotated[str, Query(description="Ids of points whose values are wanted, by commas.")] = "",
    after: Annotated[int | None, Query(ge=0, description="Begin after this fact's `seq`.")] = None,
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """`fact` (id = seq), `values` (point → value), `beat` every 2 s; `reload` when too much was missed."""
    hub: Live = request.app.state.live
    hears = visitor.actor.may(Right.SEE_SILENT)
    since = int(last_event_id) if last_event_id.isdigit() else after
    wanted = [point for point in points.split(",") if point]
    return StreamingResponse(
        hub.listen(wanted, language_of(request, visitor), since, lambda: still_known(request), hears_silent=hears),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no", "cache-control": "no-store"},
    )


def still_known(request: Request) -> bool:
    """Whether the token or session that opened the stream still holds. A watched page counts as used: boards stay signed in."""
    try:
        identify(request)
    except NotSignedIn:
        return False
    return True
