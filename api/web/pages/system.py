"""The product's own health: the way of a message as a picture, with what is slow marked."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Mender, Reader
from api.acting import write
from api.context import context_of
from api.health import counts, stores, workers
from api.machines import machines
from api.responders import ask_again, responding
from api.web.flow_boxes import boxes
from api.web.page import reading
from api.web.pages.figures import title_of_rule

router = APIRouter()


@router.get("/system")
def show(request: Request, visitor: Reader) -> Response:
    """Workers, stores, this process."""
    answering = stores(request.app.state.context)
    with reading(request, visitor) as page:
        found = workers(page.unit)
        streams = request.app.state.live.listeners
        return page.render(
            "system.html",
            ways=[(worker, boxes(page, worker, answering, streams)) for worker in found],
            bare=[] if found else boxes(page, None, answering, streams),
            machines=machines(page.unit),
            numbers=counts(page.unit),
            responding=responding(page.unit),
            version=page.context.version,
            title_of=lambda rule: title_of_rule(page, rule),
        )


@router.post("/system/troubles/{number}/retry")
def retry(request: Request, visitor: Mender, number: int) -> Response:
    """Have the responder try a fact again."""
    context = context_of(request)
    write(context, lambda unit: ask_again(unit, number, visitor.actor, context.clock()))
    return RedirectResponse("/system", 303)
