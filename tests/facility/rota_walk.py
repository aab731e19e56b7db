"""The slow way to know who is on duty: walk through time in steps and ask of each step. What the rota says is held to it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from facility.instant import MINUTE, to_datetime
from facility.rota import Asked, Rota, Team
from facility.rota_duty import holds_on

STEP = 5 * MINUTE
Present = tuple[str, str, bool, bool]
"""(team, person, whether on leave, whether at home by the telephone)"""


class Walk:
    """All steps from ``start`` to ``end``, and four days before, in which a shift may have begun."""

    def __init__(self, rota: Rota, start: int, end: int) -> None:
        self.rota, self.start, self.end = rota, start, end
        before = start - 4 * 24 * 60 * MINUTE
        self.steps = list(range(before, end + 3 * 24 * 60 * MINUTE, STEP))
        self.locals = [to_datetime(step, rota.zone).replace(tzinfo=None) for step in self.steps]

    def first_at(self, wanted: datetime) -> int:
        """The first step whose local time has come to ``wanted``; before or after all of them, the end of the walk."""
        for step, local in zip(self.steps, self.locals, strict=True):
            if local >= wanted:
                return step
        return self.steps[-1]

    def between(self, day: date, starts: int, ends: int) -> tuple[int, int]:
        midnight = datetime.combine(day, datetime.min.time())
        over = ends if ends > starts else ends + 1440
        return self.first_at(midnight + timedelta(minutes=starts)), self.first_at(midnight + timedelta(minutes=over))

    def days(self) -> list[date]:
        """Of the calendar: also one that the zone leaves out, whose night shift still ends in the next morning."""
        first, last = self.locals[0].date(), self.locals[-1].date()
        return [first + timedelta(days=n) for n in range(1, (last - first).days)]

    def present(self) -> dict[int, set[Present]]:
        """Step → who is there."""
        found: dict[int, set[Present]] = {step: set() for step in range(self.start, self.end, STEP)}
        for person, team, day, kind_id in self.shifts():
            kind = self.rota.kinds[kind_id]
            first, last = self.between(day, kind.starts, kind.ends)
            who = self.instead(person, f"{person}/{team}/{day}/{kind_id}")
            for step, there in found.items():
                if first <= step < last:
                    there.add((team, who, self.away(who, step), kind.on_call))
        return found

    def shifts(self) -> set[tuple[str, str, date, str]]:
        rota = self.rota
        found = set()
        for turn in rota.turns.values():
            pattern = rota.patterns[turn.pattern]
            for day in self.days():
                if turn.since <= day <= (turn.until or day) and holds_on(pattern.days, day, rota.calendar):
                    word = pattern.cycle[(day - turn.since).days % len(pattern.cycle)]
                    if word != "-":
                        found.add((turn.person, turn.team, day, word))
        for shift in rota.shifts.values():
            one = (shift.person, shift.team, shift.day, shift.kind)
            if shift.cancelled:
                found.discard(one)
        return found | {
            (one.person, one.team, one.day, one.kind)
            for one in rota.shifts.values()
            if not one.cancelled and one.day in self.days()
        }

    def instead(self, person: str, key: str) -> str:
        approved = [swap for swap in self.rota.swaps.values() if swap.state is Asked.APPROVED]
        for swap in sorted(approved, key=lambda one: (one.decided_at or 0, one.id)):
            if swap.duty == key:
                person = swap.other
            if swap.back == key:
                person = swap.person
        return person

    def away(self, person: str, step: int) -> bool:
        return any(
            one.person == person and one.since <= step < one.until
            for one in self.rota.leave.values()
            if one.state is Asked.APPROVED
        )

    def missing(self) -> dict[int, set[tuple[str, str, str]]]:
        """Step → (team, cause, skill) of each gap."""
        asked = {team.id: self.asked(team) for team in self.rota.teams.values()}
        return {
            step: {
                (team.id, *gap)
                for team in self.rota.teams.values()
                for gap in self.of(team, there, step in asked[team.id])
            }
            for step, there in self.present().items()
        }

    def asked(self, team: Team) -> set[int]:
        spans = [
            self.between(day, team.starts, team.ends)
            for day in self.days()
            if holds_on(team.days, day, self.rota.calendar)
        ]
        wanted = team.least or team.skills
        return {s for s in range(self.start, self.end, STEP) if wanted and any(a <= s < b for a, b in spans)}

    def of(self, team: Team, there: set[Present], asked: bool) -> Iterator[tuple[str, str]]:
        comes = {(person, on_call) for where, person, away, on_call in there if where == team.id and not away}
        on_site = {person for person, on_call in comes if not on_call}
        people = {person for person, _ in comes}
        left_alone = not people and any(where == team.id and away for where, _, away, _ in there)
        if asked and len(on_site) < team.least:
            yield ("too-few" if on_site else "nobody", "")
        elif left_alone:
            yield ("uncovered", "")
        if asked and (people or not team.least):
            for skill in set(team.skills) - {s for p in people for s in self.rota.people[p].skills}:
                yield ("skill", skill)
