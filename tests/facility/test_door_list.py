from dataclasses import replace
from datetime import date

import pytest

from facility.door import Door
from facility.door_list import NAMES, TO_DO, Kind, ListedCard, compare
from facility.instant import parse
from facility.permission_files.door_list import BrokenDoorList, read_door_list, read_mapping
from facility.register import Register
from facility.register_files import RegisterRefused
from facility.site import Asset
from facility.text import Text
from tests.facility.permissions import LOBBY, PUMPS, ROOF, some_permissions

NOW = parse("2026-03-02T10:00:00+08:00")
DOORS = {
    "pump-door": Door(asset="pump-door", zone="pumps", place=PUMPS, entry="p"),
    "roof-door": Door(asset="roof-door", zone="roof", place=ROOF, entry="r"),
    "lobby": Door(asset="lobby", zone="t1", place=LOBBY, entry="l"),
}
REGISTER = Register(
    assets={
        id: Asset(id=id, zone="z", kind="door", name=Text(zh, en))
        for id, zh, en in (
            ("pump-door", "泵房门", "Pump door"),
            ("roof-door", "屋面门", ""),
            ("lobby", "大堂", "Lobby"),
        )
    }
)
LI = ListedCard(row=2, credential="c-li", tail="0001", door="pump-door", called="泵房门", until=date(2026, 3, 4))
GUO = replace(LI, row=3, credential="c-guo")


def differences(*listed: ListedCard) -> list[tuple[str, int, str]]:
    found = compare(some_permissions(), DOORS, listed, NOW)
    return [(one.kind.value, one.row, one.holder) for one in found.differences]


def test_a_list_that_agrees_has_no_difference() -> None:
    found = compare(some_permissions(), DOORS, [LI, GUO], NOW)
    assert (found.differences, found.rows) == ((), 2)
    assert set(found.figures.values()) == {0}


def test_more_than_permitted_is_a_door_that_nobody_approved() -> None:
    assert differences(LI, GUO, replace(LI, row=4, door="roof-door")) == [
        ("more", 4, "li"),
    ]


def test_less_is_whoever_is_permitted_and_has_no_card_at_a_door_of_the_list() -> None:
    assert differences(LI) == [("less", 0, "guo")]
    assert differences() == []  # the list speaks of no door of ours


def test_any_good_card_of_a_holder_will_do() -> None:
    assert differences(replace(LI, credential="c-forced"), GUO) == []


@pytest.mark.parametrize("card", ["c-lost", "c-old", "c-visitor"])
def test_a_dead_card_that_is_still_open_comes_first_at_public_doors_too(card: str) -> None:
    found = differences(
        replace(LI, row=9, credential=card), LI, GUO, replace(LI, row=10, credential=card, door="lobby")
    )
    assert [(kind, row) for kind, row, _ in found] == [("dead", 9), ("dead", 10)]


def test_a_card_of_somebody_who_has_left_is_dead() -> None:
    left = parse("2026-07-01T10:00:00+08:00")
    listed = [replace(LI, until=date(2026, 12, 31)), replace(GUO, until=None)]
    found = compare(some_permissions(), DOORS, listed, left)
    assert [(one.kind, one.reason) for one in found.differences] == [(Kind.DEAD, "left")]


def test_unknown_cards_doors_and_doubles_are_told_apart() -> None:
    found = differences(
        LI,
        GUO,
        replace(LI, row=4, credential="c-x"),
        replace(LI, row=5),
        replace(LI, row=6, door="", called="后门"),
        replace(LI, row=7, credential="c-x", door="lobby"),
    )
    assert [(kind, row) for kind, row, _ in found] == [("unknown", 4), ("twice", 5), ("no-door", 6)]


def test_a_door_that_is_open_for_longer_than_the_permission_is_told_with_it() -> None:
    found = compare(some_permissions(), DOORS, [replace(LI, until=None), GUO], NOW)
    assert [(one.kind, one.permission) for one in found.differences] == [(Kind.LONGER, "engineers")]
    assert differences(replace(LI, until=date(2026, 12, 31)), GUO) == []


def test_what_the_door_system_has_ended_itself_is_no_difference() -> None:
    assert differences(replace(LI, row=8, credential="c-lost", until=date(2026, 3, 1)), LI, GUO) == []


def test_every_difference_has_a_name_and_something_to_do() -> None:
    assert set(NAMES) == set(TO_DO) == set(Kind)


MAPPING = """
dates = ["%Y/%m/%d"]
[columns]
card = "卡号"
door = "门"
name = "姓名"
from = "起"
until = "止"
[doors]
"B1 后门" = "roof-door"
"""
LIST = "卡号,姓名,门,起,止\n1001,李工,泵房门,2026/1/1,2026/3/4\n1002,郭,B1 后门,,2099/12/31\n1003,潘,车库,,\n"


def hide(number: str) -> str:
    return f"hidden-{number[-1:]}"


def listed(text: str, mapping: str = MAPPING) -> list[ListedCard]:
    return read_door_list(text.encode("gb18030"), read_mapping(mapping), DOORS, REGISTER, hide)


def test_a_list_is_read_by_its_mapping_and_no_name_or_number_stays() -> None:
    found = listed(LIST)
    assert [(one.row, one.credential, one.door, one.until) for one in found] == [
        (2, "hidden-1", "pump-door", date(2026, 3, 4)),
        (3, "hidden-2", "roof-door", None),
        (4, "hidden-3", "", None),
    ]
    assert not any(word in repr(found) for word in ("李工", "郭", "潘"))


def test_a_list_that_cannot_be_read_is_refused_with_row_and_column() -> None:
    with pytest.raises(RegisterRefused) as refused:
        listed("卡号,姓名,门,起,止\n,李工,泵房门,,soon\n1002,郭,,,\n")
    assert [(one.row, one.column) for one in refused.value.errors] == [(2, "卡号"), (2, "止"), (3, "门")]


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(RegisterRefused, match="it has: number, door"):
        listed("number,door\n1,泵房门\n")


@pytest.mark.parametrize("text", ["[columns]\ncrad = 'x'\n", "dates = 3\n", "[columns\n"])
def test_a_mapping_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(BrokenDoorList, match=r"door-list\.toml:"):
        read_mapping(text)
