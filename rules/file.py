"""The shape of a rule file, as pydantic sees it. The JSON schema that editors complete by is generated from this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from facility.definition_files.values import Clause, Duration, Filled, Name, Table, Words
from facility.site import ACCESS_CLASSES
from rules.kind import all_kinds


def _words(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


_STRING_OR_LIST = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
OneOrMore = Annotated[tuple[Filled, ...], BeforeValidator(_words), WithJsonSchema(_STRING_OR_LIST)]
"""A word, or a list of words."""


def _access(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in ACCESS_CLASSES:
            raise ValueError(f"{value!r} is not an access class; allowed: {', '.join(ACCESS_CLASSES)}")
    return values


Access = Annotated[OneOrMore, AfterValidator(_access)]


class FilterTable(Table):
    """Which points; all that are given must hold."""

    quantity: OneOrMore = Field(default=(), description="the point's quantity, such as pressure")
    asset: OneOrMore = Field(default=(), description="the kind of the point's asset, such as pump-room-gauge")
    access: Access = Field(default=(), description="the access class of the zone: public, staff, sensitive, high-risk")
    model: OneOrMore = Field(default=(), description="the model of the asset or of the device")
    points: OneOrMore = Field(default=(), description="point ids, with * and ?")


def _filters(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else tuple(value) if isinstance(value, list) else value


class _OneOrList:
    """Tells editors that one entry may stand without its list."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}


OneOrMoreFilters = Annotated[tuple[FilterTable, ...], BeforeValidator(_filters), _OneOrList]
"""``{ … }`` or ``[{ … }, { … }]``."""


class AppliesTable(FilterTable):
    """``[applies]``."""

    unless: OneOrMoreFilters = Field(default=(), description="points that fit this, or one of these, are left out")
    one_per: Literal["device"] | None = Field(
        default=None, description="watch only one point of each device: the one that should speak most often"
    )


class ClockTable(Table):
    """One time limit."""

    within: Duration = Field(description="counted from the event's own time")
    clause: Clause = Field(default="", description="the clause that sets it")


ModeName = Literal["normal", "fire-pump-running", "maintenance", "drill"]
SeverityWord = Literal["critical", "high", "medium", "low"]
ClockName = Literal["respond", "arrive", "resolve", "notice", "review"]


class ResponseTable(Table):
    """``[response]``."""

    work_order: str = Field(
        default="", description="the kind of work: water-supply, electrical, fire … No work order without"
    )
    emergency: bool = Field(default=False, description="an emergency repair: it needs a review afterwards (ER-5)")
    clocks: dict[ClockName, ClockTable] = Field(
        default_factory=dict, description="time limits that the work order starts"
    )


class StoryTable(Table):
    """``[[story]]``: what arrives, and what must be found."""

    name: Filled = Field(description="what it proves, as a sentence")
    every: Duration = Field(description="the time between two steps")
    values: Filled = Field(
        description="one word a step: a value, a state's word, _ (nothing), !fault, t:alarm (a test); 0.6*3 repeats"
    )
    expect: Filled = Field(description="one word a step: ok, pending, firing, active, clearing, unknown")
    interval: Duration | None = Field(default=None, description="the point's expected interval; the step by default")
    resolution: float = Field(default=0.001, gt=0, description="the point's resolution, in its unit")
    unit: str = Field(default="", description="the point's unit; the quantity's usual one by default")
    set: dict[str, str] = Field(default_factory=dict, description="values set on the point, with units")


class InhibitionTable(Table):
    """``inhibited_by``: another rule whose alert explains this one's."""

    rule: Filled = Field(description="the id of the rule that explains this one's alerts while its own alert goes on")
    same: Literal["device", "gateway", "asset", "zone"] = Field(
        description="what both points must share; a zone's cause reaches the zones inside it"
    )


def _inhibitions(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else tuple(value) if isinstance(value, list) else value


OneOrMoreInhibitions = Annotated[tuple[InhibitionTable, ...], BeforeValidator(_inhibitions), _OneOrList]


class SourceTable(FilterTable):
    """``while``: points that say themselves that the mode holds."""

    quantity: Filled = Field(description="the quantity of the points that say so, such as running")  # type: ignore[assignment]
    says: OneOrMore = Field(description="the words of that quantity that mean that the mode holds, such as running")
    same: Literal["asset", "zone"] = Field(
        description="where they stand: on the judged point's own asset, or in its zone or one around it"
    )


class ModeTable(Table):
    """``[mode.<name>]``, the tables of the kinds aside."""

    model_config = ConfigDict(populate_by_name=True)
    during: SourceTable | None = Field(
        default=None, alias="while", description="points that say that the mode holds, besides the setting named mode"
    )
    off: bool = Field(default=False, description="judged and shown as suppressed by design, and calls nobody")


class LevelTable(Table):
    """``[[level]]``, the tables of the kinds aside."""

    severity: SeverityWord = Field(description="how urgent it is while this level fires; each level has its own")


class RuleFile(Table):
    """A whole file, its kind's table aside."""

    id: Name = Field(
        description="lower-case words with hyphens; a site's rule with the id of one of the manual's replaces it"
    )
    clause: Clause = Field(default="", description="the clause of the manual that it carries out")
    title: Words = Field(description="what is wrong, as the alert says it")
    do_first: Words = Field(description="what to do first, in plain words")
    severity: SeverityWord
    life_safety: bool = Field(default=False, description="people's lives: never shelved, grouped away or paged late")
    latched: bool = Field(
        default=False, description="an alert stays until somebody has inspected the spot and reset it, with a note"
    )
    shelve_max: Duration | None = Field(
        default=None,
        description="how long an alert may be shelved at most; 8h by default; never where lives depend on it",
    )
    realarm_after: Duration = Field(
        default=0, description="an alert that nobody acknowledges is announced again after this; never by default"
    )
    applies: AppliesTable = Field(default_factory=AppliesTable, description="which points it watches; all by default")
    response: ResponseTable = Field(default_factory=ResponseTable)
    inhibited_by: OneOrMoreInhibitions = Field(
        default=(), description="rules whose alerts explain this one's: shown and recorded, and pages nobody meanwhile"
    )
    mode: Mapping[ModeName, ModeTable] = Field(
        default_factory=dict, description="what differs while the point's setting named mode says so"
    )
    level: Sequence[LevelTable] = Field(
        default=(), description="further severities of the same rule, each with what differs in the kind's table"
    )
    story: list[StoryTable] = Field(default_factory=list, description="proofs: run by `dutyroom rules test`")


@cache
def rule_file_model() -> type[RuleFile]:
    """``RuleFile`` with one optional table for each kind there is, also in its levels."""
    fields: dict[str, Any] = {
        name: (kind.Table | None, Field(default=None, description=kind.SUMMARY.en))
        for name, kind in all_kinds().items()
    }
    differing = {
        name: (_differing(kind.Table) | None, Field(default=None, description="what differs"))
        for name, kind in all_kinds().items()
    }
    level = create_model("Level", __base__=LevelTable, **differing)  # type: ignore[call-overload]
    fields["level"] = (list[level], Field(default_factory=list, description=RuleFile.model_fields["level"].description))  # type: ignore[valid-type]
    mode = create_model("Mode", __base__=ModeTable, **differing)  # type: ignore[call-overload]
    fields["mode"] = (
        dict[ModeName, mode],  # type: ignore[valid-type]
        Field(default_factory=dict, description=RuleFile.model_fields["mode"].description),
    )
    return create_model("RuleFile", __base__=RuleFile, **fields)


def _differing(table: type[Table]) -> type[Table]:
    """The table of a kind with every key optional. What is given is checked once it is laid over the rule's own."""
    fields: dict[str, Any] = {
        name: (Any, Field(default=None, alias=field.alias, description=field.description))
        for name, field in table.model_fields.items()
    }
    return create_model(f"Differing{table.__module__.rpartition('.')[2].title()}", __base__=Table, **fields)
