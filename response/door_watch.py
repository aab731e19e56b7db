"""Passages that arrive, judged once in effect: by their own time, and by the permissions as they were known then.

Passages lie in the readings store; what is wrong with one is a row whose key is unique, so that whatever is looked at twice
(an overlap, a restart, a second responder) is found once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from facility.door import Door, doors_of
from facility.door_finding import DoorFinding, DoorRule
from facility.door_judging import Checks, clocks, judge, passbacks, tailgatings
from facility.instant import DAY, HOUR, MINUTE
from facility.permission import Permissions
from facility.reading import Passage
from facility.register import Register
from response import door_alerts
from response.door_alerts import DoorAlerts
from response.orders import Opener
from storage.readings.port import Readings
from storage.records.permissions import FindingFilter
from storage.records.port import Conflict, Records, Unit

EVERY_MS = 2_000
NOTE = "doors/heard"
"""Up to which receipt passages were judged; and when all doors were last gone over."""
OVERLAP = 2 * MINUTE
"""Several collectors commit in no common order: so far back receipts are looked at again."""
PORTION = 2 * HOUR
"""Of receipts, in one go: after two days' downtime it takes some."""
NEAR = HOUR
"""A usual passage is not older than this when it is heard of."""
REACH = 30 * DAY
"""What is older than this when it is heard of is left alone."""
ROUND = 5 * MINUTE
"""So often everything that came late is looked for, and all counters and clocks are gone over."""
COUNTED = 2 * MINUTE
"""So far back counts are looked at each time: a passage may come after the count that it answers for."""
_CHAIN = 10
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Mark:
    """How far it has come. ``heard`` is exclusive."""

    since: int
    heard: int
    went_round: int


@dataclass(slots=True)
class Found:
    """What one look found; ``over`` says where it looked for all there is, so that what is not there is taken back."""

    before: Mark | None
    after: Mark
    fresh: Sequence[Passage] = ()
    findings: list[DoorFinding] = field(default_factory=list)
    over: list[tuple[FindingFilter, frozenset[str]]] = field(default_factory=list)
    clocks_right: set[str] = field(default_factory=set)
    """Doors whose clock was found right."""

    @property
    def counts(self) -> bool:
        """Whether there is anything to write down. A look that found nothing looks from the same place next time."""
        went_round = self.before is None or self.before.went_round != self.after.went_round
        return bool(went_round or self.fresh or self.findings or self.over)

    def all_of(self, wanted: FindingFilter, findings: Sequence[DoorFinding]) -> None:
        """These, and no others, are there."""
        self.findings += findings
        self.over.append((wanted, frozenset(one.key for one in findings)))


@dataclass(kw_only=True)
class DoorWatch:
    """An errand's work. ``opener`` opens work orders."""

    readings: Callable[[], Readings]
    checks: Callable[[], Checks]
    opener: Opener
    _seen: dict[str, int] = field(default_factory=dict)
    """Passages judged lately → their receipt."""
    _versions: OrderedDict[int, Permissions] = field(default_factory=OrderedDict)
    _register: Register = field(default_factory=lambda: Register(version=-1))

    def run(self, records: Records, now: int) -> bool:
        """One portion. Raises ``ReadingsUnavailable``. Returns whether there is more at once."""
        with records.read() as unit:
            mark, register = _mark(unit), self._registered(unit)
            begun = Found(before=None, after=Mark(now, now, now))
            found = begun if mark is None else self._look(unit, register, mark, now)
            behind = found.after.heard <= now
            if not (behind or found.counts or self._seen_by_people(unit)):
                return False
        try:
            with records.begin() as unit:
                self._write(unit, register, found, now)
        except Conflict:
            return True  # somebody was faster; the next look finds what is left
        self._remember(found)
        return behind

    def _seen_by_people(self, unit: Unit) -> bool:
        """Whether an alert of ours was acknowledged that is still up."""
        return any(door_alerts.is_over(alert) for alert in door_alerts.open_ones(unit, self.checks()))

    def _registered(self, unit: Unit) -> Register:
        if unit.registers.version() != self._register.version:
            self._register = unit.registers.load()
        return self._register

    # --- looking --------------------------------------------------------------------------------------------------

    def _look(self, unit: Unit, register: Register, mark: Mark, now: int) -> Found:
        doors = doors_of(register)
        end = min(now + 1, mark.heard + PORTION)
        due = end > now and now - mark.went_round >= ROUND
        start = min(mark.heard, mark.went_round) if due else mark.heard
        since = max(mark.since, now - REACH if due or end <= now else mark.heard - NEAR)
        points = {door.entry: door for door in doors.values() if door.entry}
        heard = self.readings().passages_heard(points, start - OVERLAP, end, since)
        fresh = [passage for passage in heard if _key(passage) not in self._seen]
        found = Found(before=mark, after=Mark(mark.since, end, now if due else mark.went_round), fresh=fresh)
        if fresh:
            found.findings += self._each(unit, fresh, points, now)
            self._passbacks(unit, fresh, doors, found, now)
        self._counters(doors, now - DAY if due else now - COUNTED, found, now)
        if due:
            self._clocks(unit, doors, found, now)
        return found

    def _remember(self, found: Found) -> None:
        """Only once it is committed. What is older than a round looks at is let go."""
        oldest = found.after.heard - ROUND - 2 * OVERLAP
        self._seen = {key: at for key, at in self._seen.items() if at >= oldest}
        self._seen |= {_key(passage): passage.received for passage in found.fresh}

    def _each(
        self, unit: Unit, fresh: Sequence[Passage], points: Mapping[str, Door], now: int
    ) -> Iterator[DoorFinding]:
        checks, badges, known = self.checks(), unit.visits.badges(), _versions(unit)
        forced = {_who(passage) for passage in fresh if passage.event == "duress"}
        for passage in fresh:
            if passage.credential in badges:
                continue  # a visitor's: looked after at the visit
            if passage.event != "duress" and _who(passage) in forced:
                continue  # a reader that knows a duress card says so beside the passage, and nothing is said aloud
            permissions = self._known_at(unit, known, passage.at)
            yield from judge(passage, points[passage.point], permissions, checks, now)

    def _known_at(self, unit: Unit, known: Sequence[tuple[int, int]], at: int) -> Permissions:
        place = bisect_right(known, (at, 2**62))
        return self._version(unit, known[place - 1][1] if place else 0)

    def _version(self, unit: Unit, version: int) -> Permissions:
        if version not in self._versions:
            self._versions[version] = unit.permissions.load_version(version)
        self._versions.move_to_end(version)
        while len(self._versions) > 4:
            self._versions.popitem(last=False)
        return self._versions[version]

    def _passbacks(
        self, unit: Unit, fresh: Sequence[Passage], doors: Mapping[str, Door], found: Found, now: int
    ) -> None:
        check = self.checks().get(DoorRule.PASSBACK)
        if check is None:
            return
        permissions = self._version(unit, unit.permissions.version())
        spans: dict[str, tuple[int, int]] = {}
        zones = {door.entry: door.zone for door in doors.values() if door.place.access in check.access}
        for passage in fresh:
            if zone := zones.get(passage.point):
                first, last = spans.get(zone, (passage.at, passage.at))
                spans[zone] = min(first, passage.at), max(last, passage.at)
        for zone, (first, last) in spans.items():
            inside = {door.entry: door for door in doors.values() if door.zone == zone and door.entry}
            start, end = first, last + check.within + 1
            walked = self._between(inside, start - check.within, end)
            mine = [one for one in passbacks(walked, inside, check, permissions, now) if start <= one.at < end]
            found.all_of(FindingFilter(rules=(check.rule,), zones=(zone,), since=start, until=end), mine)

    def _counters(self, doors: Mapping[str, Door], start: int, found: Found, now: int) -> None:
        check = self.checks().get(DoorRule.TAILGATING)
        for door in doors.values():
            if check is None or not door.counter or not door.entry or door.place.access not in check.access:
                continue
            # Which passage answered for whom before the span decides what is left for those in it.
            before = start - _CHAIN * check.within
            counts = self.readings().range(door.counter, before, now + 1)
            walked = self._between([door.entry], before - check.within, now + 1) if counts else []
            mine = [one for one in tailgatings(door, walked, counts, check, now) if one.at >= start]
            wanted = FindingFilter(rules=(check.rule,), doors=(door.asset,), since=start, until=now + 1)
            found.all_of(wanted, mine)

    def _between(self, points: Iterable[str], start: int, end: int) -> list[Passage]:
        return [one for point in points for one in self.readings().passages(point, start, end, MOST)]

    def _clocks(self, unit: Unit, doors: Mapping[str, Door], found: Found, now: int) -> None:
        check = self.checks().get(DoorRule.CLOCK)
        if check is None:
            return
        permissions = self._version(unit, unit.permissions.version())
        for door in doors.values():
            if not door.entry or door.place.access not in check.access:
                continue
            heard = self.readings().range(door.entry, now - check.within, now + 1)
            wrong = clocks(door, heard, check, permissions, now)
            found.findings += wrong
            if not wrong and len(heard) >= check.least:
                found.clocks_right.add(door.asset)

    # --- writing --------------------------------------------------------------------------------------------------

    def _write(self, unit: Unit, register: Register, found: Found, now: int) -> None:
        if _mark(unit) != found.before:
            raise Conflict("another responder has looked at the doors meanwhile")
        checks = self.checks()
        alerts = DoorAlerts(unit=unit, register=register, checks=checks, opener=self.opener, now=now)
        known = unit.door_findings.known(one.key for one in found.findings)
        for finding in found.findings:
            if finding.key not in known:
                alerts.found(finding)
                known.add(finding.key)
        for wanted, there in found.over:
            for gone in self._gone(unit, wanted, there):
                alerts.withdraw(gone)
        alerts.go_over(found.clocks_right)
        unit.notes.put(NOTE, asdict(found.after))

    @staticmethod
    def _gone(unit: Unit, wanted: FindingFilter, there: frozenset[str]) -> list[DoorFinding]:
        rows = unit.door_findings.find(wanted, limit=1_000).rows
        return [one for one in rows if one.withdrawn is None and one.key not in there]


def _mark(unit: Unit) -> Mark | None:
    found = unit.notes.get(NOTE)
    return None if found is None else Mark(found["since"], found["heard"], found["went_round"])


def _versions(unit: Unit) -> list[tuple[int, int]]:
    """(when it was known, version), oldest first."""
    return sorted((one.at, one.version) for one in unit.permissions.versions(limit=MOST))


def _who(passage: Passage) -> tuple[str, int, str]:
    return passage.point, passage.at, passage.credential


def _key(passage: Passage) -> str:
    return f"{passage.point}/{passage.at}/{passage.event}/{passage.credential}/{passage.seq}"
