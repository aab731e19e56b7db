"""The phones that people work with: when they were last heard of, how their clocks stand, and what came of what they brought."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Dispatcher
from api.web.page import reading
from facility.instant import DAY
from facility.phone import EntryOutcome
from storage.records.phones import PhoneEntryFilter

router = APIRouter(prefix="/phones")
QUIET = 30 * DAY
"""A phone that was not heard of for so long is shown below the others."""
LEADS = {"occurrence": "/duties", "work-order": "/work-orders", "visit": "/visits"}
"""Where what an entry is about stands."""


@router.get("")
def show(
    request: Request,
    visitor: Dispatcher,
    outcome: Annotated[EntryOutcome | None, Query()] = None,
    who: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Phones, the last heard of first; entries, the newest first."""
    wanted = PhoneEntryFilter(outcomes=(outcome,) if outcome else (), accounts=(who,) if who else ())
    with reading(request, visitor) as page:
        try:
            found = page.unit.phone_entries.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse("/phones", 303)
        phones = page.unit.phones.all()
        asked = {name: value for name, value in (("outcome", outcome.value if outcome else ""), ("who", who)) if value}
        return page.render(
            "phones.html",
            phones=[one for one in phones if page.look.now - one.seen < QUIET],
            quiet=[one for one in phones if page.look.now - one.seen >= QUIET],
            entries=[(one, lead(one.about)) for one in found.rows],
            cursor=found.cursor,
            outcome=outcome,
            who=who,
            outcomes=list(EntryOutcome),
            people=sorted({one.account for one in phones}),
            address=f"/phones?{urlencode(asked)}" if asked else "/phones",
        )


def lead(about: str) -> tuple[str, str]:
    """(address, number) of what an entry is about; without an address where there is no page of it."""
    noun, _, number = about.partition(":")
    return (f"{LEADS[noun]}/{number}", f"#{number}") if noun in LEADS and number.isdigit() else ("", "")
