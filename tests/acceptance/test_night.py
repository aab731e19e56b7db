"""A night: a burst pipe whose first engineer does not answer, a fire test, real smoke, a cut of power, a lift.

Held to what has to be true in the morning: the right people told in the right order, each clock right to the second, and a
report whose figures nobody has to touch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from facility.instant import HOUR, MINUTE, SECOND, parse
from simulators.scenario import find
from tests.acceptance.night_shift import Gateway, Shift, gateway, night_shift
from tests.acceptance.timeline import at_once
from tests.simulators.riverside import register

pytestmark = pytest.mark.xdist_group("night")
SCENARIO = find("night")
ZERO = SCENARIO.start - 2 * HOUR
"""Midnight at the property."""


def clock(text: str) -> int:
    """``02:10`` or ``02:10:15`` of that night."""
    hours, minutes, *seconds = map(int, text.split(":"))
    return ZERO + hours * HOUR + minutes * MINUTE + sum(seconds) * SECOND


def said(at: int) -> str:
    """The other way."""
    seconds = (at - ZERO) // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass
class Night:
    """What the morning finds."""

    shift: Shift
    gateway: Gateway

    def told(self, cause: str) -> list[tuple[str, str, str]]:
        """(when, whom, by which way) of everything that went out about a cause, in order."""
        sent = [notice for notice in self.shift.notices(cause) if notice.sent is not None]
        return [(said(notice.sent or 0)[:5], notice.person, notice.channel) for notice in sent]

    def order(self, kind: str) -> dict[str, Any]:
        """The only work order of that class, as the pages see it."""
        [order] = [one for one in self.shift.room.work_orders() if one.kind == kind]
        found: dict[str, Any] = self.shift.person("ma").get(f"/api/v1/work-orders/{order.id}")
        return found

    def alert(self, rule: str) -> int:
        [found] = [alert.id for alert in self.shift.room.alerts() if alert.rule == rule]
        return found

    def facts(self, noun: str, number: int) -> list[tuple[str, str, str]]:
        """(when, what, who)"""
        with self.shift.room.records.read() as unit:
            return [(said(fact.at), fact.what, fact.who) for fact in unit.facts.of(noun, str(number))]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    with gateway() as sms, night_shift(folder, SCENARIO.start, sms.server.server_address[1]) as shift:
        play(shift)
        yield Night(shift, sms)


def play(shift: Shift) -> None:
    """The building and the people, side by side."""
    coming = deque(at_once(SCENARIO, register()))
    deeds = deque(sorted(people(shift), key=lambda deed: deed[0]))
    for now in range(SCENARIO.start, SCENARIO.start + SCENARIO.duration, SCENARIO.tick):
        while coming and coming[0][0] <= now:
            at, message = coming.popleft()
            shift.room.link.deliver(message.topic, message.payload, arrived=at)
        shift.go_on(now, SCENARIO.tick)
        while deeds and deeds[0][0] <= now:
            deeds.popleft()[1]()
            shift.look()
    assert not deeds


Deed = Callable[[], object]
BURST = ("2号楼爆管抢修中", "A pipe burst in tower 2; it is being repaired")
FREE = ("1号梯乘客已救出", "Everybody is out of lift 1")


@dataclass
class People:
    """What people can do, each as something to be done later."""

    shift: Shift

    def act(self, who: str, address: str, status: int = 200, **body: Any) -> Deed:
        return lambda: self.shift.person(who).post(address, status, **body)

    def order(self, who: str, kind: str, action: str, **body: Any) -> Deed:
        def do() -> object:
            [found] = [one.id for one in self.shift.room.work_orders() if one.kind == kind]
            return self.shift.person(who).post(f"/work-orders/{found}/{action}", **body)

        return do

    def acknowledge(self, who: str, rule: str) -> Deed:
        def do() -> object:
            [found] = [alert.id for alert in self.shift.room.alerts() if alert.rule == rule]
            return self.shift.person(who).post(f"/alerts/{found}/acknowledge", finding="real")

        return do

    def incident(self, who: str, playbook: str, deed: str, status: int = 200, **body: Any) -> Deed:
        return lambda: self.shift.person(who).post(f"/incidents/{self._number(playbook)}/{deed}", status, **body)

    def bulletin(self, playbook: str, said: tuple[str, str]) -> Deed:
        words = dict(zip(("zh", "en"), said, strict=True))
        return self.incident("wu", playbook, "bulletins", 201, title=words, body=words)

    def review(self, deed: str, **body: Any) -> Deed:
        return lambda: self.shift.person("ma").post(f"/reviews/incident/{self._number('burst-pipe')}/{deed}", **body)

    def _number(self, playbook: str) -> int:
        rows = self.shift.person("wu").get("/api/v1/incidents")["rows"]
        [found] = [row["id"] for row in rows if row["playbook"] == playbook]
        return int(found)


def people(shift: Shift) -> list[tuple[int, Deed]]:
    """Who does what, when. Zhao, who is first in line for water, sleeps."""
    do = People(shift)
    test = {"extent": "zone", "scope": "t1-f01", "minutes": 15, "why": "monthly test"}
    words = {"happened": "A joint of the riser gave way.", "lacked": "Zhao was not reached."}
    night = [
        ("02:17", do.order("he", "water-supply", "accept")),
        ("02:29", do.act("ma", "/test-modes", 201, **test)),
        ("02:32", do.acknowledge("wu", "smoke-alarm")),
        ("02:32:30", do.incident("wu", "fire", "steps/confirm/choose", choice="small")),
        ("02:33", do.order("zhao", "fire", "accept")),
        ("02:36", do.bulletin("burst-pipe", BURST)),
        ("02:40", shift.restart),
        ("02:41", do.order("he", "water-supply", "arrive", reason="no code hangs at the door")),
        ("02:42", do.order("he", "water-supply", "start")),
        ("02:43", do.incident("he", "burst-pipe", "steps/confirm/choose", choice="burst")),
        ("02:44", do.order("zhao", "fire", "arrive", reason="smoke in the corridor")),
        ("02:45", do.order("zhao", "fire", "start")),
        ("02:57", do.order("he", "water-supply", "checks", check="valve")),
        ("02:58", do.order("he", "water-supply", "finish", reason="valve shut, pipe clamped, pressure is back")),
        ("03:01", do.acknowledge("wu", "lift-trapped")),
        ("03:02", do.order("zhao", "lift", "accept")),
        ("03:05", do.order("wu", "water-supply", "verify")),
        ("03:20", do.order("zhao", "lift", "arrive", reason="at the landing")),
        ("03:21", do.order("zhao", "lift", "start")),
        ("03:25", do.bulletin("trapped-in-lift", FREE)),
        ("03:25", do.order("zhao", "lift", "checks", check="spoken")),
        ("03:25", do.order("zhao", "lift", "checks", check="locked-out")),
        ("03:26", do.order("zhao", "lift", "finish", reason="both out, unhurt")),
        ("03:40", do.incident("he", "burst-pipe", "end", reason="repaired; the flats below are dry")),
        ("03:50", do.review("words", **words)),
        ("03:51", do.review("finish")),
    ]
    return [(clock(at), deed) for at, deed in night]


def test_the_first_engineer_is_called_first_then_the_next_and_nobody_once_somebody_has_answered(night: Night) -> None:
    """Told again when it turned out to be a burst; the second engineer after five minutes; he accepts at 02:17."""
    assert night.told(f"alert:{night.alert('pump-pressure-band')}") == [
        ("02:10", "zhao", "in-app"),
        ("02:10", "zhao", "sms"),
        ("02:10", "wu", "in-app"),
        ("02:11", "zhao", "in-app"),
        ("02:11", "zhao", "sms"),
        ("02:11", "wu", "in-app"),
        ("02:16", "zhao", "sms"),
        ("02:16", "he", "in-app"),
        ("02:16", "he", "sms"),
        ("02:16", "wu", "sms"),
    ]


def test_one_cause_is_one_work_order(night: Night) -> None:
    burst = [alert.work_order for alert in night.shift.room.alerts()[:3]]
    assert len(set(burst)) == 1
    assert len(night.shift.room.work_orders()) == 3


@pytest.mark.parametrize(("rule", "at"), [("smoke-alarm", "02:31"), ("lift-trapped", "03:00")])
def test_life_safety_goes_to_several_at_once_and_stops_when_somebody_answers(night: Night, rule: str, at: str) -> None:
    assert night.told(f"alert:{night.alert(rule)}") == [
        (at, "wu", "in-app"),
        (at, "wu", "sms"),
        (at, "han", "sms"),
        (at, "yang", "sms"),
        (at, "ma", "in-app"),
        (at, "ma", "sms"),
    ]


def test_the_fire_test_called_nobody_and_is_evidence(night: Night) -> None:
    assert [alert for alert in night.shift.room.alerts() if alert.point.startswith("t1-f01-")] == []
    [mode] = night.shift.person("ma").get("/api/v1/test-modes")["rows"]
    assert "t1-f01-smoke-1.smoke" in mode["came"]


def test_each_clock_is_right_to_the_second(night: Night) -> None:
    """From the event's own time. Where it stopped is when somebody acted; what was late says so."""
    assert clocks(night.order("water-supply")) == {
        "respond": ("02:10:10", "02:15:10", "02:17:00", True),
        "arrive": ("02:10:10", "03:10:10", "02:41:00", False),
        "resolve": ("02:10:10", "26:10:10", "02:58:00", False),
        "notice": ("02:10:10", "03:06:00", "02:58:00", False),
        "review": ("03:05:00", "75:05:00", "03:51:00", False),
    }
    assert clocks(night.order("fire"))["respond"] == ("02:31:08", "02:34:08", "02:33:00", False)
    lift = clocks(night.order("lift"))
    assert lift["respond"] == ("03:00:00", "03:05:00", "03:02:00", False)
    assert lift["arrive"] == ("03:00:00", "03:30:00", "03:20:00", False)


def test_a_breach_is_found_once_and_told_to_those_it_concerns(night: Night) -> None:
    order = night.order("water-supply")["id"]
    assert [what for _, what, _ in night.facts("work-order", order)].count("breached") == 1
    late = [(person, way) for at, person, way in night.told(f"work-order:{order}") if at == "02:15"]
    assert late == [(person, way) for person in ("zhao", "wu", "ma") for way in ("in-app", "sms")]


def test_a_restart_in_the_middle_tells_nobody_twice_and_forgets_nobody(night: Night) -> None:
    keys = [one["key"] for one in night.gateway.taken]
    assert len(keys) == len(set(keys))
    with night.shift.room.records.read() as unit:
        assert unit.facts.verify() is None
        assert unit.troubles.count() == {}
    assert night.shift.notices("nothing") == []


def test_the_review_needs_nobody_to_touch_its_figures(night: Night) -> None:
    found = night.shift.person("ma").get("/api/v1/reviews/incident/1")
    report = found["report"]
    assert found["check"] == "true"
    assert found["finished_by"] == "ma"
    figures = {one["name"]: (one["raw"], one["late"]) for one in report["clocks"] if one["raw"] is not None}
    assert figures["respond"] == (clock("02:17") - report["began"], clock("02:12") - report["began"])
    assert figures["arrive"] == (clock("02:41") - report["began"], None)
    assert [said(one["posted"]) for one in report["bulletins"]] == ["02:36:00"]
    assert {one["rule"] for one in report["alerts"]} == {"water-leak", "pipe-burst", "pump-pressure-band"}
    told = {(one["person"], said(one["sent"])[:5]) for one in report["told"] if one["sent"]}
    assert {("zhao", "02:10"), ("he", "02:16")} <= told


def test_the_residents_read_what_they_were_told_and_nothing_of_anybody(night: Night) -> None:
    page = night.shift.anybody("/bulletins/all")
    assert "2号楼爆管抢修中" in page
    assert not [name for name in ("wu", "zhao", "何工", "赵工") if name in page.split("<main", 1)[1]]


def clocks(order: dict[str, Any]) -> dict[str, tuple[str, str, str, bool]]:
    """name → (started, due, stopped, breached)"""
    return {
        one["name"]: (*(said(parse(one[which]))[:8] for which in ("started", "due", "stopped")), one["breached"])
        for one in order["clocks"]
        if one["stopped"]
    }
