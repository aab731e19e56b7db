"""Plans what is owed: a portion of one duty at a time, each in one unit of work. Whatever is done twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from facility.duty import Anchor, Duty, Every, Target
from facility.duty_version import DutyVersion
from facility.fact import Fact
from facility.instant import HOUR
from facility.occurrence import Occurrence, Standing
from facility.register import Register, Stretch
from inspections import planning
from inspections.duty_versions import BEGUN, WHO, keep
from inspections.occurrence_facts import PORTION, fact_of
from storage.records.kept import Kept, register_kept
from storage.records.port import Unit

NOTE = "duties/plan/"
"""A note a duty: by which version, up to when and for which targets it is planned, and when that was last so."""
MOST = 20_000
"""So many rows are written at once at most: others want to write too."""
SEEN_EVERY = HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How far one duty is planned. ``seen``: at that time nothing was missing."""

    version: str
    until: int
    targets: str
    seen: int

    def note(self) -> dict[str, Any]:
        """As JSON."""
        return {"version": self.version, "until": self.until, "targets": self.targets, "seen": self.seen}


class Found(NamedTuple):
    """For what a duty is owed."""

    targets: list[Target]
    digest: str


class Planner:
    """``step`` is a responder's step: see ``response.steps.Step``."""

    def __init__(self, duties: Callable[[], Mapping[str, Duty]]) -> None:
        self._duties = duties
        self._registers: Kept[Register] = register_kept()
        self._found: dict[str, tuple[tuple[int, str, int], Found]] = {}
        self._stretches: Kept[dict[str, Stretch]] = Kept(lambda unit: unit.registers.version(), _stretches)

    def step(self, unit: Unit, now: int) -> bool:
        """The first portion that there is to plan. Returns whether there may be more."""
        duties, register = self._duties(), self._registers.now(unit)
        if not register.assets and not register.zones and not register.sites:
            return False
        newest, first = keep(unit, duties, now), unit.duty_versions.first()
        plans = {name.removeprefix(NOTE): Plan(**unit.notes.get(name)) for name in unit.notes.names(NOTE) if name}
        gone = [id for id, plan in plans.items() if plan.version and id not in duties]
        for id in gone:
            self._retire(unit, id, newest[id], now)
        ones = [
            _One(
                unit=unit,
                duty=duty,
                version=newest[duty.id],
                register=register,
                stretches=self._stretches.now(unit),
                found=self._targets_of(unit, duty, register, first[duty.id]),
                now=now,
                plan=plans.get(duty.id),
            )
            for duty in duties.values()
        ]
        # All changes at once: what the clock opens next must not depend on which duty was looked at first.
        changed = [one for one in ones if one.changed]
        for one in changed:
            one.change()
        return bool(changed or gone) or _further(ones)

    def _targets_of(self, unit: Unit, duty: Duty, register: Register, since: int) -> Found:
        """Worked out once a version of the register and of the duty."""
        key = (register.version, duty.version, since)
        kept = self._found.get(duty.id)
        if kept is None or kept[0] != key:
            targets = planning.targets_of(duty, register, self._stretches.now(unit), since)
            kept = self._found[duty.id] = key, Found(targets, planning.digest_of(targets))
        return kept[1]

    def _retire(self, unit: Unit, id: str, version: DutyVersion, now: int) -> None:
        """Nothing more falls due of it; what had opened is owed all the same."""
        planned = [one for one in unit.occurrences.owed(id) if one.opens > version.at]
        withdraw(unit, id, planned, now, "the duty is no longer in force")
        unit.notes.put(NOTE + id, Plan(version="", until=now, targets="", seen=now).note())


@dataclass(frozen=True, kw_only=True)
class _One:
    """One duty in one unit."""

    unit: Unit
    duty: Duty
    version: DutyVersion
    register: Register
    stretches: Mapping[str, Stretch]
    found: Found
    now: int
    plan: Plan | None

    @cached_property
    def so_far(self) -> Plan:
        """How far it is planned; from when it came into force where it is not."""
        if self.plan is not None and self.plan.version:
            return self.plan
        at = self.version.at
        return Plan(version=self.duty.version, until=at, targets=self.found.digest, seen=at)

    @property
    def changed(self) -> bool:
        """Whether the duty or its targets are not what it was planned by."""
        return (self.so_far.version, self.so_far.targets) != (self.duty.version, self.found.digest)

    def change(self) -> None:
        """What stands is brought in step with the duty and the register as they are."""
        until, wanted = self.so_far.until, list[Occurrence]()
        if self._by_calendar:
            until = min(until, planning.horizon(self.duty, self.now, self.register.time_zone))
            wanted = self._due_between(self.so_far.seen, until)
        new = self.so_far.version != self.duty.version
        self._apply(wanted, "the duty has changed" if new else "the register has changed")
        self._keep(until)

    def further(self) -> int | None:
        """The next portion: how many rows were planned; None when nothing was left to plan."""
        if self._by_calendar:
            return self._further_by_calendar()
        if self.duty.cadence.every is not Every.EVENT:
            self._further_by_completion()
        if self.plan is None or self.now - self.so_far.seen >= SEEN_EVERY:
            self._keep(self.so_far.until)
        return None

    @property
    def _by_calendar(self) -> bool:
        return self.duty.cadence.anchor is Anchor.SCHEDULE and self.duty.cadence.every is not Every.EVENT

    def _further_by_calendar(self) -> int | None:
        start, end = self.so_far.until, planning.horizon(self.duty, self.now, self.register.time_zone)
        if start >= end:
            if self.now - self.so_far.seen >= SEEN_EVERY:
                self._keep(start)
            return None
        until = planning.portion_end(self.duty, len(self.found.targets), start, end, MOST)
        rows = self._due_between(start, until)
        self.unit.occurrences.plan(rows)
        self._keep(until)
        return len(rows)

    def _due_between(self, start: int, end: int) -> list[Occurrence]:
        span, zone = (start, end), self.register.time_zone
        found = planning.by_calendar(self.duty, self.found.targets, span, zone, opens_from=self._opens_from)
        return list(found)

    def _further_by_completion(self) -> None:
        last = self.unit.occurrences.last(self.duty.id)
        zone = self.register.time_zone
        rows = planning.by_completion(self.duty, self.found.targets, self._done(last), self.now, zone)
        self.unit.occurrences.plan(list(rows))

    def _done(self, last: Mapping[str, Occurrence]) -> dict[str, planning.Done]:
        ended = {one.target: one.result for one in last.values() if one.standing in (Standing.DONE, Standing.DONE_LATE)}
        results = self.unit.results.some([number for number in ended.values() if number is not None])
        at = {target: results[number].done for target, number in ended.items() if number in results}
        return {target: planning.Done(last=one, at=at.get(target)) for target, one in last.items()}

    def _apply(self, wanted: Sequence[Occurrence], why: str) -> None:
        owed = self.unit.occurrences.owed(self.duty.id)
        there = {target.id for target in self.found.targets}
        gone = {one.target: self._gone(one.target) for one in owed if one.target not in there}
        meant = planning.change(wanted, owed, gone, self.now)
        self.unit.occurrences.plan(meant.insert)
        self.unit.occurrences.update_all(meant.update)
        withdraw(self.unit, self.duty.id, meant.withdraw, self.now, why)
        suspend(self.unit, meant.suspend, self.now, "retired")

    @property
    def _opens_from(self) -> int:
        """A changed duty asks for what opens from the change on: what was open then is owed by the version before."""
        return self.version.at if self.version.number > 1 else 0

    def _gone(self, target: str) -> int:
        stretch = self.stretches.get(target)
        if stretch is None:
            return self.now
        return stretch.since if stretch.until is None else stretch.until

    def _keep(self, until: int) -> None:
        kept = Plan(version=self.duty.version, until=until, targets=self.found.digest, seen=self.now)
        self.unit.notes.put(NOTE + self.duty.id, kept.note())


def _further(ones: Sequence[_One]) -> bool:
    """One duty after the other, until that is enough for one unit. Returns whether there may be more."""
    planned, more = 0, False
    for one in ones:
        rows = one.further()
        more |= rows is not None
        planned += rows or 0
        if planned >= MOST:
            return True
    return more


def _stretches(unit: Unit) -> dict[str, Stretch]:
    found: dict[str, Stretch] = {}
    for table in ("sites", "zones", "assets"):
        found |= unit.registers.stretches(table)
    begun = unit.notes.get(BEGUN)
    if begun is None:
        return found
    at, known = begun["at"], begun["known"]
    return {id: one._replace(since=min(at, one.since)) if one.since <= known else one for id, one in found.items()}


def withdraw(unit: Unit, duty: str, planned: Sequence[Occurrence], now: int, why: str) -> None:
    """Take out of the calendar what has not opened, with a fact that says what."""
    by_id = {one.id: one for one in planned}
    gone = unit.occurrences.withdraw(list(by_id))
    for start in range(0, len(gone), PORTION):
        these = [by_id[number] for number in gone[start : start + PORTION]]
        data = {"occurrences": [[one.id, one.target, one.due] for one in these]}
        unit.facts.append(Fact(at=now, noun="duty", subject=duty, what="withdrawn", why=why, who=WHO, data=data))


def suspend(unit: Unit, those: Iterable[Occurrence], now: int, why: str) -> None:
    """Nothing is owed of these any more, and it shows why."""
    before = list(those)
    if not before:
        return
    after = [
        replace(one, standing=Standing.SUSPENDED, why=why, attend_at=one.due if one.frozen is None else None)
        for one in before
    ]
    kept = unit.occurrences.update_all(after)
    unit.facts.append_all(
        [fact_of(new, "suspended", old.standing, now, who=WHO, why=why) for old, new in zip(before, kept, strict=True)]
    )
