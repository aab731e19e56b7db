"""The manual clause by clause: what carries each one out, and how it stands now."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.clauses import grouped, states
from api.web.page import reading
from facility.clause import CLAUSES, GROUPS
from storage.records.port import NotFound

router = APIRouter(prefix="/clauses")
DRAWN = 12
"""So many things behind one clause are shown; the lists have all of them."""


@router.get("")
def show_all(request: Request, visitor: Reader) -> Response:
    """None is missing: also a clause that nothing carries out has its line."""
    with reading(request, visitor) as page:
        found = [one for one in states(page.unit, page.context, page.look.now) if visitor.may_see_clause(one.clause.id)]
        return page.render(
            "clauses.html",
            groups=[(GROUPS[group], some) for group, some in grouped(found).items()],
            wrong=sum(one.wrong for one in found),
            total=len(found),
        )


@router.get("/{id}")
def show_one(request: Request, visitor: Reader, id: str) -> Response:
    """One clause."""
    if id not in CLAUSES or not visitor.may_see_clause(id):
        raise NotFound(f"there is no clause {id[:20]!r} of the manual")
    with reading(request, visitor) as page:
        (found,) = states(page.unit, page.context, page.look.now, only=id)
        return page.render("clause.html", found=found, drawn=DRAWN, group=GROUPS[found.clause.group])
