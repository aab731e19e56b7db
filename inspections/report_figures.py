"""The figures of a report: each with its id, its value, and in words what makes it, so that anybody can make it again.

Pure: the same evidence gives the same figures. ``docs/reports.md`` says the same for people.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, NamedTuple

from facility.response_facts import limits_told
from facility.round_figures import tally_of_facts
from facility.work_figures import InTime, Owed, Period, grouped, in_time
from inspections.compliance import Item, Mark, Tally, by_clause, month_of, tally
from inspections.report_reading import Evidence

FORMAT = "dutyroom-report/1"
COUNTS: Mapping[str, str] = {
    "due": "occurrences named by facts `duty fell-due` whose `due` lies in the period",
    "owed": "due, less those whose last standing is `suspended`",
    "done": "of these, last standing `done`",
    "late": "of these, last standing `done-late`",
    "missed": "of these, last standing `missed`, or past `missed` with no standing at the anchor",
    "open": "of these, none of the above at the anchor",
    "suspended": "due, last standing `suspended`",
    "attainment": "done / owed",
}
CLOCKS = ("respond", "arrive", "visit", "resolve", "review")
"""Limits that are asked for once: those that repeat are met by bulletins and are no figure here."""

Value = int | float | str | None


class Figure(NamedTuple):
    """One number of the report."""

    id: str
    value: Value
    query: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known besides the facts: which clauses a duty carries out, and in which building a zone lies."""

    duties: Mapping[str, frozenset[str]]
    buildings: Mapping[str, str]
    zone: tzinfo


def figures(evidence: Evidence, known: Known) -> list[Figure]:
    """All figures, by id."""
    found = [
        *_compliance(evidence.items, known, evidence.wanted.clauses),
        *_inspections(evidence),
        *_response(evidence, known),
        *_alerts(evidence),
        *_rounds(evidence),
        *_coverage(evidence),
        *_deviations(evidence),
    ]
    return sorted(found, key=lambda one: one.id)


def _compliance(items: Sequence[Item], known: Known, clauses: frozenset[str]) -> Iterator[Figure]:
    month = month_of(known.zone)
    yield from _counts("compliance", tally(items), "")
    for clause, some in sorted(by_clause(items, known.duties).items()):
        if clauses and clause not in clauses:
            continue
        where = f" of duties that carry out {clause}"
        yield from _counts(f"compliance/{clause}", tally(some), where)
        for name, part in grouped(some, lambda one: month(one.due)).items():
            yield from _counts(f"compliance/{clause}/{name}", tally(part), f"{where}, in {name}")


def _counts(under: str, told: Tally, where: str) -> Iterator[Figure]:
    values: dict[str, Value] = {
        "due": told.due,
        "owed": told.owed,
        "done": told.done,
        "late": told.of(Mark.LATE),
        "missed": told.of(Mark.MISSED),
        "open": told.of(Mark.DUE),
        "suspended": told.of(Mark.SUSPENDED),
        "attainment": share(told.done, told.owed),
    }
    for name, value in values.items():
        yield Figure(f"{under}/{name}", value, f"{COUNTS[name]}{where}")


def share(part: int, whole: int) -> float | None:
    """Rounded to six digits, so that it is the same whoever works it out; None of nothing."""
    return round(part / whole, 6) if whole else None


def _inspections(evidence: Evidence) -> Iterator[Figure]:
    done = [one for one in evidence.items if one.mark in (Mark.DONE, Mark.LATE)]
    results = [evidence.results[one.id] for one in done if one.id in evidence.results]
    effective = sum(one.effective for one in results)
    said = "of occurrences done or done late"
    yield Figure("inspections/done", len(done), f"count {said}")
    yield Figure(
        "inspections/effective",
        effective,
        f"{said}: the result has a number, file, signature, code or sensor, and no instrument with valid = false",
    )
    yield Figure("inspections/effective-rate", share(effective, len(done)), "inspections/effective / inspections/done")
    outcomes = Counter(one.outcome for one in results)
    for outcome in ("pass", "flag", "fail"):
        yield Figure(f"inspections/outcome/{outcome}", outcomes[outcome], f"{said}: outcome of the newest correction")


def limits_of(evidence: Evidence, known: Known) -> list[Owed]:
    """Every time limit of work orders that fell due in the period, by the facts."""
    wanted, now = evidence.wanted, evidence.anchor.at
    found = limits_told(evidence.orders, known.buildings, now)
    period = Period(wanted.since, wanted.until, now)
    return [one for one in found if period.holds(one.due) and one.clock in CLOCKS]


def _response(evidence: Evidence, known: Known) -> Iterator[Figure]:
    wanted = evidence.wanted
    period = Period(wanted.since, wanted.until, evidence.anchor.at)
    for clock, some in grouped(limits_of(evidence, known), lambda one: one.clock).items():
        told = in_time(some, period)
        yield from _limit(f"response/{clock}", told, f"time limits {clock!r} of work orders due in the period")
    opened = [one for one in evidence.orders.values() if wanted.since <= one.opened < wanted.until]
    yield Figure("response/orders", len(opened), "facts `work-order opened` in the period")
    untold = sum(not one.known for one in opened)
    yield Figure("response/orders-without-limits", untold, "of these, facts that name no `clocks`")


def _limit(under: str, told: InTime, said: str) -> Iterator[Figure]:
    yield Figure(f"{under}/due", len(told.due), said)
    yield Figure(f"{under}/in-time", len(told.in_time), f"{said}, stopped at or before `due`")
    yield Figure(f"{under}/late", len(told.late), f"{said}, stopped after `due`")
    yield Figure(f"{under}/open", len(told.open), f"{said}, not stopped at the anchor")
    yield Figure(f"{under}/share", share(len(told.in_time), len(told.due)), "in-time / due")
    yield Figure(f"{under}/median-ms", told.median, "stopped - started, nearest rank 0.5; open ones take longest")
    yield Figure(f"{under}/p90-ms", told.p90, "the same, nearest rank 0.9")


def _alerts(evidence: Evidence) -> Iterator[Figure]:
    by_severity = Counter(int(fact.data.get("severity", 0)) for fact in evidence.alerts)
    said = "facts `alert raised` in the period, tests left out"
    yield Figure("alerts/raised", len(evidence.alerts), said)
    for severity in (1, 2, 3, 4):
        yield Figure(f"alerts/severity/{severity}", by_severity[severity], f"{said}, severity {severity}")


def _rounds(evidence: Evidence) -> Iterator[Figure]:
    if not evidence.rounds:
        return
    told = tally_of_facts(evidence.rounds)
    said = "facts `round ended` and `round missed`, due in the period"
    later = f"{said}, and later facts `point` and `late-upload` of theirs: last `status` of each point"
    yield Figure("rounds/due", told.rounds, said)
    yield Figure("rounds/missed", told.missed, f"{said}: missed as a whole")
    for name in ("planned", "visited", "on_time", "effective", "uploaded_late"):
        yield Figure(f"rounds/points/{name}", getattr(told, name), f"{later}: {POINTS[name]}")
    yield Figure("rounds/on-time-rate", share(told.on_time, told.planned), "points on_time / planned")
    yield Figure("rounds/effective-rate", share(told.effective, told.planned), "points effective / planned")


POINTS: Mapping[str, str] = {
    "planned": "how many points",
    "visited": "`early`, `on-time` or `late`",
    "on_time": "`on-time`",
    "effective": "with `effective` true",
    "uploaded_late": "ending in `-uploaded-late`",
}


def _coverage(evidence: Evidence) -> Iterator[Figure]:
    if not evidence.coverage:
        return
    over = sum(fact.what == "over" for fact in evidence.coverage)
    yield Figure(
        "coverage/days",
        len(evidence.coverage),
        "facts `coverage`: days of the period",
    )
    yield Figure("coverage/days-over", over, "of these, `over`: the day's mean blind share above the limit")


def _deviations(evidence: Evidence) -> Iterator[Figure]:
    items, results = evidence.items, evidence.results.values()
    yield Figure("deviations/postponed", sum(one.postponed > 0 for one in items), "due, with a fact `postponed`")
    yield Figure("deviations/late-uploads", sum(one.late_upload for one in items), "done, with `late_upload`")
    yield Figure("deviations/made-up", sum(one.made_up is not None for one in items), "missed, and made up for later")
    yield Figure("deviations/corrected", sum(one.corrected > 0 for one in results), "results with a fact `corrected`")
    begun = sum(fact.what == "begun" for fact in evidence.impairments)
    yield Figure("deviations/impairments", begun, "facts `impairment begun` in the period")


def canonical(content: Mapping[str, Any]) -> bytes:
    """JSON that is the same whoever writes it: keys in order, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """With the SHA-256 over all the rest."""
    rest = {name: value for name, value in content.items() if name != "digest"}
    return {**rest, "digest": hashlib.sha256(canonical(rest)).hexdigest()}


def is_sealed(content: Mapping[str, Any]) -> bool:
    """Whether nobody has changed anything in it since."""
    return bool(sealed(content)["digest"] == content.get("digest"))


def as_rows(found: Iterable[Figure]) -> list[dict[str, Any]]:
    """As they stand in the file."""
    return [{"id": one.id, "value": one.value, "query": one.query} for one in found]
