"""Flood mode of the board, what would have stopped a chattering alarm, and how long the rule lets an alert be shelved."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.testclient import TestClient

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.reading import Reading
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House

GUARD = {"authorization": "Bearer dr_guard"}


def points(home: House, quantity: str) -> list[str]:
    return [point.id for point in home.register().points.values() if point.quantity == quantity]


def many(home: House, count: int) -> None:
    """So many alarms of one rule in one building, one a second."""
    inside = [point.id for point in home.register().points.values() if point.id.startswith("t1") and point.interval]
    for number in range(count):
        home.raise_alert("silence-device", inside[number], ago=2 * MINUTE - number * SECOND)


def flooded(home: House, browser: Browser) -> str:
    html = browser.client.get("/", headers={"accept-language": "en"}).text
    return html if 'id="flood"' in html else ""


def test_the_eleventh_new_alarm_in_ten_minutes_opens_flood_mode(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    browser = browser_of("officer")
    many(home, 10)
    assert not flooded(home, browser)
    home.raise_alert("smoke-alarm", points(home, "smoke")[0], value=1.0, ago=MINUTE)
    html = flooded(home, browser)
    told = words(html)
    assert "Alarm flood 11 alarms since" in told
    assert 'href="/alerts/1">The first to go off' in html


def test_in_a_flood_life_safety_stands_alone_on_top_and_nothing_is_hidden(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    many(home, 11)
    for smoke in points(home, "smoke")[:3]:
        home.raise_alert("smoke-alarm", smoke, value=1.0, ago=MINUTE)
    html = flooded(home, browser_of("officer"))
    grouped = html[html.index('<details class="flood') :]
    assert [f'id="alert-{number}"' in html for number in range(1, 15)] == [True] * 14
    for alert in (12, 13, 14):
        assert f'id="alert-{alert}"' not in grouped
        assert html.index(f'id="alert-{alert}"') < html.index('<details class="flood')


def test_in_a_flood_what_stands_behind_one_gateway_is_one_group_whatever_rule_it_broke(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    register = home.register()
    behind = [p for p in register.points.values() if p.interval and p.device in register.devices]
    power = [p.id for p in behind if register.devices[p.device].gateway == "power-gw"]
    for number, point in enumerate(power[:12]):
        rule = ("silence-device", "sensor-fault")[number % 2]
        home.raise_alert(rule, point, ago=2 * MINUTE - number * SECOND)
    html = flooded(home, browser_of("officer"))
    assert html.count('<details class="flood') == 1
    assert f"Behind the gateway {register.devices['power-gw'].name.en}" in words(html)
    assert all(f'id="alert-{number}"' in html for number in range(1, 13))


def test_life_safety_of_any_priority_is_never_grouped_away(home: House, browser_of: Callable[[str], Browser]) -> None:
    for number, smoke in enumerate(points(home, "smoke")[:14]):
        made = home.raise_alert("silence-life-safety", smoke, ago=2 * MINUTE - number * SECOND)
        assert made.severity != 1
        with home.records.begin() as unit:
            unit.alerts.update(replace(unit.alerts.get(made.id), life_safety=True))
    html = flooded(home, browser_of("officer"))
    assert html
    assert '<details class="flood' not in html
    assert all(f'id="alert-{number}"' in html for number in range(1, 15))


def test_flood_mode_ends_when_it_is_calm_again(home: House, browser_of: Callable[[str], Browser]) -> None:
    many(home, 11)
    browser = browser_of("officer")
    assert flooded(home, browser)
    home.clock.now = NOW + 11 * MINUTE
    assert not flooded(home, browser)


def test_a_sites_own_limit_decides(home: House, browser_of: Callable[[str], Browser]) -> None:
    many(home, 11)
    with home.records.begin() as unit:
        unit.notes.put("alarm-limits", {"flood_opens": 11})
    assert not flooded(home, browser_of("officer"))


def test_what_would_have_stopped_a_flickering_gauge_is_told_with_its_number(
    home: House, client: TestClient, browser_of: Callable[[str], Browser]
) -> None:
    begin = NOW - 3 * HOUR
    low, good = [0.4] * 8, [0.6] * 40
    values = (low + good) * 3
    home.readings.append([Reading(GAUGE, begin + n * 10 * SECOND, value) for n, value in enumerate(values)])
    with home.records.begin() as unit:
        unit.notes.put("alarm-limits", {"chatter_raises": 3, "chatter_within": HOUR})
    asked: Mapping[str, str | int] = {"rule": "pump-pressure-band", "point": GAUGE, "from": begin, "to": NOW}
    told = client.get("/api/v1/figures/cures", params=asked, headers=GUARD).json()
    assert (told["raises"], told["most"]) == (3, 3)
    assert [(one["key"], one["value"], one["raises"]) for one in told["cures"]] == [
        ("hold_for", 2 * MINUTE, 0),
        ("clear_for", 10 * MINUTE, 1),
    ]
    page = browser_of("guard").client.get("/figures/cures", params=asked, headers={"accept-language": "en"}).text
    assert 'hold_for = "2m"' in words(page)


def test_cures_are_asked_for_what_there_is(client: TestClient) -> None:
    asked: dict[str, str | int] = {"rule": "pump-pressure-band", "point": GAUGE, "from": NOW - HOUR, "to": NOW}

    def status(**changed: str | int) -> int:
        return client.get("/api/v1/figures/cures", params=asked | changed, headers=GUARD).status_code

    assert [status(), status(rule="x"), status(point="x"), status(**{"from": NOW - 32 * DAY})] == [200, 404, 404, 422]


def test_the_rule_says_how_long_its_alerts_may_be_shelved(home: House, client: TestClient) -> None:
    home.raise_alert("pump-pressure-band", GAUGE, value=0.4)
    law = home.book.rules["pump-pressure-band"]
    home.book.rules[law.id] = replace(law, shelve_max=HOUR)
    try:
        officer = {"authorization": "Bearer dr_officer"}
        body = {"reason": "welding", "until": NOW + HOUR + 1}
        refused = client.post("/api/v1/alerts/1/shelve", json=body, headers=officer)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")
        taken = client.post("/api/v1/alerts/1/shelve", json=body | {"until": NOW + HOUR}, headers=officer)
        assert taken.json()["state"] == "shelved"
    finally:
        home.book.rules[law.id] = law


def test_life_safety_is_refused_with_a_sentence_and_what_is_allowed(home: House, client: TestClient) -> None:
    home.raise_alert("smoke-alarm", points(home, "smoke")[0], value=1.0)
    headers = {"authorization": "Bearer dr_officer", "accept-language": "en"}
    refused = client.post("/api/v1/alerts/1/shelve", json={"reason": "x", "until": NOW + HOUR}, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("This is a life-safety alert: nobody can shelve it.")
    assert refused.json()["allowed"] == ["acknowledge", "comment"]
