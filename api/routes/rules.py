"""``/api/v1/rules``: what is judged, by which limits, from which clause."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import READING
from api.context import Context, context_of
from api.paging import PROBLEMS, Out, Words, words
from api.routes import API
from facility.kind_words import kind_name
from facility.permission_telling import CLASSES
from facility.register import Register
from facility.text import Text
from rules.book import RuleBook, limit_text, limits_at, sentence
from rules.links import LINK_RULE, WATCHES
from rules.rule import Rule
from rules.schema import schema_text
from storage.records.port import NotFound

router = APIRouter(prefix=f"{API}/rules", tags=["rules"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class RuleOut(Out):
    """One rule of the manual or the site."""

    id: str = Field(examples=["pump-pressure-band"])
    version: str = Field(description="SHA-256 of what its file says.")
    clause: str = Field(examples=["EQ-4"])
    title: Words
    sentence: Words
    do_first: Words
    severity: int = Field(examples=[2])
    life_safety: bool
    kind: str = Field(examples=["band"])
    work_order: str = Field(examples=["water-supply"])
    points: int = Field(description="How many points it watches.")


class WatchedOut(Out):
    """One point under the rule, with its limit now. ``judges`` is false where the point lacks what the rule needs."""

    point: str
    judges: bool
    low: float | None
    high: float | None
    limit: Words


class RuleDetail(RuleOut):
    """A rule with its file and its points."""

    file: str = Field(description="The rule's TOML; empty for the two that judge links.")
    watches: list[WatchedOut]


@router.get("", summary="The rules in force")
def list_rules(context: Given) -> list[RuleOut]:
    """The most urgent first."""
    with context.records.read() as unit:
        register = context.register(unit)
    book = context.book()
    return [
        rule_out(rule, 0 if rule.id in LINK_RULE else len(book.points_of(rule, register))) for rule in in_force(book)
    ]


@router.get("/schema", summary="The JSON schema of rule files", response_class=JSONResponse)
def read_schema() -> Response:
    """JSON Schema 2020-12: begin a rule file with `#:schema` and this address, and an editor completes and checks it."""
    return Response(schema_text(), media_type="application/schema+json")


@router.get("/{id}", summary="One rule")
def read_rule(context: Given, id: str) -> RuleDetail:
    """With its file, the points it watches and their limits now; the two that judge links have neither file nor points."""
    rule = LINK_RULE.get(id) or find_rule(context, id)
    with context.records.read() as unit:
        register = context.register(unit)
    watches = [] if rule.id in LINK_RULE else watched(context, rule, register)
    return RuleDetail(**rule_out(rule, len(watches)).model_dump(), file=rule.text, watches=watches)


def in_force(book: RuleBook) -> list[Rule]:
    """The book's and the two that judge links, the most urgent first."""
    return sorted((*book, *LINK_RULE.values()), key=lambda rule: (rule.severity, rule.id))


def says(rule: Rule) -> Text:
    """What it watches, in a sentence."""
    return WATCHES.get(rule.id) or Text(sentence(_in_words(rule, "zh"), "zh"), sentence(_in_words(rule, "en"), "en"))


def _in_words(rule: Rule, language: str) -> Rule:
    """The rule with the names of kinds of assets and classes of zones where its file has their ids."""
    only = rule.applies.only
    named = replace(
        only,
        asset=tuple(kind_name(kind).say(language) for kind in only.asset),
        access=tuple(CLASSES[access].say(language) for access in only.access),
    )
    return replace(rule, applies=replace(rule.applies, only=named))


def find_rule(context: Context, id: str) -> Rule:
    """Raises ``NotFound``."""
    rule = context.book().rules.get(id)
    if rule is None:
        raise NotFound(id)
    return rule


def watched(context: Context, rule: Rule, register: Register) -> list[WatchedOut]:
    """The rule's points with their limits now."""
    now, found = context.clock(), []
    for point in context.book().points_of(rule, register):
        limits = limits_at(rule, point, register, now)
        found.append(
            WatchedOut(
                point=point.id,
                judges=limits is not None,
                low=limits.low if limits else None,
                high=limits.high if limits else None,
                limit=words(limit_text(rule, point, register, now)),
            )
        )
    return found


def rule_out(rule: Rule, points: int) -> RuleOut:
    """A rule as the API gives it."""
    return RuleOut(
        id=rule.id,
        version=rule.version,
        clause=rule.clause,
        title=words(rule.title),
        sentence=words(says(rule)),
        do_first=words(rule.do_first),
        severity=int(rule.severity),
        life_safety=rule.life_safety,
        kind=rule.kind.NAME,
        work_order=rule.response.work_order,
        points=points,
    )
