"""A small house with a tower, a pump room that nobody enters alone, people, and visitors: told as a line of time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from facility.alert import Alert
from facility.crossing import Judgement
from facility.instant import HOUR, SECOND
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Credential, Holder, Permission
from facility.point import Point
from facility.pseudonym import pseudonym
from facility.reading import Passage
from facility.register import Register, difference
from facility.rota import Person, Rota, rota_difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.visit import Deed, Visit, VisitDeed
from inspections.visits.crossings import Crossings
from inspections.visits.deeds import act, walk_in
from inspections.visits.ending import end_visits
from inspections.visits.wish import Desk, Shown, Wish, badge_of
from storage.readings.memory import MemoryReadings
from storage.records.port import Records

NINE = 1_795_492_800_000
KEY = b"k" * 32
KEEP = 180 * 24 * HOUR
CARDS = {"host": "AAAA1111", "pump": "BBBB2222", "clerk": "CCCC3333"}
ZONES = (
    ("t1", "", "public"),
    ("t1-lobby", "t1", "public"),
    ("t1-office", "t1", "staff"),
    ("t1-pump", "t1", "high-risk"),
    ("t1-data", "t1", "sensitive"),
    ("t2", "", "public"),
    ("t2-lobby", "t2", "public"),
)
NAME = "欧阳长青"
DOCUMENT = "310101198805054321"


def hide(kind: str, text: str) -> str:
    return pseudonym(KEY, kind, text)


def register() -> Register:
    doors = [zone for zone, _, _ in ZONES if "-" in zone]
    return Register(
        sites={"s": Site(id="s", name=Text("小区", "Estate"))},
        zones={id: Zone(id=id, site="s", parent=up, access=access, name=Text(id)) for id, up, access in ZONES},
        assets={f"{zone}-door": Asset(id=f"{zone}-door", zone=zone, kind="door", name=Text(zone)) for zone in doors},
        points={
            f"{zone}-door.entry": Point(
                id=f"{zone}-door.entry", asset=f"{zone}-door", name=Text("刷卡"), quantity="entry", unit="entry",
                resolution=1, interval=0,
            )
            for zone in doors
        },
    )  # fmt: skip


def rota() -> Rota:
    people = {id: Person(id=id, name=id, addresses={"card": card}) for id, card in CARDS.items()}
    return Rota(people=people | {"plumber": Person(id="plumber", name="p", company="Pipes Ltd")})


def permissions() -> Permissions:
    """The pump man may enter high-risk zones; the clerk staff zones alone."""
    return Permissions(
        holders={id: Holder(id=id, name=f"Name of {id}") for id in CARDS},
        credentials={
            hide("card", card): Credential(pseudonym=hide("card", card), holder=id) for id, card in CARDS.items()
        },
        permissions={
            "p": Permission(id="p", holder="pump", access="high-risk", approver="lin"),
            "c": Permission(id="c", holder="clerk", access="staff", approver="lin"),
        },
    )


class House:
    """``at`` counts seconds from nine o'clock."""

    def __init__(self, records: Records, *, permitted: bool = True) -> None:
        self.records, self.readings = records, MemoryReadings()
        self.desk = Desk(hide=hide, register=register(), rota=rota(), keep=KEEP)
        self.errand = Crossings(readings=lambda: self.readings, hide=hide)
        self.seq = 0
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), register()), "lin", NINE - HOUR)
            unit.rota.apply(rota_difference(Rota(), rota()), "lin", NINE - HOUR)
            if permitted:
                unit.permissions.apply(permission_difference(Permissions(), permissions()), "lin", NINE - HOUR)

    def let_in(self, badge: str = "V001", at: int = 0, hours: int = 2, **changed: Any) -> Visit:
        wish = Wish(name=NAME, host="host", zones=("t1-pump",), expected=NINE, until=NINE + hours * HOUR)
        pseudo, label = badge_of(hide, badge)
        deed = Deed(deed=VisitDeed.ARRIVE, who="guard", at=NINE + at * SECOND, badge=pseudo, badge_label=label)
        with self.records.begin() as unit:
            return walk_in(unit, self.desk, replace(wish, **changed), Shown(document="id-card", number=DOCUMENT), deed)

    def act(self, number: int, what: VisitDeed, at: int = 0, **more: Any) -> Visit:
        with self.records.begin() as unit:
            return act(unit, self.desk, number, Deed(deed=what, who="officer", at=NINE + at * SECOND, **more))

    def passes(self, card: str, zone: str, at: int, *, heard: int | None = None, **more: Any) -> None:
        """``heard``: seconds after nine at which the news came."""
        self.seq += 1
        given: dict[str, Any] = {"event": "granted", "direction": "in", "seq": self.seq} | more
        received = NINE + (at if heard is None else heard) * SECOND
        self.readings.append(
            [],
            [
                Passage(
                    point=f"{zone}-door.entry", at=NINE + at * SECOND, credential=hide("card", card), received=received,
                    **given,
                )
            ],
        )  # fmt: skip

    def look(self, at: int) -> None:
        self.errand.run(self.records, NINE + at * SECOND)

    def clock(self, at: int) -> None:
        with self.records.begin() as unit:
            end_visits(unit, NINE + at * SECOND)

    def judgements(self, number: int) -> list[Judgement]:
        with self.records.read() as unit:
            return [one.judgement for one in unit.visits.crossings(number)]

    def alerts(self) -> Mapping[str, Alert]:
        """Open ones by rule."""
        with self.records.read() as unit:
            return {alert.rule: alert for alert in unit.alerts.open_ones()}

    def told(self, number: int) -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.of("visit", str(number))]
