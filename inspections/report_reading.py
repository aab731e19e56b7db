"""Everything that a report rests on, read from the facts up to its anchor: the same facts give the same evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from facility.fact import Said
from facility.instant import DAY
from facility.response_facts import Told, orders_told
from inspections.compliance import Item, Wanted
from inspections.ledger import FOREVER, SET_BACK, Anchor, Progress, portions, quiet, read_items
from storage.records.port import Facts

LOOK_BACK = 120 * DAY
"""Work orders that were opened so long before the period are read too: their limits may fall due in it."""
ORDER_FACTS = (
    "opened", "joined", "merged", "duplicated", "voice-added", "visit-agreed", "dispatched", "accepted", "rejected",
    "transferred", "arrived", "started", "held", "resumed", "finished", "verified", "reopened", "reviewed", "cancelled",
)  # fmt: skip
"""What moves an order or changes its time limits."""


class ResultTold(NamedTuple):
    """A result as its fact tells it; of one that was corrected, the newest correction with when it was first done."""

    id: int
    occurrence: int
    who: str
    with_whom: tuple[str, ...]
    done: int
    received: int
    outcome: str
    effective: bool
    """It carries data (a number, a picture, a scan, a signature, a sensor), and every instrument was in calibration."""
    late_upload: bool
    instruments: tuple[str, ...]
    """“MEG-07 (calibration until 2027-03-01)”; the end as an instant after the id."""
    values: tuple[str, ...]
    photos: tuple[str, ...]
    signatures: int
    corrected: int
    """How many corrections there were."""
    seq: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was read for one period, place and clause."""

    wanted: Wanted
    anchor: Anchor
    items: list[Item]
    results: Mapping[int, ResultTold]
    """Occurrence → its result."""
    orders: Mapping[int, Told] = field(default_factory=dict)
    alerts: tuple[Said, ...] = ()
    """``alert raised`` in the period."""
    rounds: tuple[Said, ...] = ()
    """Of rounds that were due in the period: ``round ended`` and ``round missed``, and what was told of points after these."""
    coverage: tuple[Said, ...] = ()
    """``coverage``: one a day."""
    impairments: tuple[Said, ...] = ()


Stage = Callable[[str, float], None]
"""Told what is being done, and how much of that, 0 to 1."""


def nobody(stage: str, done: float) -> None:
    """Nobody wants to know."""


def read_evidence(
    facts: Facts, wanted: Wanted, anchor: Anchor, days: tuple[date, date], told: Stage = nobody
) -> Evidence:
    """Everything about the period up to the anchor. ``days``: its first and last day, for what is told of days."""
    items = read_items(facts, wanted, anchor, lambda done: told("occurrences", done))
    results = _results(facts, items, anchor, lambda done: told("results", done))
    span = (wanted.since, wanted.until)
    orders = orders_told(portions(facts, "work-order", ORDER_FACTS, (wanted.since - LOOK_BACK, FOREVER), anchor))
    told("orders", 1.0)
    found = Evidence(
        wanted=wanted,
        anchor=anchor,
        items=items,
        results=results,
        orders={number: one for number, one in orders.items() if one.opened and _in_zones(one.zone, wanted)},
        alerts=tuple(
            fact
            for fact in portions(facts, "alert", ("raised",), span, anchor)
            if _in_zones(str(fact.data.get("zone", "")), wanted) and not fact.data.get("test")
        ),
        rounds=_rounds(facts, wanted, anchor),
        coverage=_coverage(facts, wanted, anchor, days),
        impairments=tuple(portions(facts, "impairment", ("begun", "overdue", "ended"), span, anchor)),
    )
    told("alerts", 1.0)
    return found


def _rounds(facts: Facts, wanted: Wanted, anchor: Anchor) -> tuple[Said, ...]:
    span = (wanted.since, FOREVER)
    over = portions(facts, "round", ("ended", "missed"), span, anchor)
    ended = {fact.subject: fact for fact in over if wanted.since <= int(fact.data["due"]) < wanted.until}
    if not ended:
        return ()
    points = portions(facts, "round", ("point", "late-upload"), span, anchor)
    later = [fact for fact in points if fact.subject in ended and fact.seq > ended[fact.subject].seq]
    return tuple(sorted((*ended.values(), *later), key=lambda fact: fact.seq))


def _in_zones(zone: str, wanted: Wanted) -> bool:
    return not wanted.zones or not zone or zone in wanted.zones


def _coverage(facts: Facts, wanted: Wanted, anchor: Anchor, days: tuple[date, date]) -> tuple[Said, ...]:
    """The last one of each day. A day is figured when it is over, after a downtime much later."""
    first, last = (day.isoformat() for day in days)
    told = portions(facts, "coverage", ("within", "over"), (wanted.since, FOREVER), anchor)
    found = {fact.subject: fact for fact in told if first <= fact.subject <= last}
    return tuple(found[day] for day in sorted(found))


def _results(facts: Facts, items: list[Item], anchor: Anchor, progress: Progress = quiet) -> dict[int, ResultTold]:
    if not items:
        return {}
    known = {one.id for one in items}
    first, end = min(one.opens for one in items) - SET_BACK, anchor.at + 1
    found: dict[int, ResultTold] = {}
    for fact in portions(facts, "result", ("submitted", "corrected"), (first, FOREVER), anchor):
        occurrence = fact.data.get("occurrence")
        if occurrence in known:
            before = found.get(occurrence)
            if before is None or fact.what == "corrected":
                found[occurrence] = result_told(fact, before)
        if fact.seq % 500 == 0:
            progress((fact.at - first) / max(1, end - first))
    progress(1.0)
    return found


def result_told(fact: Said, before: ResultTold | None = None) -> ResultTold:
    """One result by its fact; a correction takes over when it was done from what it corrects."""
    data = fact.data
    said = _Findings()
    for finding in data.get("findings", ()):
        said.add(finding)
    return ResultTold(
        id=int(fact.subject),
        occurrence=int(data["occurrence"]),
        who=before.who if before else fact.who,
        with_whom=tuple(data.get("with_whom", ())),
        done=before.done if before else int(data.get("done", fact.at)),
        received=fact.at,
        outcome=str(data.get("outcome", fact.after)),
        effective=(said.carries_data or bool(data.get("sensors"))) and said.in_calibration,
        late_upload=bool(data.get("late_upload")),
        instruments=tuple(said.instruments),
        values=tuple(said.values),
        photos=tuple(said.photos),
        signatures=said.signatures,
        corrected=before.corrected + 1 if before else 0,
        seq=fact.seq,
    )


class _Findings:
    """What the lines of one result come to."""

    __slots__ = ("carries_data", "in_calibration", "instruments", "photos", "signatures", "values")

    def __init__(self) -> None:
        self.carries_data, self.in_calibration, self.signatures = False, True, 0
        self.instruments: dict[str, None] = {}
        self.values: list[str] = []
        self.photos: list[str] = []

    def add(self, one: Mapping[str, Any]) -> None:
        get = one.get
        files, signed, instrument = get("files"), get("signed"), get("instrument")
        if get("value") is not None or files or signed or get("code") or get("over_range"):
            self.carries_data = True
        if instrument:
            self.instruments[_instrument(instrument)] = None
            self.in_calibration = self.in_calibration and bool(instrument.get("valid", True))
        if signed:
            self.signatures += len(signed)
        elif files:
            self.photos += files
        if value := _value(one):
            self.values.append(value)


def _instrument(used: Mapping[str, Any]) -> str:
    until = used.get("calibration_due")
    return f"{used['id']}|{'' if until is None else until}|{'1' if used.get('valid', True) else '0'}"


def _value(finding: Mapping[str, Any]) -> str:
    check = " ".join(filter(None, (str(finding["check"]), str(finding.get("item", "")))))
    if finding.get("over_range"):
        return f"{check} > {finding.get('unit', '')}".strip()
    if finding.get("value") is not None:
        return f"{check} {finding['value']:g} {finding.get('unit', '')}".strip()
    return f"{check} {finding['outcome']}" if finding.get("outcome") in ("fail", "flag") else ""
