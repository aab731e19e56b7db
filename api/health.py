"""The product's own health, as its processes leave it in the stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.context import Context
from api.notes import number, numbers, rows, table, whole
from facility.instant import SECOND
from storage.readings.port import ReadingsUnavailable
from storage.records.port import RecordsUnavailable, Unit, WorkOrderFilter

SILENT_AFTER = 15 * SECOND
"""A worker writes its note every few seconds."""
SLOW_AFTER = 2 * SECOND
LONG_QUEUE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What one worker last said of itself. A missing or odd value is None: the note comes from another version, maybe."""

    name: str
    at: int | None
    started: int | None
    connected: bool | None
    url: str
    messages: int | None
    readings: int | None
    letters: int | None
    rate: float | None
    lag: float | None
    queue: int | None
    errors: tuple[str, ...] = ()
    rules: tuple[tuple[str, int | None, str], ...] = ()
    """(rule, last judged, error)"""
    costs: Mapping[str, float] = field(default_factory=dict)
    """Rule → microseconds for a reading, as sampled."""
    cannot: tuple[tuple[str, str, int, tuple[str, ...]], ...] = ()
    """(rule, why it cannot judge, how many points, the first of them)"""
    refused: tuple[str, ...] = ()
    """What is wrong with the rule files that lie there now; the rules in force are those from before."""
    journal: Mapping[str, float] = field(default_factory=dict)
    """What waits for the history: rows, bytes, limit, oldest (received), forwarded, refused, away_since; as far as it is said."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Every number of the note itself, counters since the start among them."""
    link: Mapping[str, float] = field(default_factory=dict)
    """Every number about the link to the broker."""
    reasons: Mapping[str, float] = field(default_factory=dict)
    """Class of reason → messages refused."""
    store_errors: Mapping[str, float] = field(default_factory=dict)
    spent: Mapping[str, float] = field(default_factory=dict)
    """Stage → seconds since the start."""
    busy: Mapping[str, float] = field(default_factory=dict)
    """Stage → share of the last minute."""
    failing: str = ""
    """Why the last commit could not be done; empty after one that could."""
    journal_error: str = ""
    """Why the history could not be written when that was last tried."""

    def silent(self, now: int) -> bool:
        """Whether it has not been heard of for too long."""
        return self.at is None or now - self.at > SILENT_AFTER

    @property
    def slow(self) -> bool:
        """Whether messages wait noticeably."""
        return (self.lag or 0) > SLOW_AFTER or (self.queue or 0) > LONG_QUEUE

    @property
    def broken_rules(self) -> list[tuple[str, int | None, str]]:
        """Rules that failed when they last ran."""
        return [rule for rule in self.rules if rule[2]]


def read_worker(name: str, note: Any) -> Worker:
    """A worker's note, whatever is in it."""
    given = table(note)
    link = table(given.get("link"))
    connected = given.get("connected")
    troubles = [given.get("error"), link.get("problem"), *rows(given.get("errors"))]
    return Worker(
        name=name,
        at=whole(given.get("at")),
        started=whole(given.get("started")),
        connected=connected if isinstance(connected, bool) else None,
        url=_text(given.get("url")),
        messages=whole(given.get("messages")),
        readings=whole(given.get("readings")),
        letters=whole(given.get("letters")),
        rate=number(given.get("message_rate")),
        lag=number(given.get("lag")),
        queue=whole(given.get("in_hand")),
        errors=tuple(_text(trouble) for trouble in troubles if trouble)[:20],
        rules=tuple(_rule(row) for row in rows(given.get("rules")) if isinstance(row, Mapping)),
        costs=dict(_cost(row) for row in rows(given.get("rules")) if isinstance(row, Mapping) and row.get("cost_us")),
        cannot=tuple(one for row in rows(given.get("rules")) if isinstance(row, Mapping) for one in _cannot(row)),
        refused=tuple(_text(problem) for problem in rows(table(given.get("rules_refused")).get("problems")))[:20],
        figures=numbers(given),
        failing=_text(given.get("error")),
        link=numbers(link),
        reasons=numbers(table(given.get("reasons"))),
        store_errors=numbers(table(given.get("store_errors"))),
        spent=numbers(table(given.get("spent"))),
        busy=numbers(table(given.get("busy"))),
        journal=numbers(table(given.get("journal"))),
        journal_error=_text(table(given.get("journal")).get("error")),
    )


def _cost(row: Mapping[str, Any]) -> tuple[str, float]:
    cost = row["cost_us"]
    return _text(row.get("rule")), float(cost) if isinstance(cost, int | float) else 0.0


def _rule(row: Mapping[str, Any]) -> tuple[str, int | None, str]:
    error = row.get("error")
    told = error.get("text") if isinstance(error, Mapping) else error
    return (_text(row.get("id") or row.get("rule")), whole(row.get("last") or row.get("last_judged")), _text(told))


def _cannot(row: Mapping[str, Any]) -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    for one in rows(row.get("cannot_judge")):
        told = table(one)
        points = tuple(_text(point) for point in rows(told.get("points")))
        yield _text(row.get("rule")), _text(told.get("reason")), whole(told.get("count")) or len(points), points


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return " · ".join(f"{name}: {part}" for name, part in value.items())
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What waits for somebody."""

    open_alerts: dict[int, int]
    """By severity."""
    unacknowledged: int
    open_orders: int
    dead: int
    unclaimed: int
    head: int
    register: int


def workers(unit: Unit) -> list[Worker]:
    """Every worker that ever left a note."""
    names = unit.notes.names("worker/")
    return [read_worker(name.removeprefix("worker/"), unit.notes.get(name)) for name in sorted(names)]


def counts(unit: Unit) -> Counts:
    """Read in one snapshot."""
    alerts = unit.alerts.open_ones()
    dead, unclaimed = unit.letters.counts()
    return Counts(
        open_alerts={severity: sum(int(a.severity) == severity for a in alerts) for severity in (1, 2, 3, 4)},
        unacknowledged=sum(not a.acknowledged and a.announces for a in alerts),
        open_orders=unit.work_orders.count(WorkOrderFilter(open=True)),
        dead=dead,
        unclaimed=unclaimed,
        head=unit.facts.head(),
        register=unit.registers.version(),
    )


def stores(context: Context) -> dict[str, tuple[bool, str]]:
    """Store → (answers, what it says of itself)."""
    return {"records": _asked(context.records.check), "readings": _asked(context.readings.check)}


def _asked(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except (RecordsUnavailable, ReadingsUnavailable) as error:
        return False, str(error) or type(error).__name__
