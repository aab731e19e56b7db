"""Visitors' badges at doors, from the passages that were stored: each judged once, by its own time, however late it comes.

Passages are followed by when they were received, so that what a door kept while it was offline is found as well. What was
found is told apart by the passage itself: looking twice finds nothing new, over any restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from facility.alert import Severity
from facility.crossing import BAD, ESCORT_WITHIN, HEARD_WITHIN, LATE_AFTER, Crossing, Judgement
from facility.instant import DAY, HOUR, MINUTE, to_datetime
from facility.permission import Permissions, may_pass, place_of
from facility.reading import Passage
from facility.register import Register
from facility.rota import Rota
from facility.text import Text
from facility.visit import IN_HOUSE, Visit
from inspections.visits.alerts import AFTER_LEAVING, OUTSIDE, UNESCORTED, WHO, Cause, end_alerts, raise_alert
from inspections.visits.areas import GRANTED, judged, visit_at
from inspections.visits.deeds import visit_fact
from inspections.visits.wish import Hide
from storage.readings.port import Readings
from storage.records.port import Conflict, Records, Unit
from storage.records.visits import VisitFilter

NAME = "visitors"
MARK = "visits/seen"
EVERY_MS = 3_000
FIRST = 15 * MINUTE
"""The first look of all reaches back so far."""
OVERLAP = 2 * MINUTE
"""A passage is received a little before it lies in the store."""
LONG = 2 * DAY
"""So long an escort may still be heard of, whose door was offline."""
LONG_EVERY = 5 * MINUTE
QUIET_EVERY = MINUTE
"""With nobody in the house."""
FARTHEST = 8 * DAY
"""What happened longer before it was received is not looked at."""
OVER_AFTER = HOUR
"""A passage that is heard of so late is history when the visitor has left: to be seen, and to wake nobody."""
PAGE = 1_000
PORTION = 50
CARD = "card"
"""The way, among a person's in the rota, by which doors know him."""
RULES = {
    Judgement.UNESCORTED: UNESCORTED,
    Judgement.OUTSIDE: OUTSIDE,
    Judgement.AFTER_LEAVING: AFTER_LEAVING,
}
_HERE = VisitFilter(states=tuple(IN_HOUSE))
WORDS = {
    Judgement.UNESCORTED: Text("访客无人陪同进入高风险区", "A visitor without an escort in a high-risk area"),
    Judgement.OUTSIDE: Text("访客进入未获准的区域", "A visitor outside the agreed areas"),
    Judgement.AFTER_LEAVING: Text("离访后访客卡仍能开门", "A visitor's badge opened a door after the visit"),
}
DONE = {
    Judgement.UNESCORTED: "seen-unescorted",
    Judgement.OUTSIDE: "seen-outside",
    Judgement.AFTER_LEAVING: "badge-used",
    Judgement.ESCORTED: "escorted-after-all",
}


@dataclass(frozen=True, slots=True)
class Door:
    """A point that says who came through, and where it leads."""

    point: str
    asset: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class House:
    """What judging needs to know of the property."""

    register: Register
    rota: Rota
    permissions: Permissions
    badges: frozenset[str]

    @cached_property
    def doors(self) -> dict[str, Door]:
        """By point."""
        found = {}
        for point in self.register.points.values():
            asset = self.register.assets.get(point.asset)
            if point.quantity == "entry" and asset is not None:
                found[point.id] = Door(point.id, asset.id, asset.zone)
        return found


@dataclass(frozen=True, kw_only=True)
class Crossings:
    """``hide`` makes of a card what passages carry."""

    readings: Callable[[], Readings]
    hide: Hide

    def run(self, records: Records, now: int) -> bool:
        """One look. Raises ``ReadingsUnavailable``."""
        with records.read() as unit:
            mark = unit.notes.get(MARK) or {"seen": now - FIRST, "long": 0, "looked": 0}
            badges = unit.visits.badges()
            in_house = unit.visits.count(_HERE)
            waiting = unit.visits.crossings_open(now - LONG)
            if not badges or not (in_house or waiting or now - mark["looked"] >= QUIET_EVERY):
                return False
            house = House(
                register=unit.registers.load(),
                rota=unit.rota.load(),
                permissions=unit.permissions.load(),
                badges=badges,
            )
        long = now - mark["long"] >= LONG_EVERY
        fresh = self._fresh(records, self._passages(house, min(mark["seen"], now) - OVERLAP, now + 1))
        for place in range(0, len(fresh), PORTION):
            self._note_all(records, house, fresh[place : place + PORTION], now)
        for crossing in self._waiting(records, now):
            if long or crossing.judgement is Judgement.WAITING:
                self._settle(records, house, crossing, now)
        with records.begin() as unit:
            unit.notes.put(MARK, {"seen": now, "long": now if long else mark["long"], "looked": now})
        return False

    def _passages(self, house: House, start: int, end: int) -> list[Passage]:
        """Those of visitors' badges received in [start, end), oldest first."""
        heard = self.readings().passages_heard(house.doors, start, end, start - FARTHEST)
        found = [passage for passage in heard if passage.credential in house.badges and not passage.test]
        return sorted(found, key=lambda passage: (passage.at, passage.seq))

    def _all(self, point: str, start: int, end: int) -> Iterator[Passage]:
        """Page by page, the newest first. What lies in the millisecond of a page's end comes twice and is told apart."""
        while True:
            found = self.readings().passages(point, start, end, PAGE)
            yield from found
            if len(found) < PAGE or found[-1].at + 1 >= end:
                return
            end = found[-1].at + 1

    def _fresh(self, records: Records, passages: list[Passage]) -> list[Passage]:
        """Those that are not written down yet."""
        if not passages:
            return []
        badges = {passage.credential for passage in passages}
        with records.read() as unit:
            known = unit.visits.crossed(badges, passages[0].at, passages[-1].at + 1)
        return [one for one in passages if (one.point, one.at, one.event, one.credential, one.seq) not in known]

    def _note_all(self, records: Records, house: House, passages: list[Passage], now: int) -> None:
        """In one unit; where somebody was faster one by one. Raises ``Conflict``: the next look begins at the same place."""
        try:
            with records.begin() as unit:
                for passage in passages:
                    self._note(unit, house, passage, now)
        except Conflict:
            for passage in passages:
                with records.begin() as unit:
                    self._note(unit, house, passage, now)

    def _note(self, unit: Unit, house: House, passage: Passage, now: int) -> None:
        """Written down once, with what follows."""
        visits = unit.visits.of_badges([passage.credential]).get(passage.credential, [])
        visit = visit_at(visits, passage.at)
        if visit is None:
            return  # nobody had it yet: a badge on its shelf, which the doors' own rules look at
        door = house.doors[passage.point]
        crossing = Crossing(
            visit=visit.id,
            point=passage.point,
            zone=door.zone,
            at=passage.at,
            event=passage.event,
            badge=passage.credential,
            seq=passage.seq,
            direction=passage.direction,
            late=passage.received - passage.at > LATE_AFTER,
            judgement=judged(house.register, visit, passage, door.zone),
        )
        kept = unit.visits.cross(crossing)
        if kept is not None and kept.judgement in BAD:
            self._tell(unit, house, kept, now)

    def _waiting(self, records: Records, now: int) -> list[Crossing]:
        with records.read() as unit:
            return unit.visits.crossings_open(now - LONG)

    def _settle(self, records: Records, house: House, crossing: Crossing, now: int) -> None:
        """An escort is found, or the time in which one could be is over."""
        with records.read() as unit:
            visit = unit.visits.get(crossing.visit)
        escort = self._escort(house, visit, crossing)
        over = crossing.judgement is Judgement.WAITING and now > crossing.at + ESCORT_WITHIN + HEARD_WITHIN
        if escort is None and not over:
            return
        try:
            with records.begin() as unit:
                if escort is not None:
                    self._escorted(unit, crossing, escort, now)
                else:
                    alone = replace(crossing, judgement=Judgement.UNESCORTED, judged=now)
                    self._tell(unit, house, unit.visits.update_crossing(alone), now)
        except Conflict:
            return  # somebody was faster; it is looked at again

    def _escort(self, house: House, visit: Visit, crossing: Crossing) -> Passage | None:
        """The nearest passage at the same door of somebody who may accompany: the host, or who may be there by himself."""
        start, end = crossing.at - ESCORT_WITHIN, crossing.at + ESCORT_WITHIN + 1
        host = self._card(house, visit.host)
        place = place_of(house.register, crossing.zone)
        near = [
            passage
            for passage in self._all(crossing.point, start, end)
            if passage.event == GRANTED
            and passage.credential
            and passage.credential not in house.badges
            and passage.direction == crossing.direction
            and (
                passage.credential == host
                or may_pass(house.permissions, passage.credential, place, passage.at).allowed
                or (not house.permissions.credentials and passage.credential in self._staff(house))
            )
        ]
        return min(near, key=lambda passage: abs(passage.at - crossing.at), default=None)

    def _card(self, house: House, person: str) -> str:
        found = house.rota.person(person) if person else None
        return self.hide("card", found.addresses.get(CARD, "")) if found else ""

    def _staff(self, house: House) -> frozenset[str]:
        """Our own people's cards: they stand in while nobody has entered permissions at all."""
        own = (one for one in house.rota.people.values() if not one.company)
        return frozenset(filter(None, (self.hide("card", one.addresses.get(CARD, "")) for one in own)))

    def _escorted(self, unit: Unit, crossing: Crossing, escort: Passage, now: int) -> None:
        was = crossing.judgement
        unit.visits.update_crossing(
            replace(crossing, judgement=Judgement.ESCORTED, escort=escort.credential, escort_at=escort.at, judged=now)
        )
        if was is Judgement.UNESCORTED:
            visit = unit.visits.get(crossing.visit)
            more: dict[str, Any] = {"point": crossing.point, "zone": crossing.zone, "at": crossing.at}
            fact = visit_fact(visit, DONE[Judgement.ESCORTED], visit.state, WHO, now, **more)
            unit.facts.append(fact)
            if not _still_alone(unit, crossing):
                end_alerts(unit, visit.id, (UNESCORTED,), now, "the escort's passage came late", place=crossing.point)

    def _tell(self, unit: Unit, house: House, crossing: Crossing, now: int) -> None:
        """The fact, and the alert that goes with it."""
        visit = unit.visits.get(crossing.visit)
        late = crossing.late or now - crossing.at > LATE_AFTER
        more: dict[str, Any] = {"point": crossing.point, "zone": crossing.zone, "at": crossing.at, "late": late}
        unit.facts.append(visit_fact(visit, DONE[crossing.judgement], visit.state, WHO, now, **more))
        raise_alert(unit, _cause(house, visit, crossing, late=late), now, over=_is_over(visit, crossing, now))


def _still_alone(unit: Unit, crossing: Crossing) -> bool:
    """Whether the same visitor went through the same door without anybody another time."""
    return any(
        one.judgement is Judgement.UNESCORTED and not one.confirmed_by and one.point == crossing.point
        for one in unit.visits.crossings(crossing.visit)
    )


def _is_over(visit: Visit, crossing: Crossing, now: int) -> bool:
    """Late news of somebody who has gone. A badge that opens doors afterwards is no such thing until it is long ago."""
    gone = not visit.in_house and crossing.judgement is not Judgement.AFTER_LEAVING
    return gone or (not visit.in_house and now - crossing.at > OVER_AFTER)


def _cause(house: House, visit: Visit, crossing: Crossing, *, late: bool) -> Cause:
    door = house.doors.get(crossing.point)
    asset = house.register.assets.get(door.asset) if door else None
    name = asset.name if asset else Text(crossing.point, crossing.point)
    at = _clock(house, crossing.at)
    urgent = crossing.judgement is not Judgement.OUTSIDE or _is_guarded(house, crossing.zone)
    news = Text("（迟到的消息）", " (late news)") if late else Text("", "")
    return Cause(
        rule=RULES[crossing.judgement],
        visit=visit.id,
        place=crossing.point,
        zone=crossing.zone,
        asset=asset.id if asset else "",
        severity=Severity.HIGH if urgent else Severity.MEDIUM,
        title=WORDS[crossing.judgement],
        limit=Text(
            f"来访 #{visit.id}，{name.zh}，{at}{news.zh}；{_wanted(crossing).zh}",
            f"visit #{visit.id}, {name.say('en')}, {at}{news.en}; {_wanted(crossing).en}",
        ),
        at=crossing.at,
        late=late,
    )


def _wanted(crossing: Crossing) -> Text:
    seconds = ESCORT_WITHIN // 1_000
    match crossing.judgement:
        case Judgement.UNESCORTED:
            return Text(f"陪同人须在 {seconds} 秒内刷同一道门", f"an escort passes the same door within {seconds} s")
        case Judgement.OUTSIDE:
            return Text("只能去登记的区域", "only the agreed areas")
        case _:
            return Text("离访后卡须收回", "a badge is handed back at the end")


def _clock(house: House, at: int) -> str:
    """Local day and time, to the second: a door's other passages stand beside it."""
    return f"{to_datetime(at, house.register.time_zone):%m-%d %H:%M:%S}"


def _is_guarded(house: House, zone: str) -> bool:
    found = house.register.zones.get(zone)
    return found is None or found.access in ("sensitive", "high-risk")
