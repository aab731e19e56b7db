"""Writes the notices of a level: one for each person and channel, once, with the reason why it is them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from facility.alert import Severity
from facility.chain import About, Chain, Firing, Level, pick
from facility.fact import Fact
from facility.instant import MINUTE
from facility.notice import IN_APP, Notice, NoticeState
from facility.register import Register
from facility.rota import Rota
from facility.text import Text
from facility.work_order import WorkOrder
from response.dispatching import WHO as BY_ITSELF
from response.reach import Reach, Reached, ways
from response.telling import order_data, when, why_told
from storage.records.kept import Kept, register_kept, rota_kept
from storage.records.notices import NoticeFilter
from storage.records.port import Unit

FLOOD = 20
"""So many notices in ``FLOOD_TIME`` that are not life safety, and a person's further ones go out together."""
FLOOD_TIME = 10 * MINUTE
SAME_MOMENT = MINUTE
"""What is told so close together is one telling."""
WHO = "system:escalation"
Known = AbstractSet[tuple[str, str]]
"""(person, channel) that were told before."""

ABOUT_ORDERS: Mapping[str, tuple[About, str]] = {
    "dispatched": (About.ORDER_DISPATCHED, "dispatched"),
    "transferred": (About.ORDER_DISPATCHED, "dispatched"),
    "rejected": (About.ORDER_RETURNED, "returned"),
    "warned": (About.CLOCK_WARNING, "clock"),
    "breached": (About.CLOCK_BREACH, "clock"),
}
"""What is told about an order besides its chain: the fact's word → what for, and by which text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is told about."""

    cause: str
    template: str
    data: Mapping[str, Any]
    severity: Severity
    life_safety: bool
    assignee: str = ""
    team: str | None = None
    """Whose duty it is; None: it is about no duty."""


@dataclass(frozen=True, kw_only=True)
class Teller:
    """``channels`` are those that the house has, besides everybody's own list."""

    channels: Callable[[], frozenset[str]] = frozenset
    language: str = "zh"
    """Of people who have none."""
    _registers: Kept[Register] = field(default_factory=register_kept)
    _rotas: Kept[Rota] = field(default_factory=rota_kept)

    def register(self, unit: Unit) -> Register:
        """As it is in force."""
        return self._registers.now(unit)

    def rota(self, unit: Unit) -> Rota:
        """As it is now."""
        return self._rotas.now(unit)

    def reach(self, unit: Unit, now: int, assignee: str = "", team: str | None = None) -> Reach:
        """Who can be told now."""
        return Reach(rota=self.rota(unit), accounts=unit.people.accounts(), at=now, assignee=assignee, team=team)

    def of_order(self, unit: Unit, chains: Mapping[str, Chain], order: WorkOrder, fact: Fact, first: Text) -> None:
        """What a fact about an order tells people once: given to them, given back, a time limit close or passed."""
        if fact.what not in ABOUT_ORDERS:
            return
        about, template = ABOUT_ORDERS[fact.what]
        chain = pick(chains, order.kind, order.severity, life_safety=order.life_safety, about=about)
        if chain is None:
            return
        more = {name: fact.data.get(name) for name in ("clock", "due")}
        told = {"what": fact.what, "by": self.name_of(unit, fact.who, fact.at), "why": fact.why, **more}
        subject = Subject(
            cause=f"work-order:{order.id}",
            template=template,
            data=order_data(order, self.register(unit), first, **told),
            severity=order.severity,
            life_safety=order.life_safety,
            assignee=order.assignee,
        )
        telling = Telling(self, unit, chain, subject, f"{subject.cause}/{fact.seq}/{chain.id}", fact.at)
        self.once(telling, but=fact.who, known=_told_with_it(unit, order, fact))

    def name_of(self, unit: Unit, who: str, at: int) -> str:
        """A person's name; empty for a part of the product."""
        person = self.reach(unit, at).person(who)
        return person.name if person else ""

    def once(self, telling: Telling, *, but: str = "", known: Known = frozenset()) -> list[Notice]:
        """Tell a chain's people something once; ``but``: not whoever did it; ``known``: they know by these ways."""
        written: list[Notice] = []
        people: dict[str, Reached] = {}
        for level in telling.chain.levels:
            for reached in telling.found(level):
                if not but or but not in (reached.person.id, reached.person.account):
                    people.setdefault(reached.person.id, reached)
        for reached in people.values():
            written += telling.to(reached, Firing(0, 1, telling.now), known)
        return written


def _told_with_it(unit: Unit, order: WorkOrder, fact: Fact) -> Known:
    """Whom the chain of the same cause tells at the same moment as the order goes out in turn, and by which ways.

    What they get names the order, so they are not told twice. What a person gives them is told in any case.
    """
    if fact.who != BY_ITSELF or fact.what != "dispatched":
        return frozenset()
    told = unit.notices.of_causes([run.cause for run in unit.chains.of_order(order.id)])
    return {(one.person, one.channel) for one in told if _reaches_as_soon(one, fact.at)}


def _reaches_as_soon(notice: Notice, at: int) -> bool:
    goes_out = notice.state not in (NoticeState.DEAD, NoticeState.DROPPED) and not notice.digest
    return goes_out and notice.due <= at + SAME_MOMENT and abs(notice.created - at) <= SAME_MOMENT


@dataclass(frozen=True, slots=True)
class Telling:
    """One subject told along one chain, in one unit. The same ``key`` again tells nobody twice."""

    teller: Teller
    unit: Unit
    chain: Chain
    subject: Subject
    key: str
    now: int
    run: int = 0

    def level(self, firing: Firing, this_time: set[tuple[str, str]]) -> bool:
        """One level tells its people. False when it reached nobody whom the chain has not told yet.

        ``this_time``: (person, channel) told in this same moment by another level; what it tells is added.
        """
        level = self.chain.levels[firing.level]
        found = self.found(level)
        known = {(notice.person, notice.channel) for notice in self.told()} if firing.told == 1 else this_time
        people = self._write(firing, found, known, level.most, this_time)
        what = "told" if people else "nobody-new" if found else "nobody-there"
        self._fact(
            what,
            level=firing.level + 1,
            told=firing.told,
            planned=firing.planned,
            whom=[str(one) for one in level.whom],
            people=people,
        )
        return bool(people)

    def told(self) -> list[Notice]:
        """What it has written since it began, or began again."""
        all_of_it = self.unit.notices.of_causes([self.subject.cause])
        return [notice for notice in all_of_it if notice.key.startswith(f"{self.key}/")]

    def last_resort(self) -> None:
        """No level reached anybody: everybody who could act."""
        found = self.teller.reach(self.unit, self.now).anybody()
        people = self._write(Firing(len(self.chain.levels) - 1, 0, self.now), found, frozenset(), 0, set())
        self._fact("told-everybody" if people else "nobody-at-all", people=people)

    def found(self, level: Level) -> list[Reached]:
        """Whom a level means now, nobody twice."""
        reach = self.teller.reach(self.unit, self.now, self.subject.assignee, self.subject.team)
        people: dict[str, Reached] = {}
        for whom in level.whom:
            for reached in reach.find(whom):
                people.setdefault(reached.person.id, reached)
        return list(people.values())

    def to(self, reached: Reached, firing: Firing, known: Known = frozenset()) -> list[Notice]:
        """One person, by every way that the level wants and that has not been used."""
        person, level = reached.person, self.chain.levels[firing.level]
        zone = self.teller.rota(self.unit).zone
        due, digest = when(self.chain, reached, self.now, zone, life_safety=self.subject.life_safety)
        if not digest and not self.subject.life_safety and self._flooded(person.id):
            due, digest = max(due, self.now + FLOOD_TIME), True
        found = ways(person, level.by, self.teller.channels())
        if firing.told > 1 and len(found) > 1:
            # What stands in their own list already stands there still.
            found = [way for way in found if way[0] != IN_APP]
        drafts = [self._notice(reached, firing, way) for way in found if (person.id, way[0]) not in known]
        timed = [one if one.channel == IN_APP else replace(one, due=due, planned=due, digest=digest) for one in drafts]
        return [notice for notice in timed if self.unit.notices.add(notice)]

    def _write(
        self, firing: Firing, found: Sequence[Reached], known: Known, most: int, this_time: set[tuple[str, str]]
    ) -> list[str]:
        """So many people at most; whom it told."""
        people: list[str] = []
        for reached in found:
            if most and len(people) >= most:
                break
            if written := self.to(reached, firing, frozenset(known)):
                people.append(reached.person.id)
                this_time |= {(notice.person, notice.channel) for notice in written}
        return people

    def _notice(self, reached: Reached, firing: Firing, way: tuple[str, str]) -> Notice:
        channel, address = way
        person, level = reached.person, self.chain.levels[firing.level]
        instead = channel not in (*level.by, IN_APP)
        return Notice(
            key=f"{self.key}/{firing.level + 1}.{firing.told}/{person.id}/{channel}",
            cause=self.subject.cause,
            person=person.id,
            channel=channel,
            address=address,
            language=person.language or self.teller.language,
            template=self.subject.template,
            data={**self.subject.data, "again": firing.told > 1},
            why=why_told(self.chain, self.run, firing, reached, instead=instead),
            severity=self.subject.severity,
            life_safety=self.subject.life_safety,
            urgent=self.subject.severity <= Severity.HIGH,
            created=self.now,
            due=self.now,
        )

    def _flooded(self, person: str) -> bool:
        newest = self.unit.notices.find(NoticeFilter(people=(person,)), limit=FLOOD).rows
        return len(newest) == FLOOD and newest[-1].created > self.now - FLOOD_TIME

    def _fact(self, what: str, **data: Any) -> None:
        data = {"cause": self.subject.cause, "chain": self.chain.id, **data}
        self.unit.facts.append(
            Fact(at=self.now, noun="chain", subject=str(self.run), what=what, who=WHO, data=data),
        )
