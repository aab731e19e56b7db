"""Plans what is owed: a portion of one duty at a time, each in one unit of work. Whatever is done twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from facility.duty import Anchor, Duty, Every, Target
from facility.duty_version import DutyVersion
from facility.fact import Fact
from facility.instant import HOUR
from facility.occurrence import Occurrence, Standing
from facility.register import Register, Stretch
from inspections import planning
from inspections.duty_versions import WHO, keep
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
        for id in plans.keys() - duties.keys():
            if plans[id].version:
                self._retire(unit, id, newest[id], now)
                return True
        for duty in duties.values():
            found = self._targets_of(unit, duty, register, first[duty.id])
            one = _One(unit, duty, newest[duty.id], register, self._stretches.now(unit), found, now)
            if one.plan(plans.get(duty.id)):
                return True
        return False

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


@dataclass(frozen=True, slots=True)
class _One:
    """One duty in one unit."""

    unit: Unit
    duty: Duty
    version: DutyVersion
    register: Register
    stretches: Mapping[str, Stretch]
    found: Found
    now: int

    def plan(self, plan: Plan | None) -> bool:
        """Returns whether anything was planned or changed."""
        targets, digest = self.found
        if plan is None or not plan.version:
            plan = Plan(version=self.duty.version, until=self.version.at, targets=digest, seen=self.version.at)
        changed = (plan.version, plan.targets) != (self.duty.version, digest)
        if self.duty.cadence.every is Every.EVENT:
            return self._keep(plan, plan.until, digest) if changed else False
        if self.duty.cadence.anchor is Anchor.COMPLETION:
            return self._by_completion(plan, targets, digest, changed=changed)
        if changed:
            return self._change(plan, targets, digest)
        return self._further(plan, targets, digest)

    def _further(self, plan: Plan, targets: Sequence[Target], digest: str) -> bool:
        zone = self.register.time_zone
        end = planning.horizon(self.duty, self.now, zone)
        if plan.until >= end:
            if self.now - plan.seen >= SEEN_EVERY:
                self._keep(plan, plan.until, digest)
            return False
        until = planning.portion_end(self.duty, len(targets), plan.until, end, MOST)
        rows = planning.by_calendar(self.duty, targets, (plan.until, until), zone, opens_from=self._opens_from)
        self.unit.occurrences.plan(list(rows))
        return self._keep(plan, until, digest)

    def _change(self, plan: Plan, targets: Sequence[Target], digest: str) -> bool:
        zone = self.register.time_zone
        until = min(plan.until, planning.horizon(self.duty, self.now, zone))
        wanted = list(planning.by_calendar(self.duty, targets, (plan.seen, until), zone, opens_from=self._opens_from))
        self._apply(
            wanted, targets, "the duty has changed" if plan.version != self.duty.version else "the register has changed"
        )
        return self._keep(plan, until, digest)

    def _by_completion(self, plan: Plan, targets: Sequence[Target], digest: str, *, changed: bool) -> bool:
        if changed:
            self._apply([], targets, "the register has changed")
        last = self.unit.occurrences.last(self.duty.id)
        rows = planning.by_completion(self.duty, targets, self._done(last), self.now, self.register.time_zone)
        fresh = self.unit.occurrences.plan(list(rows))
        if changed or fresh or self.now - plan.seen >= SEEN_EVERY:
            self._keep(plan, self.now, digest)
        return changed

    def _done(self, last: Mapping[str, Occurrence]) -> dict[str, planning.Done]:
        ended = {one.target: one.result for one in last.values() if one.standing in (Standing.DONE, Standing.DONE_LATE)}
        results = self.unit.results.some([number for number in ended.values() if number is not None])
        at = {target: results[number].done for target, number in ended.items() if number in results}
        return {target: planning.Done(last=one, at=at.get(target)) for target, one in last.items()}

    def _apply(self, wanted: Sequence[Occurrence], targets: Sequence[Target], why: str) -> None:
        owed = self.unit.occurrences.owed(self.duty.id)
        there = {target.id for target in targets}
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

    def _keep(self, plan: Plan, until: int, digest: str) -> bool:
        kept = replace(plan, version=self.duty.version, until=until, targets=digest, seen=self.now)
        self.unit.notes.put(NOTE + self.duty.id, kept.note())
        return True


def _stretches(unit: Unit) -> dict[str, Stretch]:
    found: dict[str, Stretch] = {}
    for table in ("sites", "zones", "assets"):
        found |= unit.registers.stretches(table)
    return found


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
