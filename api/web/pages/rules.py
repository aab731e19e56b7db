"""The rules: what is judged, in a sentence; and one rule with its file and its points."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.routes.rules import find_rule, watched
from api.web.page import reading
from facility.clause import CLAUSES
from rules.book import sentence
from storage.records.port import AlertFilter

router = APIRouter(prefix="/rules")
SHOWN_POINTS = 200


@router.get("")
def show(request: Request, visitor: Reader) -> Response:
    """The most urgent first."""
    with reading(request, visitor) as page:
        book = page.context.book()
        found = sorted(book, key=lambda rule: (rule.severity, rule.id))
        open_by_rule = [alert.rule for alert in page.open_alerts]
        return page.render(
            "rules.html",
            rules=[
                {
                    "rule": rule,
                    "sentence": sentence(rule, page.look.language),
                    "points": len(book.points_of(rule, page.register)),
                    "open": open_by_rule.count(rule.id),
                }
                for rule in found
            ],
        )


@router.get("/{id}")
def show_one(request: Request, visitor: Reader, id: str) -> Response:
    """One rule."""
    with reading(request, visitor) as page:
        rule = find_rule(page.context, id)
        points = watched(page.context, rule, page.register)
        return page.render(
            "rule.html",
            rule=rule,
            sentence=sentence(rule, page.look.language),
            clause=CLAUSES.get(rule.clause),
            points=points[:SHOWN_POINTS],
            total=len(points),
            cannot=[p for p in points if not p.judges],
            alerts=page.unit.alerts.find(AlertFilter(rules=(id,)), limit=10).rows,
        )
