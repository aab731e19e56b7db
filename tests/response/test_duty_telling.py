"""Who is told of a duty, by which chain, when, and in what words."""

from dataclasses import replace
from typing import Any

import pytest

from facility.fact import Fact
from facility.instant import DAY, HOUR
from facility.notice import Notice
from facility.register import Register, difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from response.duty_telling import DutyTelling
from storage.records.sql import SqlRecords
from tests.facility.rotas import at
from tests.response.escalation_house import NIGHT, House, a_rota

SITE = Register(
    sites={"s": Site(id="s", name=Text("家园", "Home"))},
    zones={"b1": Zone(id="b1", site="s", kind="room", name=Text("地下一层", "B1"))},
    assets={"e1": Asset(id="e1", zone="b1", kind="fire-extinguisher", name=Text("1 号灭火器", "Extinguisher 1"))},
)
DUE = at("2026-12-01 00:00")


def fact(what: str = "due-soon", **more: Any) -> Fact:
    data = {
        "clause": "FI-1", "title": {"zh": "灭火器检查", "en": "Extinguishers"}, "do": {"zh": "看压力。", "en": "Look."},
        "many": 1, "occurrences": [7], "target": "e1", "zone": "b1", "due": DUE, "missed": DUE + DAY,
        "assignee": "", "team": "engineering", "warning": DAY,
    }  # fmt: skip
    return Fact(at=NIGHT, noun="duty", subject="extinguishers", what=what, who="system:duties", data=data | more)


@pytest.fixture
def house(records: SqlRecords) -> House:
    made = House(records, channels=frozenset({"push"}))
    made.open(a_rota())
    with records.begin() as unit:
        unit.registers.apply(difference(unit.registers.load(), SITE), "admin", NIGHT)
    return made


def told(house: House, *facts: Fact, now: int = NIGHT) -> list[Notice]:
    telling = DutyTelling(chains=lambda: house.chains, teller=house.escalation.teller)
    before = {one.id for one in house.notices()}
    for one in facts:
        with house.records.begin() as unit:
            telling.follow(unit, one, now)
    return [one for one in house.notices() if one.id not in before]


def test_whoever_is_named_is_told_and_nobody_else(house: House) -> None:
    assert {one.person for one in told(house, fact(assignee="he"))} == {"he"}


def test_nobody_named_the_team_on_duty_is_told(house: House) -> None:
    assert {one.person for one in told(house, fact())} == {"li", "he"}


def test_nobody_of_the_team_there_at_all_is_known_to_the_manager(house: House) -> None:
    assert {one.person for one in told(house, fact(team="gardeners"))} == {"wang"}


def test_it_says_which_duty_for_what_until_when_of_which_clause_and_what_to_do(house: House) -> None:
    (one, *_) = told(house, fact(assignee="li"))
    assert one.data["title"] == {"zh": "即将到期：灭火器检查", "en": "Due soon: Extinguishers"}
    assert one.data["body"]["zh"] == "地下一层 1 号灭火器 · FI-1 · 请于 2026-11-30 23:59 前完成。看压力。"
    assert one.data["body"]["en"] == "B1, Extinguisher 1 · FI-1 · to be done by 2026-11-30 23:59. Look."
    assert one.data["link"] == "/duties/7"


def test_of_many_it_says_how_many_and_leads_to_the_list(house: House) -> None:
    (one, *_) = told(house, fact("overdue", assignee="li", many=3, occurrences=[7, 8, 9]))
    assert one.data["title"] == {"zh": "已逾期：灭火器检查（3 项）", "en": "Late: Extinguishers (3)"}
    assert "可补做到 2026-12-01 23:59" in one.data["body"]["zh"]
    assert one.data["link"] == "/duties?show=late&duty=extinguishers"


def test_at_night_it_waits_for_the_morning_but_where_that_would_be_too_late(house: House) -> None:
    by_way = {one.channel: one.due for one in told(house, fact(assignee="officer"))}
    assert set(by_way) == {"in-app"}
    phones = House(house.records, channels=frozenset({"sms"}))
    chain = replace(house.chains["duty"], levels=(replace(house.chains["duty"].levels[0], by=("in-app", "sms")),))
    phones.chains = {**house.chains, "duty": chain}
    (late,) = (one for one in told(phones, fact(assignee="li", warning=1)) if one.channel == "sms")
    assert (late.due, late.digest) == (at("2026-11-26 08:00"), True)
    (now,) = (one for one in told(phones, fact("overdue", assignee="li", missed=NIGHT + HOUR)) if one.channel == "sms")
    assert (now.due, now.digest) == (NIGHT, False)


def test_told_again_it_is_the_same_notice_and_what_was_missed_meanwhile_is_not_told(house: House) -> None:
    assert told(house, fact())
    assert told(house, replace(fact(), at=NIGHT + 1)) == []
    assert told(house, fact("overdue"), now=DUE + DAY) == []
    assert told(house, fact("fell-due")) == []
