"""The shape of a duty's file, as pydantic sees it. The JSON schema that editors complete by comes from this."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from facility.definition_files import values
from facility.definition_files.values import Duration, Filled, Name, OfManual, Table, Words
from facility.duty import Ending, Every, Evidence, EvidenceKind, Insulation
from facility.site import ZONE_KINDS

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_EVERY = re.compile(r"(\d+) (hours|days)")
_PERIODS = [one.value for one in Every if one not in (Every.HOURS, Every.DAYS)]


def _time(value: Any) -> int:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(f"{value!r} is not a time of day; allowed: hours and minutes, as '18:00'")
    return int(value[:2]) * 60 + int(value[3:])


def _every(value: Any) -> tuple[Every, int]:
    if isinstance(value, str):
        if value in _PERIODS:
            return Every(value), 1
        found = _EVERY.fullmatch(value)
        if found and int(found[1]):
            return Every(found[2]), int(found[1])
    raise ValueError(f"{value!r} is no cadence; allowed: {', '.join(_PERIODS)}, or as '15 days', '2 hours'")


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a local time; allowed: as '2026-03-31' or '2026-03-31 09:30'") from None


def _day(value: Any) -> date:
    return _moment(value).date()


def _ending(value: Any) -> tuple[date, Ending]:
    day, _, word = str(value).partition(" ")
    if word not in [*Ending]:
        raise ValueError(f"{value!r} ends in no outcome; allowed: {', '.join(Ending)}, as '2026-03-31 done'")
    return _day(day), Ending(word)


def _zone_kind(value: str) -> str:
    if value not in ZONE_KINDS:
        raise ValueError(f"{value!r} is not possible; allowed: {', '.join(map(repr, ZONE_KINDS))}")
    return value


_TEXT = WithJsonSchema({"type": "string"})
ZoneKind = Annotated[str, AfterValidator(_zone_kind), WithJsonSchema({"enum": [*ZONE_KINDS], "type": "string"})]
TimeOfDay = Annotated[int, BeforeValidator(_time), WithJsonSchema({"type": "string", "examples": ["18:00"]})]
Often = Annotated[
    tuple[Every, int], BeforeValidator(_every), WithJsonSchema({"type": "string", "examples": [*_PERIODS, "15 days"]})
]
Day = Annotated[date, BeforeValidator(_day), _TEXT]
Moment = Annotated[datetime, BeforeValidator(_moment), _TEXT]
Expected = Annotated[tuple[date, Ending], BeforeValidator(_ending), _TEXT]


class AppliesTable(Table):
    """``applies``: for what it is owed."""

    asset: list[Name] = Field(default_factory=list, description="each asset of these kinds")
    zone: list[ZoneKind] = Field(default_factory=list, description="each zone of these kinds")
    site: bool = Field(default=False, description="once for the whole site")


class WhoTable(Table):
    """``who``: who does it."""

    team: str = Field(default="", description="the rota's team")
    skills: list[Filled] = Field(default_factory=list, description="what it takes, as the rota names it")
    people: int = Field(default=1, ge=1, le=9, description="so many different people sign")


class BasisTable(Table):
    """``manual`` and ``law``: who asks for it, and how often."""

    zh: Filled
    en: Filled
    every: Often | None = Field(default=None, description="left out where it sets no cadence")
    source: str = Field(default="", description="where it says so")


class TriggerTable(Table):
    """``after_event``: what asks for it, of ``every = 'event'``."""

    noun: Literal["work-order", "alert", "incident"]
    what: list[Filled] = Field(min_length=1, description="the words of the facts: closed, raised, ended …")
    kinds: list[Name] = Field(
        default_factory=list, description="classes of work, rules of alerts, or playbooks; any when left out"
    )
    within: Duration = Field(description="it is due so long afterwards")


class ChoiceTable(Table):
    """One answer of a choice."""

    id: Name
    title: Words
    outcome: Literal["pass", "flag", "fail"]


class CheckTable(Table):
    """``[[check]]``: one line of the checklist."""

    id: Name
    title: Words
    kind: Literal["pass", "number", "choice", "text", "photo", "scan", "signature"] = "pass"
    must: bool = Field(default=True, description="without it a result is not taken")
    unit: str = Field(default="", description="of a number")
    low: float | None = Field(default=None, description="a number fails below this")
    high: float | None = Field(default=None, description="a number fails above this")
    over_range: bool = Field(default=False, description="“more than the instrument shows” may be entered")
    choices: list[ChoiceTable] = Field(default_factory=list)
    instrument: str = Field(
        default="", description="the kind of instrument, in calibration, that must have measured it"
    )
    photo_on_fail: bool = False
    per: Words | None = Field(default=None, description="answered for each of several things, such as circuits")


Sets = Literal[
    "pass",
    "cleared",
    "automatic",
    "starts",
    "pressure-min",
    "pressure-max",
    "minutes",
    "charging",
    "value",
    "person",
]


class EvidenceTable(Table):
    """``evidence``: sensors that fill in the checklist."""

    kind: Literal["test-signal", "pump-start", "discharge", "measured"]
    quantity: str = Field(default="", description="of the points that tell it; the usual one by default")
    sets: dict[Name, Sets] = Field(min_length=1, description="check → what sensors enter there")
    gauges: dict[str, str] = Field(default_factory=dict, description="of a pump: asset → the point of its gauge")

    def evidence(self) -> Evidence:
        """As the product keeps it."""
        return Evidence(
            kind=EvidenceKind(self.kind),
            quantity=self.quantity,
            sets=tuple(self.sets.items()),
            gauges=tuple(self.gauges.items()),
        )


class InsulationTable(Table):
    """``insulation``: which lines make up a test of insulation."""

    resistance: Name = "resistance"
    volts: Name = "volts"
    seconds: Name = "seconds"
    celsius: Name = "celsius"
    humidity: Name = "humidity"
    deenergised: Name = "deenergised"
    reference: float | None = Field(default=None, description="°C to which values are corrected")
    halves_every: float | None = Field(default=None, gt=0, description="so many kelvin warmer, half the resistance")
    source: str = Field(default="", description="where the correction comes from")

    def lines(self) -> dict[str, str]:
        """Role → check."""
        roles = ("resistance", "volts", "seconds", "celsius", "humidity", "deenergised")
        return {role: getattr(self, role) for role in roles}

    def insulation(self) -> Insulation:
        """As the product keeps it."""
        return Insulation(**self.lines(), reference=self.reference, halves_every=self.halves_every, source=self.source)


class StoryTable(Table):
    """``[[story]]``: what becomes of the due dates when it is done at these local times."""

    name: Filled
    since: Day | None = Field(default=None, description="when the thing was registered; long before by default")
    first: Day
    last: Day
    done: list[Moment] = Field(default_factory=list)
    happened: list[Moment] = Field(default_factory=list, description="when what asks for it happened")
    expect: list[Expected]


class DutyFile(Table):
    """A whole file."""

    id: Name = Field(description="a site's own replaces ours")
    clause: OfManual
    also: list[OfManual] = Field(default_factory=list, description="other clauses that it carries out")
    title: Words
    do: Words = Field(description="what to do, in a sentence or two")
    applies: AppliesTable
    every: Often = Field(description="as strict as the manual and the law, each where it sets a cadence")
    by: TimeOfDay = Field(default=24 * 60, description="on the last day of the period")
    opens: TimeOfDay = Field(default=0, description="opening hours, for every … hours")
    closes: TimeOfDay = Field(default=24 * 60)
    anchor: Literal["schedule", "completion"] = Field(
        default="schedule", description="by the calendar, or one period after it was last done"
    )
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=list, description="only in these months")
    after_event: TriggerTable | None = Field(default=None, description="of every = 'event'")
    before: Duration = Field(
        default=0, description="so long before it is due it can be done; a whole period by default"
    )
    after: Duration = Field(default=0, description="done so long after it was due is still in time")
    grace: Duration = Field(default=86_400_000, description="late for so long after that, then missed")
    warn: list[Duration] = Field(default_factory=list, description="so long before it is due somebody is told")
    who: WhoTable = Field(default_factory=WhoTable)
    manual: BasisTable | None = None
    law: BasisTable | None = None
    severity: Literal["critical", "high", "medium", "low"] = Field(default="medium", description="of a miss")
    work_order: str = Field(default="", description="the class of the order that a miss opens")
    fail_order: str = Field(default="", description="the class of the order for what failed")
    retest: bool = Field(default=False, description="a fail asks for a re-test after the repair")
    retest_within: Duration = Field(default=7 * 86_400_000, description="so long after the fail it is due")
    evidence: EvidenceTable | None = None
    insulation: InsulationTable | None = None
    check: list[CheckTable] = Field(min_length=1)
    story: list[StoryTable] = Field(default_factory=list)


def schema_text() -> str:
    """JSON Schema 2020-12, the same bytes each time."""
    about = "What is owed, for what, how often, by whom, and what is looked at."
    return values.schema_text(values.schema(DutyFile, "Dutyroom duty", about))
