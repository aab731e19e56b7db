"""A small property on patrol: records and readings in memory, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from facility.alert import Alert
from facility.fact import Fact
from facility.instant import MINUTE
from facility.reading import Passage, Scan
from facility.register import Register, difference
from facility.rota import Pattern, Person, Rota, ShiftKind, Team, Turn, rota_difference
from facility.round import Round, Route, Stop
from facility.text import Text
from inspections.rounds.alerting import RULE
from inspections.rounds.following import RoundsFollowed
from inspections.rounds.planning import Planning
from storage.readings.memory import MemoryReadings
from storage.records.rounds import RoundFilter
from storage.records.sql import SqlRecords
from tests.facility.patrols import STOPS, TEN, draw, hide, register, route

CARDS = {"li": "C1", "wang": "C2", "office": "C9"}


def rota() -> Rota:
    people = {
        name: Person(id=name, name=name, addresses={"card": card}, teams=("desk" if name == "office" else "guards",))
        for name, card in CARDS.items()
    }
    return Rota(
        timezone="UTC",
        teams={one: Team(id=one, name=Text("", one)) for one in ("guards", "desk")},
        people=people,
        kinds={"all": ShiftKind(id="all", name=Text("", "All day"), starts=0, ends=0)},
        patterns={"always": Pattern(id="always", name=Text("", "Always"), cycle=("all",))},
        turns={one.id: one for one in [Turn(person="li", team="guards", pattern="always", since=date(2026, 1, 1))]},
    )


@dataclass
class House:
    """Everything at hand; each method does one thing that happens."""

    records: SqlRecords
    readings: MemoryReadings = field(default_factory=MemoryReadings)
    now: int = TEN - 10 * MINUTE

    def __post_init__(self) -> None:
        self.planning = Planning(draw=draw, hide=hide).step()
        self.followed = RoundsFollowed(readings=lambda: self.readings, hide=hide)

    def restart(self) -> None:
        """The responder's memory is gone; the stores are not."""
        self.__post_init__()

    def registers(self, of: Route | None = None, stops: tuple[Stop, ...] = STOPS) -> None:
        self.put(register(of or route(team="guards"), stops))
        with self.records.begin() as unit:
            if unit.rota.version() == 0:
                unit.rota.apply(rota_difference(unit.rota.load(), rota()), "test", self.now)

    def put(self, wanted: Register) -> None:
        with self.records.begin() as unit:
            unit.registers.apply(difference(unit.registers.load(), wanted), "test", self.now)

    def plan(self) -> None:
        with self.records.begin() as unit:
            self.planning(unit, self.now)

    def at(self, minutes: float) -> None:
        """So many minutes after ten: everything is done that falls due until then, each minute."""
        end = TEN + round(minutes * MINUTE)
        while self.now < end:
            self.now = min(end, self.now + MINUTE)
            self.look()

    def jump(self, minutes: float) -> None:
        """Nothing runs until so many minutes after ten."""
        self.now = TEN + round(minutes * MINUTE)

    def look(self) -> None:
        self.plan()
        self.followed.run(self.records, self.now)

    def scan(self, point: str, who: str = "li", *, at: float | None = None, tag: str = "", seq: int = 0) -> None:
        when = self.now if at is None else TEN + round(at * MINUTE)
        guard = hide("guard", CARDS.get(who, who)) if who else ""
        one = Scan(point=f"{point}.scan", at=when, tag=hide("tag", tag), guard=guard, seq=seq, received=self.now)
        self.readings.append([], [], [one])

    def pass_door(self, point: str, who: str, event: str = "granted") -> None:
        credential = hide("card", CARDS.get(who, who))
        one = Passage(point=point, at=self.now, event=event, credential=credential, received=self.now)
        self.readings.append([], [one])

    @contextmanager
    def changed(self, **values: object) -> Iterator[None]:
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        yield
        for name, value in before.items():
            setattr(self, name, value)

    @property
    def rounds(self) -> list[Round]:
        with self.records.read() as unit:
            return unit.rounds.all(RoundFilter())

    def ten(self) -> Round:
        return next(one for one in self.rounds if one.start == TEN)

    @property
    def facts(self) -> list[Fact]:
        number = str(self.ten().id)
        with self.records.read() as unit:
            return unit.facts.of("round", number)

    @property
    def alerts(self) -> list[Alert]:
        with self.records.read() as unit:
            return [one for one in unit.alerts.open_ones() if one.rule == RULE]

    @property
    def alert_facts(self) -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.after(0) if fact.noun == "alert"]


def told(one: Round) -> str:
    return " ".join(stop.told for stop in one.stops)


def untouched(one: Round) -> Round:
    return replace(one, id=0, version=1)
