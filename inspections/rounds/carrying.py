"""A round carries out a duty: whoever walked it whole has done what a route names, where walking is all that is asked.

A checklist with lines that walking does not answer (are the exits free? who signs?) is left to a person: nothing is passed
in anybody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from facility.duty import CheckKind, Duty, DutyCheck
from facility.inspection import Finding, Outcome, Result
from facility.instant import DAY
from facility.occurrence import SETTLED, Occurrence, Standing
from facility.round import Round, RoundState
from inspections.duty_known import duty_known
from inspections.rounds.people import Cards
from inspections.rounds.telling import WHO
from inspections.settling import settle
from inspections.submitting import fact_of
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import NotFound, Unit

LONGEST = 400 * DAY
"""No duty has a longer window."""


@dataclass(frozen=True, kw_only=True)
class Carrying:
    """For ``RoundsFollowed``: settles what an ended round has done, in the same unit."""

    duties: Callable[[], Mapping[str, Duty]]

    def settle(self, unit: Unit, round: Round, cards: Cards, now: int) -> None:
        """Of a round that was not walked whole nothing is settled. Raises ``Conflict``."""
        if not round.duty or round.state is not RoundState.DONE:
            return
        for one in owed(unit, round):
            duty = self._duty(unit, one)
            if duty is not None and walked_is_done(duty, round):
                result = unit.results.add(_result(duty, one, round, cards, now))
                unit.facts.append(fact_of(result))
                settle(unit, one, result, now, WHO)

    def _duty(self, unit: Unit, one: Occurrence) -> Duty | None:
        try:
            return duty_known(unit, self.duties(), one.duty, one.duty_version)
        except NotFound:
            return None


def owed(unit: Unit, round: Round) -> list[Occurrence]:
    """What the round's duty owes at its end, at a place where it leads: the site, or a zone or thing of its points."""
    at = round.ended if round.ended is not None else round.due
    places = {round.site, *(stop.zone for stop in round.stops), *(stop.asset for stop in round.stops)}
    wanted = OccurrenceFilter(duties=(round.duty,), open=True, since=at - LONGEST, until=at + LONGEST)
    found = unit.occurrences.find(wanted, limit=500, soonest=True).rows
    standing = [one for one in found if one.target in places and one.opens <= at < one.missed_at]
    # Of one place the first that is owed: one round is not two days' patrols.
    return list({one.target: one for one in reversed(standing) if one.standing not in SETTLED}.values())[::-1]


def walked_is_done(duty: Duty, round: Round) -> bool:
    """Whether each line that must be answered is answered by having been there."""
    return all(_answered(check, round) for check in duty.checks if check.must)


def _answered(check: DutyCheck, round: Round) -> bool:
    match check.kind:
        case CheckKind.SCAN:
            return True
        case CheckKind.PHOTO:
            return any(stop.files for stop in round.stops)
        case _:
            return False


def _result(duty: Duty, one: Occurrence, round: Round, cards: Cards, now: int) -> Result:
    accounts = list(_accounts(round, cards))
    ended = round.ended if round.ended is not None else round.closes
    return Result(
        key=f"round:{round.id}:{one.id}",
        duty=one.duty,
        duty_version=one.duty_version,
        occurrence=one.id,
        target=one.target,
        asset=one.asset,
        zone=one.zone,
        who=accounts[0] if accounts else WHO,
        with_whom=tuple(accounts[1:]),
        done=ended,
        device_at=ended,
        received=now,
        late_upload=one.standing is Standing.MISSED,
        outcome=Outcome.PASS,
        findings=tuple(_findings(duty, round)),
        sensors=tuple((stop.point, stop.at) for stop in round.stops if stop.at is not None),
    )


def _accounts(round: Round, cards: Cards) -> Iterator[str]:
    """Of those who walked it, in the order in which they were first there; nobody who has no account."""
    seen: dict[str, None] = {}
    for stop in sorted((stop for stop in round.stops if stop.counts), key=lambda stop: stop.at or 0):
        person = cards.guards.get(stop.guard)
        if person is not None and person.account:
            seen.setdefault(person.account)
    return iter(seen)


def _findings(duty: Duty, round: Round) -> Iterator[Finding]:
    files: Sequence[str] = sorted({file for stop in round.stops for file in stop.files})
    for check in duty.checks:
        if check.kind is CheckKind.SCAN:
            yield Finding(check=check.id, outcome=Outcome.PASS, code=f"round-{round.id}")
        elif check.kind is CheckKind.PHOTO and files:
            yield Finding(check=check.id, outcome=Outcome.NONE, files=tuple(files))
