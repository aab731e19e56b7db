"""The page of channels: what there is, how it does, and trying it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.instant import MINUTE, SECOND
from facility.notice import Notice
from notify.channel_file import read_channels
from notify.channel_kind import Parts
from notify.opening import ways
from notify.pace import NOTE, Health
from storage.records.notices import NoticeFilter
from tests.api.browser import Browser
from tests.api.seed import NOW, House

FILE = """
[[channel]]
name = "email"
kind = "email"
title_zh = "值班邮箱"
title_en = "Duty mailbox"
host = "mail.example.com"
sender = "duty@example.com"
user = "duty"
password = { env = "NOT_THERE" }

[[channel]]
name = "group"
kind = "wecom"
key = { env = "A_KEY" }

[[channel]]
name = "mqtt"
kind = "mqtt"
"""
KEY = "k3y-of-the-group"
SIREN = "o1-f01-siren"


@pytest.fixture
def house(home: House) -> House:
    given = read_channels(FILE)
    shown = ways(given, Parts(clock=home.clock, environment={"A_KEY": KEY}))
    return House(
        context=replace(home.context, ways=lambda: (shown, "")),
        clock=home.clock,
        records=home.records,
        readings=home.readings,
        book=home.book,
    )


@pytest.fixture
def visit(house: House) -> Callable[[str], Browser]:
    app = create_app(house.context)

    def sign_in(name: str) -> Browser:
        made = Browser(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        made.sign_in(name)
        return made

    return sign_in


def notices(house: House) -> list[Notice]:
    with house.records.read() as unit:
        return unit.notices.find(NoticeFilter()).rows


def test_each_channel_says_how_it_does_and_never_a_secret(house: House, visit: Callable[[str], Browser]) -> None:
    with house.records.begin() as unit:
        failing = Health(channel="group", failures=2, error="it answered 45009", failed_at=NOW - MINUTE)
        unit.notes.put(f"{NOTE}group", failing.note())
    text = visit("officer").page("/channels")
    assert "值班邮箱" in text
    assert "mail.example.com:587" in text
    assert "NOT_THERE" in text, "what is missing is named"
    assert "it answered 45009" in text
    assert KEY not in text


def test_a_broken_file_is_said(house: House) -> None:
    context = replace(house.context, ways=lambda: ((), "channels.toml: channel 1, kind: is missing"))
    made = Browser(TestClient(create_app(context), raise_server_exceptions=False, follow_redirects=False))
    made.sign_in("officer")
    text = made.page("/channels")
    assert "channel 1, kind: is missing" in text


def test_a_test_goes_the_way_of_every_notice(house: House, visit: Callable[[str], Browser]) -> None:
    there = visit("officer")
    for _ in range(2):
        assert there.send("/channels/group/test", to="13800138000") == 303
    (made,) = notices(house)
    assert (made.channel, made.address, made.template, made.test) == ("group", "13800138000", "channel-test", True)
    assert made.due == NOW
    with house.records.read() as unit:
        facts = unit.facts.of("channel", "group")
    assert [(fact.what, fact.who) for fact in facts] == [("tried-out", "officer")]


def test_mail_needs_to_know_where_to(house: House, visit: Callable[[str], Browser]) -> None:
    assert visit("officer").send("/channels/email/test", to=" ") == 422
    assert notices(house) == []


def test_a_siren_is_on_and_off_again(house: House, visit: Callable[[str], Browser]) -> None:
    assert visit("officer").send(f"/channels/devices/{SIREN}/test") == 303
    off, on = notices(house)
    assert [(one.address, one.data["command"], one.due) for one in (on, off)] == [
        (SIREN, "on", NOW),
        (SIREN, "off", NOW + 5 * SECOND),
    ]
    assert on.data["void"] == NOW + MINUTE, "if it cannot be reached by then it is not sounded any more"
    assert "void" not in off.data
    assert on.data["at"] < off.data["at"], "and never after it was switched off"


def test_a_valve_is_not_tried_with_a_button(house: House, visit: Callable[[str], Browser]) -> None:
    there = visit("officer")
    assert there.send("/channels/devices/o1-gas-valve/test") == 422
    assert there.send("/channels/devices/nobody/test") == 404
    assert there.send("/channels/nobody/test") == 404
    assert "/channels/devices/o1-gas-valve/test" not in there.page("/channels")
    assert notices(house) == []


def test_no_siren_is_tried_while_an_incident_goes_on(house: House, visit: Callable[[str], Browser]) -> None:
    from response.incidents import Opening, open_by_hand
    from response.playbook_files import load_playbooks

    with house.records.begin() as unit:
        playbook = load_playbooks()["fire"]
        open_by_hand(
            unit,
            unit.registers.load(),
            playbook,
            Opening(zone="o1-f01", why="smoke in the lobby"),
            who="officer",
            at=NOW,
        )
    there = visit("officer")
    assert there.send(f"/channels/devices/{SIREN}/test") == 422
    assert f"/channels/devices/{SIREN}/test" not in there.page("/channels")
    assert [one for one in notices(house) if one.test] == []


@pytest.mark.parametrize("name", ["inspector", "guard", "engineer"])
def test_who_does_not_dispatch_only_looks(name: str, house: House, visit: Callable[[str], Browser]) -> None:
    there = visit(name)
    assert "发送测试" not in there.page("/channels")
    assert there.send("/channels/group/test") == 403
    assert there.send(f"/channels/devices/{SIREN}/test") == 403
    assert notices(house) == []


def test_its_value_is_shown_and_the_last_test(house: House, visit: Callable[[str], Browser]) -> None:
    house.say(f"{SIREN}.switch", 1.0, ago=SECOND)
    there = visit("officer")
    there.send(f"/channels/devices/{SIREN}/test")
    text = there.page("/channels")
    assert "商务楼大堂声光报警器" in text
    assert "发送中" in text
