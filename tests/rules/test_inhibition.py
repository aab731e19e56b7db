"""An alert that another one explains is recorded and shown, and calls nobody while that one goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Alert, Condition
from facility.point import Device
from facility.reading import Reading
from facility.register import Register
from facility.site import Asset, Zone
from facility.text import Text
from rules.definition import BrokenRules, load_book, read_rule
from tests.rules.room import MINUTE, SECOND, T0, Room, book_of, point, register, rule_text

LOST, PRESENT = 0.0, 1.0
MAINS = rule_text("mains", '[state]\nbad = ["lost"]', applies='applies = { quantity = "mains" }')
GAUGES = ("near.pressure", "far.pressure")
ORDER = '\n[response]\nwork_order = "water-supply"\n'


def silence(same: str, more: str = "") -> str:
    return rule_text(
        "quiet", '[silence]\nafter = "1m"' + ORDER, more=f'inhibited_by = {{ rule = "mains", same = "{same}" }}{more}'
    )


def house() -> Register:
    """Two gauges; the panel is the gateway of one, and stands in the floor around that one's room."""
    built = register(
        [*(point(id, "pressure", "MPa", 0.001) for id in GAUGES), point("panel.mains", "mains", interval=0)]
    )
    name = Text("区", "zone")
    zones = {
        "floor": Zone(id="floor", site="site", name=name),
        "room": Zone(id="room", site="site", parent="floor", name=name),
        "other": Zone(id="other", site="site", name=name),
    }
    homes = {"near": "room", "far": "other", "panel": "floor"}
    assets = {id: Asset(id=id, zone=zone, kind=id, name=name) for id, zone in homes.items()}
    devices = {
        "near": Device(id="near", name=name, gateway="panel"),
        "far": Device(id="far", name=name),
        "panel": Device(id="panel", name=name),
    }
    return replace(built, zones=zones, assets=assets, devices=devices)


def room(*texts: str) -> Room:
    return Room(book_of(*texts), register=house())


def mains(value: float, at: int) -> Reading:
    return Reading("panel.mains", at, value)


def by_point(room: Room) -> dict[str, Alert]:
    return {alert.point: alert for alert in room.alerts()}


@pytest.mark.parametrize("same", ["gateway", "zone"])
def test_what_the_loss_explains_is_shown_and_calls_nobody(same: str) -> None:
    one = room(MAINS, silence(same))
    one.take([mains(LOST, T0 + SECOND)])
    one.tick(T0 + MINUTE)
    found = by_point(one)
    assert found["near.pressure"].suppressed_by == "mains"
    assert found["near.pressure"].state == "suppressed-by-design"
    assert (found["near.pressure"].condition, found["near.pressure"].work_order) == (Condition.ACTIVE, None)
    assert (found["far.pressure"].suppressed_by, found["panel.mains"].suppressed_by) == ("", "")
    assert [order.point for order in one.orders()] == ["far.pressure"]


def test_it_does_not_matter_which_of_the_two_came_first() -> None:
    one = room(MAINS, silence("gateway"))
    one.tick(T0 + MINUTE)
    one.take([mains(LOST, T0 + MINUTE + SECOND)])
    assert by_point(one)["near.pressure"].suppressed_by == "mains"
    assert [(fact.what, fact.why) for fact in one.facts() if fact.what == "suppressed"] == [("suppressed", "mains")]


def test_when_the_cause_ends_and_it_still_goes_on_it_is_an_alert_like_any_other() -> None:
    one = room(MAINS, silence("gateway"))
    one.take([mains(LOST, T0 + SECOND)])
    one.tick(T0 + MINUTE)
    one.take([mains(PRESENT, T0 + 2 * MINUTE)])
    found = by_point(one)["near.pressure"]
    assert (found.suppressed_by, found.announces) == ("", True)
    assert sorted(order.point for order in one.orders()) == sorted(GAUGES)
    assert "alert unsuppressed" in one.told()


def test_what_is_over_before_the_cause_ends_opens_no_work_order() -> None:
    one = room(MAINS, silence("gateway"))
    one.take([mains(LOST, T0 + SECOND)])
    one.tick(T0 + MINUTE)
    one.take([Reading("near.pressure", T0 + 2 * MINUTE, 0.6)])
    assert by_point(one)["near.pressure"].condition is Condition.NORMAL
    one.take([mains(PRESENT, T0 + 3 * MINUTE)])
    assert [order.point for order in one.orders()] == ["far.pressure"]


def test_in_one_batch_the_cause_is_known_before_what_it_explains() -> None:
    low = rule_text(
        "low", '[minimum]\nlimit = "0.3 MPa"' + ORDER, more='inhibited_by = { rule = "mains", same = "gateway" }'
    )
    one = room(MAINS, low)
    one.take([Reading("near.pressure", T0, 0.1), mains(LOST, T0 + SECOND)])
    assert by_point(one)["near.pressure"].suppressed_by == "mains"
    assert one.orders() == []


def test_a_test_of_the_cause_explains_nothing() -> None:
    one = room(MAINS, silence("gateway"))
    one.take([mains(LOST, T0 + SECOND)._replace(test=True)])
    one.tick(T0 + MINUTE)
    assert by_point(one)["near.pressure"].suppressed_by == ""


@pytest.mark.parametrize("after", [(MAINS,), (silence("gateway"),), (MAINS, silence("device"))])
def test_a_change_of_rules_lets_go_what_nothing_inhibits_any_more(after: tuple[str, ...]) -> None:
    one = room(MAINS, silence("gateway"))
    one.take([mains(LOST, T0 + SECOND)])
    one.tick(T0 + MINUTE)
    with one.records.begin() as unit:
        adopt = one.judge.use(unit, house(), T0 + 2 * MINUTE, book_of(*after))
    adopt()
    assert by_point(one)["near.pressure"].suppressed_by == ""


def test_a_restart_forgets_nothing_of_it() -> None:
    one = room(MAINS, silence("gateway"))
    one.take([mains(LOST, T0 + SECOND)])
    one.tick(T0 + MINUTE)
    one.restart(T0 + 2 * MINUTE)
    assert by_point(one)["near.pressure"].suppressed_by == "mains"
    one.take([mains(PRESENT, T0 + 3 * MINUTE)])
    assert by_point(one)["near.pressure"].suppressed_by == ""


def test_life_safety_is_never_inhibited() -> None:
    with pytest.raises(BrokenRules, match="life safety is never inhibited"):
        read_rule(silence("zone", more="\nlife_safety = true"), "smoke.toml")
    assert [rule.id for rule in load_book() if rule.life_safety and rule.inhibited_by] == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            silence("zone").replace('"mains"', '"mains-list"'),
            "there is no rule 'mains-list'; did you mean 'mains-lost'?",
        ),
        (silence("zone").replace('"mains"', '"quiet"'), "a rule cannot inhibit itself"),
        (silence("room"), "'room' is not possible; allowed: 'device', 'gateway', 'asset', 'zone'"),
    ],
)
def test_what_cannot_inhibit_is_told(text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "quiet.toml").write_text(text)
    with pytest.raises(BrokenRules) as caught:
        load_book(tmp_path)
    assert wanted in str(caught.value)


def test_rules_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "quiet.toml").write_text(silence("zone"))
    circle = MAINS.replace("[state]", 'inhibited_by = { rule = "quiet", same = "zone" }\n[state]')
    (tmp_path / "mains.toml").write_text(circle)
    with pytest.raises(BrokenRules, match="allowed: no circles"):
        load_book(tmp_path)
