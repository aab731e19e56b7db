"""The compliance matrix: clause by month, one clause by asset and month, and the occurrences behind each square."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.access import Reader
from api.compliance import Asked, read, usual_months
from api.web.page import Page, reading
from facility.clause import CLAUSES
from facility.site import Zone
from inspections.compliance import SIGNS, Item, Mark

router = APIRouter(prefix="/compliance")
SHOWN = 200
TARGETS = 400
"""Rows of the matrix of one clause at most; the worst come first."""
Month = Annotated[str, Query(max_length=7)]
Word = Annotated[str, Query(max_length=200)]


@router.get("")
def show(
    *,
    request: Request,
    visitor: Reader,
    first: Annotated[str, Query(alias="from", max_length=7)] = "",
    last: Annotated[str, Query(alias="to", max_length=7)] = "",
    zone: Word = "",
    clause: Word = "",
) -> Response:
    """Every clause by month; of one clause, every asset by month."""
    with reading(request, visitor) as page:
        usual = usual_months(page.look.now, page.look.zone)
        asked = Asked(first=first or usual[0], last=last or usual[1], zone=zone, clause=clause)
        found = read(page.unit, page.context, page.register, asked, visitor.scope)
        targets = found.targets() if clause else []
        return page.render(
            "compliance.html",
            found=found,
            asked=asked,
            marks=list(Mark),
            signs=SIGNS,
            targets=targets[:TARGETS],
            more=max(0, len(targets) - TARGETS),
            buildings=buildings(page),
            clauses=[CLAUSES[one] for one in found.clauses],
            name=lambda target: target_name(page, target),
            duty=lambda duty: duty_title(page, duty),
            link=lambda **more: address("", asked, more),
            behind=lambda **more: address("/items", asked, more),
        )


@router.get("/items")
def show_items(
    *,
    request: Request,
    visitor: Reader,
    first: Annotated[str, Query(alias="from", max_length=7)] = "",
    last: Annotated[str, Query(alias="to", max_length=7)] = "",
    zone: Word = "",
    clause: Word = "",
    duty: Word = "",
    target: Word = "",
    mark: Word = "",
) -> Response:
    """The occurrences behind a square, each with the facts on which it rests."""
    with reading(request, visitor) as page:
        usual = usual_months(page.look.now, page.look.zone)
        asked = Asked(
            first=first or usual[0],
            last=last or usual[1],
            zone=zone,
            clause=clause,
            duty=duty,
            target=target,
            mark=mark,
        )
        found = read(page.unit, page.context, page.register, asked, visitor.scope)
        rows = found.behind()
        shown = rows[:SHOWN]
        return page.render(
            "compliance_items.html",
            found=found,
            asked=asked,
            rows=shown,
            total=len(rows),
            facts=_facts(page, shown),
            signs=SIGNS,
            name=lambda target: target_name(page, target),
            duty=lambda duty: duty_title(page, duty),
            back=address("", asked, {"duty": "", "target": "", "mark": ""}),
        )


def _facts(page: Page, shown: list[Item]) -> Mapping[str, list[object]]:
    return page.unit.facts.about("occurrence", [str(one.id) for one in shown]) if shown else {}  # type: ignore[return-value]


def address(under: str, asked: Asked, more: Mapping[str, object]) -> str:
    """Where a part of the matrix is."""
    kept = {"from": asked.first, "to": asked.last, "zone": asked.zone, "clause": asked.clause}
    kept |= {"duty": asked.duty, "target": asked.target, "mark": asked.mark}
    said = {name: value for name, value in {**kept, **more}.items() if value}
    return f"/compliance{under}?{urlencode(said)}"


def buildings(page: Page) -> list[Zone]:
    """The outermost zones."""
    return [zone for zone in page.register.zones.values() if not zone.parent]


def target_name(page: Page, target: str) -> str:
    """An asset, a zone or the site, as people call it and where it is; its id once it has left the register."""
    asset = page.register.assets.get(target)
    if asset is not None:
        return page.place_text(asset.zone, target)
    if target in page.register.zones:
        return page.place_text(target)
    site = page.register.sites.get(target)
    return page.look.say(site.name) if site else target


def duty_title(page: Page, id: str) -> str:
    """As the file in force says; its id once it has gone."""
    duty = page.context.duties().get(id)
    return page.look.say(duty.title) if duty else id
