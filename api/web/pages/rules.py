"""The rules: what is judged, in a sentence; and one rule with its file and its points."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.health import workers
from api.routes.rules import find_rule, in_force, says, watched
from api.web.drawings import runs, story_svg
from api.web.languages import N_
from api.web.page import Page, reading
from facility.alert import Alert
from facility.clause import CLAUSES
from facility.person import Right
from rules.editing import editable
from rules.links import GATEWAY, LINK_RULE, gateways_of
from rules.pictures import Picture, picture
from rules.rule import Rule
from storage.records.port import AlertFilter

router = APIRouter(prefix="/rules")
SHOWN_POINTS = 200
SHOWN_VERSIONS = 20
STORY_STATES = {
    "ok": N_("good"),
    "pending": N_("bad, not yet for long enough"),
    "active": N_("alert"),
    "clearing": N_("good again, not yet for long enough"),
    "unknown": N_("cannot be judged"),
}
FIELD_WORDS = {
    "limit": N_("Limit"),
    "within": N_("May be off by"),
    "around": N_("Around the setting"),
    "deadband": N_("Deadband"),
    "hold_for": N_("Must be bad for"),
    "clear_for": N_("Must be good for"),
    "after": N_("Silent after"),
    "per": N_("In the time of"),
    "over": N_("Looked at over"),
    "rise": N_("May rise by"),
    "fall": N_("May fall by"),
}


@router.get("")
def show(request: Request, visitor: Reader) -> Response:
    """The most urgent first."""
    with reading(request, visitor) as page:
        book = page.context.book()
        found = in_force(book)
        open_by_rule = [alert.rule for alert in page.open_alerts]
        return page.render(
            "rules.html",
            rules=[
                {
                    "rule": rule,
                    "sentence": page.look.say(says(rule)),
                    "points": None if rule.id in LINK_RULE else len(book.points_of(rule, page.register)),
                    "open": open_by_rule.count(rule.id),
                }
                for rule in found
            ],
        )


@router.get("/{id}")
def show_one(request: Request, visitor: Reader, id: str) -> Response:
    """One rule."""
    with reading(request, visitor) as page:
        if id in LINK_RULE:
            return render_link_rule(page, LINK_RULE[id])
        return render_rule(page, find_rule(page.context, id), {}, [])


def render_link_rule(page: Page, rule: Rule) -> Response:
    """A rule of the duty room's own that judges links: it has no file, no points, no stories and nothing to try."""
    return page.render(
        "link_rule.html",
        rule=rule,
        sentence=page.look.say(says(rule)),
        clause=CLAUSES.get(rule.clause),
        gateways=gateways_of(page.register) if rule.id == GATEWAY else None,
        alerts=_latest(page, rule),
    )


def _latest(page: Page, rule: Rule) -> list[Alert]:
    return page.unit.alerts.find(AlertFilter(rules=(rule.id,)), limit=10).rows


def render_rule(page: Page, rule: Rule, entered: Mapping[str, str], errors: list[str]) -> Response:
    """The rule's page; ``entered`` is what a person typed into the form that tries a change."""
    points = watched(page.context, rule, page.register)
    found = [picture(rule, story) for story in rule.stories]
    return page.render(
        "rule.html",
        422 if errors else 200,
        rule=rule,
        sentence=page.look.say(says(rule)),
        clause=CLAUSES.get(rule.clause),
        points=points[:SHOWN_POINTS],
        total=len(points),
        cannot=[p for p in points if not p.judges],
        alerts=_latest(page, rule),
        pictures=[(one, story_svg(one, state_word(page)), told_runs(page, one)) for one in found],
        versions=page.unit.rule_versions.of(rule.id)[:SHOWN_VERSIONS],
        author=author_word(page),
        health=_health(page, rule.id),
        fields=fields(rule, entered),
        days=entered.get("days", "7"),
        errors=errors,
        may_try=page.look.may(Right.ACT_ON_WORK),
    )


def author_word(page: Page) -> Callable[[str], str]:
    """Who wrote a version, as a person reads it."""

    def word(author: str) -> str:
        if author == "manual":
            return page.look._("comes with the product")
        kind, _, name = author.partition(":")
        return page.look._("file of %(owner)s", owner=name) if kind == "file" else page.person(author)

    return word


def state_word(page: Page) -> Callable[[str], str]:
    """Says a story's state."""
    return lambda state: page.look._(STORY_STATES.get(state, state))


def told_runs(page: Page, one: Picture) -> str:
    """State after state, in words: the picture for those who do not see it."""
    said = state_word(page)
    return " → ".join(f"{said(found)} ×{count}" for found, count in runs(one.steps))


def _health(page: Page, rule: str) -> list[tuple[float | None, int | None, str]]:
    """For each worker: what the rule costs for a reading, when it last judged, what went wrong."""
    found = [(worker.costs.get(rule), row) for worker in workers(page.unit) for row in worker.rules if row[0] == rule]
    return [(cost, last, error) for cost, (_, last, error) in found]


def fields(rule: Rule, entered: Mapping[str, str]) -> list[dict[str, object]]:
    """The values that may be tried, each with what it is called."""
    return [
        {
            "key": one.key,
            "label": FIELD_WORDS.get(one.key, one.key),
            "now": one.text,
            "text": entered.get(one.key, one.text),
            "needed": one.needed,
        }
        for one in editable(rule)
    ]
