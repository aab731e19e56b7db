"""What notices say: of every rule of the manual, in both languages, in plain words."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facility.alert import Alert, Condition, Severity
from facility.notice import Notice
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import WorkOrder
from notify.channel import Message
from notify.texts.rendering import LONGEST_SHORT, LONGEST_TITLE, NoText, Texts
from response.telling import alarm_data, joined, order_data
from rules.definition import load_book
from tests.facility.rotas import at

NIGHT = at("2026-11-26 02:10")
BOOK = load_book()
REGISTER = Register(
    sites={"riverside": Site(id="riverside", name=Text("江岸花园", "Riverside"), timezone="Asia/Shanghai")},
    zones={
        "b1": Zone(id="b1", site="riverside", kind="building", name=Text("1 号楼", "Tower 1")),
        "room": Zone(id="room", site="riverside", kind="room", parent="b1", name=Text("生活水泵房", "Pump room")),
    },
    assets={"pump-1": Asset(id="pump-1", zone="room", kind="pump", name=Text("1 号泵", "Pump 1"))},
)
CODES = re.compile(r"\b[a-z]+(-[a-z0-9]+){1,}\b|\bNone\b|\{|\}|%\(|\bnull\b")
"""Ids, and what templates leave when something is missing."""
KNOWN_WORDS = {"on-site", "fire-control", "first-aid", "self-closing", "low-voltage", "non-fire", "emergency-light"}


def an_alert(rule: str, **changed: Any) -> Alert:
    of = BOOK.rules[rule]
    alert = Alert(
        id=12,
        rule=rule,
        rule_version=of.version,
        clause=of.clause,
        point="pump-1.pressure",
        asset="pump-1",
        zone="room",
        severity=of.severity,
        life_safety=of.life_safety,
        title=of.title,
        started=NIGHT,
        raised=NIGHT,
        opened=NIGHT,
        value=0.46,
        latest=0.44,
        unit="MPa",
        limit=Text("0.50–0.70 MPa", "0.50–0.70 MPa"),
    )
    return replace(alert, **changed)


ORDER = WorkOrder(
    id=3,
    kind="water-supply",
    title=Text("水泵房压力超出设定值", "Pump-room pressure outside set pressure"),
    severity=Severity.HIGH,
    asset="pump-1",
    zone="room",
    limit=Text("0.50–0.70 MPa"),
    value=0.46,
    unit="MPa",
    opened=NIGHT,
    event_at=NIGHT,
)


def a_notice(language: str, template: str, data: dict[str, Any], alert: Alert | None = None, **more: Any) -> Notice:
    return Notice(
        key="k",
        cause="alert:12",
        person="wang",
        channel="sms",
        address="1",
        language=language,
        template=template,
        data={"again": False, **data},
        severity=alert.severity if alert else Severity.HIGH,
        life_safety=alert.life_safety if alert else False,
        created=NIGHT,
        due=NIGHT,
        **more,
    )


def parts(message: Message) -> list[str]:
    return [message.title, message.short, message.body]


def check(message: Message, language: str) -> None:
    """Nothing empty, nothing that only a program understands."""
    for part in parts(message):
        assert part.strip()
        codes = {found.group(0) for found in CODES.finditer(part)} - KNOWN_WORDS
        assert not {code for code in codes if code in BOOK.rules or not code.islower() or "_" in code}, part
        assert "{" not in part
        assert "None" not in part
        assert not re.search(r"[:：]\s*(\n|$)|\(\s*\)|（\s*）|。。|\.\.(?!\.)|，[。）]|, \.| ,", part), part
        assert language == "zh" or not re.search(r"[\u4e00-\u9fff]", part), part
    assert len(message.title) <= LONGEST_TITLE
    assert len(message.short) <= LONGEST_SHORT
    assert "\n\n" not in message.body


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("rule", sorted(BOOK.rules))
def test_every_rule_of_the_manual_is_told_in_plain_words(rule: str, language: str) -> None:
    alert, of = an_alert(rule), BOOK.rules[rule]
    data = alarm_data(alert, ORDER, REGISTER, of.do_first)
    message = Texts(link="https://duty.example.com").message(a_notice(language, "alarm", data, alert))
    check(message, language)
    assert of.title.say(language) in message.body
    assert of.title.say(language)[:20] in message.title
    for told in (message.body, message.short):
        assert of.do_first.say(language)[:60] in told
        assert ("11月26日 02:10" if language == "zh" else "26 Nov 02:10") in told
        assert ("1 号泵" if language == "zh" else "Pump 1") in told
        assert "0.44 MPa" in told
    assert "0.50–0.70 MPa" in message.body
    assert message.link == "https://duty.example.com/alerts/12"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "changed",
    [
        {"value": None, "latest": None, "limit": Text("漏水", "Water on the floor")},
        {"zone": "", "asset": "", "point": ""},
        {"condition": Condition.NORMAL, "ended": NIGHT, "late": True},
    ],
)
def test_what_is_not_known_leaves_no_hole(language: str, changed: dict[str, Any]) -> None:
    alert = an_alert("water-leak", title=Text("漏水", "Water on the floor"), **changed)
    check(Texts().message(a_notice(language, "alarm", alarm_data(alert, None, Register(), Text("")), alert)), language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("template", "more"),
    [
        ("order", {}),
        ("dispatched", {"by": "", "why": ""}),
        ("dispatched", {"by": "Zhou", "why": "Key is at the desk"}),
        ("returned", {"by": "Li", "why": "No tools"}),
        ("returned", {"by": "", "why": ""}),
        *(
            ("clock", {"what": what, "clock": clock, "due": NIGHT})
            for what in ("warned", "breached")
            for clock in ("respond", "arrive", "resolve", "notice", "review")
        ),
    ],
)
def test_what_is_told_about_an_order(language: str, template: str, more: dict[str, Any]) -> None:
    data = order_data(ORDER, REGISTER, Text("先看压力表", "Look at the gauge first"), **more)
    check(Texts().message(a_notice(language, template, data)), language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_goes_out_together_is_a_list(language: str) -> None:
    alerts = [an_alert(rule) for rule in sorted(BOOK.rules)]
    message = Texts().message(
        a_notice(language, "digest", joined([alarm_data(one, None, REGISTER, Text("")) for one in alerts]))
    )
    check(message, language)
    assert str(len(alerts)) in message.title
    assert "20. " in message.body
    assert "21. " not in message.body


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_test_says_so_before_anything_else(language: str) -> None:
    data = {"title": {"zh": "生命安全", "en": "Life safety"}, "by": "Wang", "since": NIGHT, "zone": "Asia/Shanghai"}
    message = Texts().message(a_notice(language, "test", data, test=True))
    check(message, language)
    assert all(("测试" if language == "zh" else "TEST") in part[:14] for part in parts(message)[:2])


def test_a_long_title_is_cut_with_a_mark_and_the_body_has_it_whole() -> None:
    alert = an_alert("water-leak", title=Text("很长的标题" * 30, "x"))
    message = Texts().message(a_notice("zh", "alarm", alarm_data(alert, None, REGISTER, Text("看")), alert))
    assert len(message.title) == LONGEST_TITLE
    assert message.title.endswith("…")
    assert "很长的标题" * 30 in message.body


def test_a_sites_own_text_comes_first_and_the_shipped_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "zh"
    folder.mkdir()
    (folder / "plain.txt").write_text(
        "{% block title %}本站：{{ say(title) }}{% endblock %}{% block short %}短{% endblock %}{% block body %}长{% endblock %}",
        "utf-8",
    )
    texts = Texts(tmp_path)
    data = {"title": {"zh": "水", "en": "Water"}, "body": {"zh": "看", "en": "Look"}}
    assert texts.message(a_notice("zh", "plain", data)).title == "本站：水"
    assert texts.message(a_notice("en", "plain", data)).title == "High: Water"


def test_a_text_without_all_its_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "plain.txt").write_text("{% block title %}x{% endblock %}", "utf-8")
    with pytest.raises(NoText, match="lacks short, body"):
        Texts(tmp_path).message(a_notice("zh", "plain", {}))
    with pytest.raises(NoText, match="no text 'nonsense'"):
        Texts().message(a_notice("zh", "nonsense", {}))
