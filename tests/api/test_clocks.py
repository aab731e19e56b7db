"""Clocks and the responder's health as people and programs read them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.web import times
from facility.clock import Pause, meet
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.person import Role
from facility.promise import Promise
from facility.trouble import Trouble
from facility.work_order import State, WorkOrder
from response.scheduler import look_at_clocks
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House
from tests.storage.records.examples import ORDER

Headers = Callable[[Role], dict[str, str]]
PROMISES = {
    "respond": Promise(name="respond", within=8 * MINUTE, clause="RS-1", source="contract"),
    "arrive": Promise(name="arrive", within=HOUR, clause="ER-1", source="manual"),
    "resolve": Promise(name="resolve", within=2 * HOUR, clause="ER-2", source="manual"),
    "notice": Promise(name="notice", within=30 * MINUTE, clause="IN-3", source="manual"),
    "review": Promise(name="review", within=3 * DAY, clause="ER-5", source="manual"),
}


def order_since(home: House, minutes: int, *names: str, **changed: Any) -> WorkOrder:
    """An order of something that happened so many minutes ago; the scheduler has looked since."""
    number = home.raise_alert("pump-pressure-band", GAUGE, value=0.48).work_order or 0
    event = home.context.clock() - minutes * MINUTE
    with home.records.begin() as unit:
        order = unit.work_orders.get(number)
        clocks = tuple(PROMISES[name].clock(event) for name in names)
        return unit.work_orders.update(replace(order, event_at=event, opened=event, clocks=clocks, **changed))


def read(browser: Browser, address: str, language: str) -> str:
    return browser.client.get(address, headers={"accept-language": language}).text


def look(home: House) -> None:
    more = True
    while more:
        with home.records.begin() as unit:
            more = look_at_clocks(unit, home.context.clock())


def change(home: House, order: WorkOrder, **changed: Any) -> WorkOrder:
    with home.records.begin() as unit:
        return unit.work_orders.update(replace(unit.work_orders.get(order.id), **changed))


def clocks_of(client: TestClient, headers: dict[str, str], number: int) -> dict[str, dict[str, Any]]:
    rows = client.get(f"/api/v1/work-orders/{number}/clocks", headers=headers).json()
    return {row["name"]: row for row in rows}


def test_every_clock_says_what_is_left_and_who_asks_for_it(home: House, client: TestClient, program: Headers) -> None:
    order = order_since(home, 50, *PROMISES)
    look(home)
    found = clocks_of(client, program(Role.INSPECTOR), order.id)
    assert {name: row["standing"] for name, row in found.items()} == {
        "respond": "overdue",
        "arrive": "warned",
        "resolve": "runs",
        "notice": "overdue",
        "review": "waits",
    }
    arrive = found["arrive"]
    assert (arrive["left_ms"], arrive["raw_ms"], arrive["net_ms"]) == (10 * MINUTE, 50 * MINUTE, 50 * MINUTE)
    assert (arrive["clause"], arrive["source"], arrive["breach"]) == ("ER-1", "manual", None)
    assert (found["review"]["started"], found["review"]["due"]) == (None, None)
    breach = found["respond"]["breach"]
    assert (breach["cause"], breach["assignee"], breach["over_by_ms"]) == ("not-dispatched", "", 42 * MINUTE)
    assert (found["notice"]["missed"], found["notice"]["every_ms"]) == (1, 30 * MINUTE)


def test_a_pause_says_who_allowed_it_and_both_times_are_there(
    home: House, client: TestClient, program: Headers, browser_of: Callable[[str], Browser]
) -> None:
    order = order_since(home, 300, "resolve")
    (clock,) = order.clocks
    pause = Pause(since=clock.started + HOUR, by="engineer", approver="manager", why="等配件")
    change(home, order, clocks=(replace(clock, pauses=(pause,)),), state=State.ON_HOLD)
    row = clocks_of(client, program(Role.INSPECTOR), order.id)["resolve"]
    assert (row["standing"], row["raw_ms"], row["net_ms"], row["left_ms"]) == ("paused", 5 * HOUR, HOUR, HOUR)
    assert (row["pauses"][0]["approver"], row["pauses"][0]["why"]) == ("manager", "等配件")
    told = words(read(browser_of("officer"), f"/work-orders/{order.id}", "en"))
    assert "stands still, left: 1:00:00" in told
    assert "so far 1:00:00, with pauses 5:00:00" in told
    assert "等配件" in told


def test_the_page_says_why_a_limit_was_missed_and_counts_down(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    order = order_since(home, 50, *PROMISES, state=State.ACCEPTED, assignee="engineer")
    look(home)
    html = read(browser_of("officer"), f"/work-orders/{order.id}", "en")
    told = words(html)
    assert "respond overdue by 42:00" in told
    assert "be on site left: 10:00" in told
    assert "review begins when the work is closed" in told
    assert "When the limit passed, nobody had been given it" in told
    assert "time limit passed · respond" in told
    arrive = next(clock for clock in order.clocks if clock.name == "arrive")
    assert f'data-countdown="{arrive.due}"' in html
    chinese = words(read(browser_of("officer"), f"/work-orders/{order.id}", "zh"))
    assert "超时的时候：还没有派给任何人" in chinese


def test_a_clock_that_is_done_counts_no_more(home: House, browser_of: Callable[[str], Browser]) -> None:
    order = order_since(home, 50, "arrive", "resolve")
    clocks = tuple(replace(clock, stopped=clock.started + 70 * MINUTE) for clock in order.clocks)
    change(home, order, clocks=clocks)
    html = read(browser_of("officer"), f"/work-orders/{order.id}", "en")
    assert "data-countdown" not in html
    assert "be on site done late, by 10:00" in words(html)
    assert "solve in time" in words(html)


def test_notices_say_how_many_went_out(home: House, browser_of: Callable[[str], Browser]) -> None:
    order = order_since(home, 80, "notice")
    look(home)
    now = home.context.clock()
    change(home, order, clocks=tuple(meet(clock, now - 5 * MINUTE) for clock in order.clocks))
    told = words(read(browser_of("officer"), f"/work-orders/{order.id}", "en"))
    assert "every 30 min, until it is over" in told
    assert "1 went out · 2 missed" in told
    assert "left: 25:00" in told


def test_the_board_shows_the_most_pressing_first_however_many_are_open(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    draft = replace(ORDER, opened=home.context.clock(), event_at=home.context.clock())
    with home.records.begin() as unit:
        oldest = unit.work_orders.add(
            replace(draft, clocks=(PROMISES["arrive"].clock(home.context.clock() - 2 * HOUR),))
        )
        for _ in range(60):
            unit.work_orders.add(replace(draft, clocks=(PROMISES["arrive"].clock(home.context.clock()),)))
    look(home)
    html = read(browser_of("officer"), "/", "en")
    column = html[html.index('id="orders"') :]
    assert column.index(f"<b>#{oldest.id}</b>") < column.index("<b>#", column.index(f"<b>#{oldest.id}</b>") + 10)
    assert column.index("<b>#") == column.index(f"<b>#{oldest.id}</b>")
    assert "overdue by 1:00:00" in words(column)


@pytest.mark.parametrize(
    ("milliseconds", "en", "zh"),
    [
        (0, "0:00", "0:00"),
        (59_999, "0:59", "0:59"),
        (12 * MINUTE + 5 * SECOND, "12:05", "12:05"),
        (-(HOUR + MINUTE), "1:01:00", "1:01:00"),
        (2 * DAY + 3 * HOUR + 12 * MINUTE + 5 * SECOND, "2 d 03:12:05", "2 天 03:12:05"),
    ],
)
def test_a_countdown_is_right_to_the_second(milliseconds: int, en: str, zh: str) -> None:
    assert (times.countdown(milliseconds, "en"), times.countdown(milliseconds, "zh")) == (en, zh)


NOTE = {
    "at": NOW,
    "started": NOW - HOUR,
    "active": True,
    "followers": [{"name": "notices", "behind": 3, "lag": 12_000, "error": "ValueError: no", "troubles": 1}],
    "steps": [{"name": "clocks", "done": 7, "failed": 2, "error": ""}],
    "errands": [{"name": "outbox", "done": 7, "failed": 0, "error": ""}],
    "errors": [],
}


@pytest.fixture
def troubled(home: House) -> House:
    """A responder that could not handle a fact."""
    with home.records.begin() as unit:
        unit.notes.put("responder/responder-1", NOTE)
        unit.notes.put("responder/responder-2", {**NOTE, "active": False})
        unit.notes.put("clocks/totals", {"breach": {"arrive/lift": 4}, "warning": {"arrive/lift": 5}})
        unit.facts.append(Fact(at=NOW, noun="alert", subject="1", what="raised", who="system:rules"))
        unit.troubles.add(Trouble(follower="notices", seq=1, at=NOW, error="ValueError: no", attempts=5))
    return home


def test_the_system_page_shows_who_acts_and_what_could_not_be_handled(
    troubled: House, browser_of: Callable[[str], Browser]
) -> None:
    officer = browser_of("officer")
    told = words(read(officer, "/system", "en"))
    for text in ("responder-1 acts", "responder-2 stands by", "3 facts behind, for 12 s", "not handled: 1", "fact 1"):
        assert text in told
    assert officer.send("/system/troubles/1/retry") == 303
    with troubled.records.read() as unit:
        assert [trouble.asked for trouble in unit.troubles.open_ones()] == [troubled.context.clock()]
        assert unit.facts.after(unit.facts.head() - 1)[0].what == "retry-asked"
    assert "will be tried again now" in words(read(officer, "/system", "en"))


def test_only_who_mends_may_have_it_tried_again(troubled: House, browser_of: Callable[[str], Browser]) -> None:
    guard = browser_of("guard")
    assert "/system/troubles" not in guard.page("/system")
    assert guard.send("/system/troubles/1/retry") == 403


def test_a_house_without_a_responder_is_told_so(home: House, browser_of: Callable[[str], Browser]) -> None:
    assert "dutyroom respond" in words(browser_of("officer").page("/system"))
    with home.records.begin() as unit:
        unit.notes.put("responder/responder-1", {**NOTE, "at": NOW - HOUR})
        unit.notes.put("responder/odd", ["not", "a", "note"])
    told = words(read(browser_of("officer"), "/system", "en"))
    assert "No responder is at work" in told


def test_metrics_count_breaches_by_clock_and_kind_and_say_who_is_behind(troubled: House, client: TestClient) -> None:
    order_since(troubled, 50, "arrive")
    told = client.get("/metrics", headers={"authorization": "Bearer dr_admin"}).text
    for line in (
        'dutyroom_clock_breaches_total{clock="arrive",kind="lift"} 4.0',
        'dutyroom_clock_warnings_total{clock="arrive",kind="lift"} 5.0',
        'dutyroom_follower_behind{follower="notices"} 3.0',
        'dutyroom_follower_lag_seconds{follower="notices"} 12.0',
        'dutyroom_follower_troubles{follower="notices"} 1.0',
        'dutyroom_step_failures_total{step="clocks"} 2.0',
        'dutyroom_responder_active{responder="responder-1"} 1.0',
        'dutyroom_responder_active{responder="responder-2"} 0.0',
        "dutyroom_clock_lag_seconds 300.0",
    ):
        assert line in told
