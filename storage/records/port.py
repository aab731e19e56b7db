"""Everything that is not a reading: register, alerts, work orders, facts, people, letters.

All writing happens inside a unit of work: ``with records.begin() as unit: …`` commits at the end of the block, or undoes
everything when the block raises. ``Conflict`` means that somebody else was first: read again and decide again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from facility.alert import Alert, Severity, Track
from facility.fact import Fact
from facility.letter import DeadLetter, Unclaimed
from facility.maintenance import Maintenance
from facility.register import Change, Register, Stretch
from facility.test_mode import TestMode
from facility.work_order import Source, State, WorkOrder
from storage.records.breaches import Breaches, LateWork
from storage.records.clocks import Clocks
from storage.records.files import Files
from storage.records.handing import Handing
from storage.records.impairments import Impairments
from storage.records.incidents import Bulletins, Incidents, Reviews
from storage.records.issued_reports import IssuedReports, Looks
from storage.records.leases import Leases
from storage.records.notices import ChainRuns, Notices
from storage.records.occurrences import DutyVersions, Occurrences
from storage.records.people import People
from storage.records.permissions import DoorFindings, PermissionStore
from storage.records.personal import PersonalData
from storage.records.phones import PhoneEntries, Phones
from storage.records.plans import Plans
from storage.records.reports import PlaceCodes, Reports
from storage.records.results import Results
from storage.records.retrievals import Retrievals
from storage.records.rotas import Rotas
from storage.records.rounds import Rounds
from storage.records.rule_versions import RuleVersions
from storage.records.troubles import Troubles
from storage.records.visits import Visits

T = TypeVar("T")


class Conflict(Exception):
    """Another writer was first (compare-and-set or a UNIQUE index)."""


class NotFound(Exception):
    """No such row."""


class RecordsUnavailable(Exception):
    """The database cannot be reached or written: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A page of a list; ``cursor`` leads to the next one, None at the end."""

    rows: list[T]
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Empty fields do not filter. ``states`` are ISA names (``Alert.state``)."""

    open: bool | None = None
    states: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    zones: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    without_rules: tuple[str, ...] = ()
    since: int | None = None
    """started >= since"""
    until: int | None = None
    """started < until"""
    test: bool | None = None
    """Went off in a test."""
    work_order: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderFilter:
    """Empty fields do not filter."""

    open: bool | None = None
    states: tuple[State, ...] = ()
    assignees: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    teams: tuple[str, ...] = ()
    source_of: str = ""
    cause: str = ""
    duplicate_of: int | None = None
    alert: int | None = None
    """The one that opened it."""
    since: int | None = None
    until: int | None = None


class ToldFact(NamedTuple):
    """What a fact tells, without its place in the chain of hashes."""

    seq: int
    at: int
    noun: str
    subject: str
    what: str
    after: str
    why: str
    who: str
    data: dict[str, Any]


class Registers(Protocol):
    """The register and its history."""

    def load(self, at: int | None = None) -> Register:
        """What is in force now, or what was in force at ``at`` (settings: as known then)."""

    def apply(self, changes: Sequence[Change], who: str, at: int, why: str = "") -> int:
        """Write the changes as a new version, with a fact. Returns the new version (the old one when nothing changes)."""

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Every version of one entry, oldest first: version, at, who, why, what, body (None once retired)."""

    def stretches(self, table: str) -> dict[str, Stretch]:
        """Entry → since when it stands as what it is (its kind), and when it was retired: of all there ever were."""

    def version(self) -> int:
        """The newest version; cheap, for watching for changes."""


class Alerts(Protocol):
    """Alerts and the rule state behind them."""

    def open(self, alert: Alert) -> Alert:
        """Insert; returns it with its id. Raises ``Conflict`` when one is open for (rule, point)."""

    def update(self, alert: Alert) -> Alert:
        """Compare-and-set on ``alert.version``; returns it with the next version. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Alert:
        """Raises ``NotFound``."""

    def open_ones(self) -> list[Alert]:
        """All open alerts."""

    def find(self, wanted: AlertFilter, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        """Newest first (by id). Raises ``ValueError`` on a cursor that is not ours."""

    def count(self, wanted: AlertFilter) -> int:
        """How many match."""

    def to_attend(self, now: int) -> list[Alert]:
        """Open alerts whose ``attend_at`` has come."""

    def tracks(self) -> dict[tuple[str, str], Track]:
        """(rule, point) → track, for all that are not quiet."""

    def put_tracks(self, tracks: dict[tuple[str, str], Track]) -> None:
        """Store tracks; a quiet (normal) one is removed."""


class WorkOrders(Protocol):
    """Work orders."""

    def add(self, order: WorkOrder) -> WorkOrder:
        """Insert; returns it with its id."""

    def update(self, order: WorkOrder) -> WorkOrder:
        """Compare-and-set on ``order.version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> WorkOrder:
        """Raises ``NotFound``."""

    def some(self, numbers: Sequence[int]) -> dict[int, WorkOrder]:
        """Those of these numbers that there are."""

    def find(self, wanted: WorkOrderFilter, cursor: str | None = None, limit: int = 50) -> Page[WorkOrder]:
        """Newest first."""

    def count(self, wanted: WorkOrderFilter) -> int:
        """How many match."""


class Facts(Protocol):
    """The chained, append-only record of what happened."""

    def append(self, fact: Fact) -> Fact:
        """Chain and insert it; ``seq``, ``previous`` and ``hash`` are filled in. Never two facts on one predecessor."""

    def append_all(self, facts: Sequence[Fact]) -> list[Fact]:
        """Several at once, in order."""

    def of(self, noun: str, subject: str) -> list[Fact]:
        """All facts about one thing, oldest first."""

    def about(self, noun: str, subjects: Sequence[str]) -> dict[str, list[Fact]]:
        """All facts about each of several things, oldest first; nothing of what has none."""

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        """Facts with a greater ``seq``, in order."""

    def between(self, noun: str, whats: Sequence[str], start: int, end: int) -> list[Fact]:
        """Facts of that noun and those words with start <= at < end, in order."""

    def told(
        self, noun: str, whats: Sequence[str], start: int, end: int, upto: int | None = None
    ) -> Iterator[ToldFact]:
        """As ``between``, without what only the chain needs, and none after ``upto``: for reading many, one at a time."""

    def news(self, nouns: Sequence[str], after: int, upto: int) -> Iterator[ToldFact]:
        """Facts of these nouns with after < ``seq`` <= upto, in order, whatever their time."""

    def head(self) -> int:
        """The newest ``seq``, 0 when there is none."""

    def verify(self) -> int | None:
        """Walk the chain: the ``seq`` of the first fact that does not fit, or None."""


class Maintenances(Protocol):
    """Maintenance windows."""

    def add(self, window: Maintenance) -> Maintenance:
        """Insert; returns it with its id."""

    def update(self, window: Maintenance) -> Maintenance:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Maintenance:
        """Raises ``NotFound``."""

    def running(self) -> list[Maintenance]:
        """All that have not ended, planned ones too, the oldest first."""

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[Maintenance]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""


class TestRuns(Protocol):
    """Tests."""

    def add(self, mode: TestMode) -> TestMode:
        """Insert; returns it with its id."""

    def update(self, mode: TestMode) -> TestMode:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> TestMode:
        """Raises ``NotFound``."""

    def running(self) -> list[TestMode]:
        """All that have no report yet, the oldest first: those in force, and those that just ended."""

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[TestMode]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""


class Letters(Protocol):
    """Dead letters and unclaimed devices."""

    def bury(self, letter: DeadLetter) -> None:
        """Keep it, or count it with a like one (same source, topic, reason, unresolved)."""

    def dead(self, cursor: str | None = None, limit: int = 50, resolved: bool = False) -> Page[DeadLetter]:
        """Newest first (by last seen)."""

    def get_dead(self, number: int) -> DeadLetter:
        """Raises ``NotFound``."""

    def resolve(self, number: int, at: int) -> None:
        """Mark as done; a pending retry is cleared. Raises ``NotFound``."""

    def ask_retry(self, number: int, at: int) -> None:
        """Ask the collector to try it again. Raises ``NotFound``."""

    def to_retry(self) -> list[DeadLetter]:
        """Unresolved letters whose retry was asked for, oldest request first."""

    def retried(self, number: int, reason: str) -> None:
        """The retry failed again, now for ``reason``; clears the request."""

    def notice(self, device: Unclaimed) -> None:
        """Keep an unclaimed device, or count it with the same (source, external id, key)."""

    def unclaimed(self, cursor: str | None = None, limit: int = 50) -> Page[Unclaimed]:
        """Newest first (by last seen)."""

    def get_unclaimed(self, number: int) -> Unclaimed:
        """Raises ``NotFound``."""

    def unclaimed_of(self, source: str, external_id: str) -> list[Unclaimed]:
        """All rows of that device, of which there may be one for each value, oldest first; at most 200."""

    def claimed(self, source: str, external_id: str, key: str | None = None) -> None:
        """Forget unclaimed rows of that device (of that key only, when given)."""

    def counts(self) -> tuple[int, int]:
        """(unresolved dead letters counting repeats, unclaimed rows)."""


class Notes(Protocol):
    """Small named JSON values of the product itself: watermarks, decoder memories, rule versions."""

    def get(self, name: str) -> Any:
        """The value, or None."""

    def put(self, name: str, value: Any) -> None: ...

    def names(self, prefix: str) -> list[str]: ...


class Unit(Protocol):
    """One transaction."""

    @property
    def registers(self) -> Registers: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def breaches(self) -> Breaches: ...
    @property
    def late_work(self) -> LateWork: ...
    @property
    def work_orders(self) -> WorkOrders: ...
    @property
    def files(self) -> Files: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def maintenance(self) -> Maintenances: ...
    @property
    def test_modes(self) -> TestRuns: ...
    @property
    def rule_versions(self) -> RuleVersions: ...
    @property
    def results(self) -> Results: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def impairments(self) -> Impairments: ...
    @property
    def duty_versions(self) -> DutyVersions: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def place_codes(self) -> PlaceCodes: ...
    @property
    def issued_reports(self) -> IssuedReports: ...
    @property
    def looks(self) -> Looks: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def people(self) -> People: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def rota(self) -> Rotas: ...
    @property
    def rounds(self) -> Rounds: ...
    @property
    def permissions(self) -> PermissionStore: ...
    @property
    def door_findings(self) -> DoorFindings: ...
    @property
    def incidents(self) -> Incidents: ...
    @property
    def bulletins(self) -> Bulletins: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def handing(self) -> Handing: ...
    @property
    def troubles(self) -> Troubles: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def chains(self) -> ChainRuns: ...
    @property
    def phones(self) -> Phones: ...
    @property
    def phone_entries(self) -> PhoneEntries: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def retrievals(self) -> Retrievals: ...
    @property
    def personal(self) -> PersonalData: ...
    @property
    def notes(self) -> Notes: ...


class Records(Protocol):
    """Thread-safe; each unit belongs to the thread that began it."""

    def begin(self) -> AbstractContextManager[Unit]:
        """A unit that commits at the end of the block. Raises ``Conflict``, ``RecordsUnavailable``."""

    def read(self) -> AbstractContextManager[Unit]:
        """A unit that only reads (a snapshot) and never commits."""

    def migrate(self) -> None:
        """Bring the schema to this version. Safe to call from several processes at once."""

    def check(self) -> str:
        """One line: which database, which version, which schema revision. Raises ``RecordsUnavailable``."""

    def clock(self) -> int | None:
        """The database's own time of day, an instant; None where that is this machine's. Raises ``RecordsUnavailable``."""

    def close(self) -> None: ...
