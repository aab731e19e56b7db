"""A house with a box to be measured, two people and their manager, and a room that takes what they found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facility.alert import Severity
from facility.duty import Cadence, CheckKind, Duty, DutyCheck, Every
from facility.inspection import Result
from facility.instant import DAY, HOUR
from facility.instrument import Instrument
from facility.kept_file import KeptFile, name_of
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.draft import Answer, Draft
from inspections.submitting import ResultRoom, submit
from storage.records.people import Account
from storage.records.port import Unit
from storage.records.sql import SqlRecords

NOON = 1_795_492_800_000
PHOTO = b"a photo"
METER = Instrument(
    id="MEG-07", kind="insulation-tester", serial="A1", name=Text("兆欧表"), calibration_due=NOON + 9 * DAY
)
REGISTER = Register(
    sites={"home": Site(id="home", name=Text("家园"))},
    zones={"b2": Zone(id="b2", site="home", name=Text("地下二层", "B2"))},
    assets={
        "box-1": Asset(id="box-1", zone="b2", kind="distribution-box", name=Text("一号箱", "Box 1")),
        "box-2": Asset(id="box-2", zone="b2", kind="distribution-box", name=Text("二号箱", "Box 2")),
    },
    instruments={"MEG-07": METER, "MEG-03": replace(METER, id="MEG-03", calibration_due=NOON - DAY)},
)
DUTY = Duty(
    id="insulation",
    version="aaaa1111",
    clause="EQ-2",
    title=Text("绝缘", "Insulation"),
    do=Text("测", "Measure"),
    asset_kinds=("distribution-box",),
    cadence=Cadence(every=Every.YEAR),
    severity=Severity.HIGH,
    checks=(
        DutyCheck(
            id="r",
            title=Text("绝缘电阻", "Resistance"),
            kind=CheckKind.NUMBER,
            unit="MΩ",
            low=0.5,
            over_range=True,
            instrument="insulation-tester",
        ),
        DutyCheck(id="look", title=Text("外观", "Looks"), must=False),
        DutyCheck(id="photo", title=Text("照片", "Photo"), kind=CheckKind.PHOTO, must=False),
    ),
    fail_order="electrical",
    grace=DAY,
)
OWED = Occurrence(
    key="insulation/box-1/1",
    duty="insulation",
    duty_version="aaaa1111",
    clause="EQ-2",
    target="box-1",
    asset="box-1",
    zone="b2",
    opens=NOON - DAY,
    due=NOON + DAY,
    closes=NOON + DAY,
    missed=NOON + 2 * DAY,
    standing=Standing.OPEN,
)


def open_it(unit: Unit, register: Register, order: WorkOrder, who: str, at: int) -> WorkOrder:
    return unit.work_orders.add(order)


ROOM = ResultRoom(duties={"insulation": DUTY}, register=REGISTER, opener=open_it)
RETESTED = replace(ROOM, duties={"insulation": replace(DUTY, retest=True, retest_within=7 * DAY)})


def settle_in(records: SqlRecords) -> int:
    """People, a photo, and one occurrence; its number."""
    with records.begin() as unit:
        for name, role in (("li", Role.ENGINEER), ("chen", Role.ENGINEER), ("wang", Role.ADMIN), ("guo", Role.OFFICER)):
            unit.people.add(Account(id=name, name=name, role=role, password="x", created=0))
        file = KeptFile(sha256=name_of(PHOTO), media="image/png", size=len(PHOTO), body=PHOTO, created=0)
        unit.files.keep(file)
        return owe(unit)


def owe(unit: Unit, **changed: Any) -> int:
    """One more occurrence."""
    wanted = replace(OWED, **changed)
    assert unit.occurrences.plan([wanted]) == 1
    return unit.occurrences.by_key(wanted.key).id


def measured(value: float, **more: Any) -> Answer:
    return Answer(check="r", value=value, instrument="MEG-07", **more)


def draft(occurrence: int | None, *answers: Answer, key: str = "k1", **more: Any) -> Draft:
    return Draft(key=key, occurrence=occurrence, answers=answers or (measured(2.0),), **more)


def done(records: SqlRecords, wanted: Draft, who: str = "li", now: int = NOON, room: ResultRoom = ROOM) -> Result:
    with records.begin() as unit:
        return submit(unit, room, wanted, who, now)


__all__ = [
    "DUTY",
    "HOUR",
    "NOON",
    "OWED",
    "PHOTO",
    "REGISTER",
    "RETESTED",
    "ROOM",
    "done",
    "draft",
    "measured",
    "owe",
    "settle_in",
]
