"""A chain without an alarm: who would be told when, were something to happen now; and a test that tells whom one chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facility.alert import Severity
from facility.chain import Chain, Level, planned
from facility.fact import Fact
from facility.notice import IN_APP, Notice, address_of
from facility.rota import Person
from response.reach import Reach, Reached, ways
from response.telling import both
from storage.records.port import Unit

REPEATS = 2
"""So many repeats of a level are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person, as they would be told."""

    reached: Reached
    ways: tuple[tuple[str, str], ...]
    """(channel, address); empty: nothing reaches them."""
    before: bool = False
    """An earlier level has told them by all of these already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One level, were nobody to answer."""

    level: int
    """From 1."""
    after: int
    """Milliseconds from the beginning."""
    again: tuple[int, ...]
    """When it tells them again, the first times."""
    by: tuple[str, ...]
    whom: tuple[str, ...]
    people: tuple[Told, ...]
    every: int
    times: int


def stages(chain: Chain, reach: Reach, channels: frozenset[str]) -> list[Stage]:
    """Level by level, with the rota as it is now. A level that would reach nobody new hands on at once; so do the times."""
    offsets: dict[int, list[int]] = {}
    for at, firing in planned(chain, REPEATS):
        offsets.setdefault(firing.level, []).append(at)
    found: list[Stage] = []
    seen: set[tuple[str, str]] = set()
    for number, level in enumerate(chain.levels):
        people = _people(level, reach, channels, seen)
        seen |= {(told.reached.person.id, way[0]) for told in people for way in told.ways}
        first, *again = offsets[number]
        found.append(
            Stage(
                level=number + 1,
                after=first,
                again=tuple(again),
                by=level.by,
                whom=tuple(str(one) for one in level.whom),
                people=tuple(people),
                every=level.every,
                times=level.times,
            )
        )
    return found


def _people(level: Level, reach: Reach, channels: frozenset[str], seen: set[tuple[str, str]]) -> list[Told]:
    people: dict[str, Reached] = {}
    for whom in level.whom:
        for reached in reach.find(whom):
            people.setdefault(reached.person.id, reached)
    told: list[Told] = []
    for reached in people.values():
        found = tuple(ways(reached.person, level.by, channels))
        new = tuple(way for way in found if (reached.person.id, way[0]) not in seen)
        if level.most and sum(not one.before for one in told) >= level.most:
            break
        told.append(Told(reached=reached, ways=new or found, before=bool(found) and not new))
    return told


def tell_test(
    unit: Unit, chain: Chain, people: Sequence[Person], channels: frozenset[str], *, who: Person | None, now: int
) -> list[Notice]:
    """Tell these, and nobody else, by every channel that the chain would use. Marked as a test everywhere."""
    by = tuple(dict.fromkeys(channel for level in chain.levels for channel in level.by))
    subject = f"{chain.id}/{now}"
    written: list[Notice] = []
    for person in people:
        for channel, address in ways(person, by, channels) or [(IN_APP, address_of(person, IN_APP) or person.id)]:
            notice = Notice(
                key=f"test/{subject}/{person.id}/{channel}",
                cause=f"test:{subject}",
                person=person.id,
                channel=channel,
                address=address,
                language=person.language or "zh",
                template="test",
                data={
                    "title": both(chain.title),
                    "by": who.name if who else "",
                    "since": now,
                    "zone": "Asia/Shanghai",
                    "link": "/notices/mine",
                },
                why={"chain": chain.id, "chain_title": both(chain.title), "test": True, "by": who.name if who else ""},
                severity=Severity.LOW,
                urgent=True,
                test=True,
                created=now,
                due=now,
            )
            if unit.notices.add(notice):
                written.append(notice)
    data = {"chain": chain.id, "people": [person.id for person in people]}
    by_whom = who.account or who.id if who else ""
    unit.facts.append(Fact(at=now, noun="chain", subject=chain.id, what="tried-out", who=by_whom, data=data))
    return written
