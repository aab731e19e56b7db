"""What of a duty is to stand in the calendar, and what a change takes out of it again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo

from facility.cadence import dues, next_after, nominal_hours
from facility.calendar import instant_of, local_day
from facility.duty import Due, Duty, Target
from facility.duty_targets import targets
from facility.instant import HOUR
from facility.occurrence import Occurrence, Standing
from facility.register import Register, Stretch

AHEAD = 45
"""So many days ahead what is owed is planned …"""
FAR = 400
"""… and so many where a period is longer than that, or the duty rests for months: the next one of each target is there."""


def horizon(duty: Duty, now: int, zone: tzinfo) -> int:
    """Up to when it is planned at ``now``: just after a midnight, so that it moves once a day."""
    far = nominal_hours(duty.cadence) > AHEAD * 24 or duty.cadence.months
    return instant_of(local_day(now, zone) + timedelta(days=(FAR if far else AHEAD) + 1), 0, zone) + 1


def targets_of(duty: Duty, register: Register, stretches: Mapping[str, Stretch], since: int) -> list[Target]:
    """For what it is owed by the register, and since when: nothing was owed before the duty was in force (``since``)."""
    return [
        replace(target, since=max(since, stretches[target.id].since) if target.id in stretches else since)
        for target in targets(duty, register)
    ]


def digest_of(found: Iterable[Target]) -> str:
    """Changes when anything changes that occurrences know of the targets."""
    told = sorted(f"{one.id}|{one.asset}|{one.zone}|{one.since}" for one in found)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def by_calendar(
    duty: Duty, found: Sequence[Target], span: tuple[int, int], zone: tzinfo, *, opens_from: int
) -> Iterator[Occurrence]:
    """Due in ``span``, with windows that open from ``opens_from`` on. Targets of one age share the work."""
    of_age: dict[int, list[Target]] = {}
    for target in found:
        of_age.setdefault(target.since, []).append(target)
    for together in of_age.values():
        for due in dues(duty, together[0], span, zone):
            if due.opens >= opens_from:
                yield from (occurrence_of(duty, target, due) for target in together)


def occurrence_of(duty: Duty, target: Target, due: Due, cause: str = "") -> Occurrence:
    """As it is planned."""
    return Occurrence(
        key=f"{duty.id}/{target.id}/{cause or due.due}",
        duty=duty.id,
        duty_version=duty.version,
        clause=duty.clause,
        target=target.id,
        asset=target.asset,
        zone=target.zone,
        opens=due.opens,
        due=due.due,
        closes=due.closes,
        missed=due.missed,
        team=duty.team,
        cause=cause,
        attend_at=due.opens,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How the last one of a target ended, for ``Anchor.COMPLETION``."""

    last: Occurrence
    at: int | None
    """When it was done; None: it was not."""


def by_completion(
    duty: Duty, found: Iterable[Target], last: Mapping[str, Done], now: int, zone: tzinfo
) -> Iterator[Occurrence]:
    """The next one of each target. While one can still be done there is no next; over a downtime all that were missed."""
    for target in found:
        done = last.get(target.id)
        begun, due = _begun(target, done, zone)
        if done is not None and _can_be_done(done.last, now):
            continue
        while True:
            following = occurrence_of(duty, target, next_after(duty, target, begun, due, zone))
            yield following
            if _can_be_done(following, now):
                break
            begun, due = _when_due(following, zone), following.due


def _begun(target: Target, done: Done | None, zone: tzinfo) -> tuple[tuple[int, date], int]:
    """(from where the next period counts, when the last one was due); a target that came back counts from then."""
    if done is None or done.last.due < target.since:
        return (target.since, local_day(target.since, zone)), target.since
    begun = _when_due(done.last, zone) if done.at is None else (done.at, local_day(done.at, zone))
    return begun, done.last.due


def _when_due(one: Occurrence, zone: tzinfo) -> tuple[int, date]:
    """What is due at midnight is due on the day that ends then."""
    return one.due, local_day(one.due - 1, zone)


def _can_be_done(one: Occurrence, now: int) -> bool:
    return one.standing in (Standing.PLANNED, Standing.OPEN, Standing.LATE) and now < one.missed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change of the duty or the register makes of what is planned."""

    insert: list[Occurrence]
    update: list[Occurrence]
    withdraw: list[Occurrence]
    suspend: list[Occurrence]


def change(
    wanted: Sequence[Occurrence],
    owed: Sequence[Occurrence],
    gone: Mapping[str, int],
    at: int,
) -> Change:
    """``wanted``: what the duty and the register as they are ask for; ``owed``: what stands and is not settled.

    What had opened before ``at`` is never touched, except that of a thing that is no longer there (``gone``: target → since
    when) nothing is owed any more: what opens later goes, what was open shows as suspended. An event's stay too.
    """
    by_key = {one.key: one for one in wanted}
    stands = {one.key: one for one in owed}
    update, withdraw, suspend = [], [], []
    for one in owed:
        retired = gone.get(one.target)
        if retired is not None:
            if one.standing is Standing.PLANNED and one.opens > retired:
                withdraw.append(one)
            elif one.until > retired:
                suspend.append(one)
        elif one.standing is Standing.PLANNED and one.opens > at and not one.cause:
            meant = by_key.get(one.key)
            if meant is None:
                withdraw.append(one)
            elif (changed := _as_meant(one, meant)) != one:
                update.append(changed)
    fresh = [one for one in wanted if one.key not in stands]
    return Change(insert=fresh, update=update, withdraw=withdraw, suspend=suspend)


def _as_meant(one: Occurrence, meant: Occurrence) -> Occurrence:
    """Who does it and what was postponed stays."""
    return replace(
        one,
        duty_version=meant.duty_version,
        clause=meant.clause,
        asset=meant.asset,
        zone=meant.zone,
        opens=meant.opens,
        closes=meant.closes,
        missed=meant.missed,
        team=meant.team,
        attend_at=meant.opens,
    )


def portion_end(duty: Duty, many: int, start: int, end: int, most: int) -> int:
    """How far to plan at once, so that about ``most`` rows come of it: a long downtime is made up for in portions."""
    each = nominal_hours(duty.cadence) * HOUR
    return min(end, start + max(1, most // max(1, many)) * each)
