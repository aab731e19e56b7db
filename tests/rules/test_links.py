"""What many things hang on falls silent: one alert that names what is behind it, and none of theirs."""

from dataclasses import replace

from facility.alert import Condition
from facility.point import Device
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.text import Text
from storage.records.breaches import BreachFilter
from tests.rules.room import HOUR, MINUTE, QUIET, SECOND, SMOKE, T0, Room, only, point, register

RULES = ("silence-device", "silence-life-safety", "smoke-alarm")
LIMIT = 60 * SECOND
"""Six intervals."""


def house(devices: int, *, smoke: bool = False, slow: int = 0) -> Register:
    """Sensors that speak every ten seconds (``slow`` of them every hour) behind one gateway; a smoke detector too."""
    intervals = [HOUR if number < slow else 10 * SECOND for number in range(devices)]
    points = [
        point(f"sensor-{number:03}.pressure", "pressure", "MPa", 0.001, interval=interval)
        for number, interval in enumerate(intervals)
    ]
    if smoke:
        points.append(point(SMOKE, "smoke", interval=10 * SECOND))
    known = register(points=points, settings=[])
    behind = {key: replace(device, gateway="gateway") for key, device in known.devices.items()}
    gateway = Device(id="gateway", name=Text("泵房网关", "Pump-room gateway"))
    return replace(known, devices={**behind, "gateway": gateway})


def room_of(known: Register) -> Room:
    return Room(only(*RULES), known)


def speak(room: Room, at: int, *, but: str = "") -> None:
    """Every point says something, each at its own time within ten seconds before ``at``."""
    names = [name for name in room.register.points if name != but]
    room.take([Reading(name, at - (n * 20) % 10_000, QUIET) for n, name in enumerate(names)], now=at)


def tick(room: Room, start: int, end: int) -> None:
    for now in range(start, end, SECOND):
        room.tick(now)


def found(room: Room) -> list[tuple[str, str, str]]:
    return [(alert.rule, alert.point, alert.state) for alert in room.alerts()]


def test_five_hundred_devices_behind_one_gateway_make_one_alert_that_names_them() -> None:
    room = room_of(house(500))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    [alert] = room.alerts()
    assert (alert.rule, alert.point, alert.clause) == ("silence-gateway", "gateway", "MP-4")
    assert alert.started == T0 + MINUTE + 30 * SECOND
    assert alert.title.en == "Gateway Pump-room gateway has fallen silent: nothing from the 500 devices behind it"
    assert "500" in alert.title.zh
    assert alert.behind == tuple(f"sensor-{number:03}" for number in range(500))
    assert [order.kind for order in room.orders()] == ["instrument"]
    fact = next(fact for fact in room.facts() if fact.what == "raised")
    assert len(fact.data["behind"]) == 500


def test_the_silence_of_each_is_found_all_the_same_and_stands_with_the_gateways_alert() -> None:
    room = room_of(house(5))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    with room.records.read() as unit:
        breaches = unit.breaches.find(BreachFilter())
        assert len(unit.alerts.tracks()) == 5
    assert {breach.alert for breach in breaches} == {room.alerts()[0].id}
    assert len(breaches) == 5


def test_life_safety_is_never_grouped_away() -> None:
    room = room_of(house(5, smoke=True))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    assert sorted(found(room)) == [
        ("silence-gateway", "gateway", "unacknowledged"),
        ("silence-life-safety", SMOKE, "unacknowledged"),
    ]


def test_it_returns_with_the_first_word_and_who_still_says_nothing_gets_an_alert_of_its_own() -> None:
    room = room_of(house(5))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    back = T0 + 3 * MINUTE
    for at in range(back, back + 2 * MINUTE, 10 * SECOND):
        speak(room, at, but="sensor-003.pressure")
        tick(room, at, at + 10 * SECOND)
    [gateway, own] = room.alerts()
    assert (gateway.state, gateway.ended) == ("returned-unacknowledged", back)
    assert (own.rule, own.point, own.opened) == ("silence-device", "sensor-003.pressure", back + LIMIT)
    assert own.started == T0 + MINUTE - 60 + LIMIT
    with room.records.read() as unit:
        [breach] = [breach for breach in unit.breaches.find(BreachFilter()) if breach.cleared is None]
    assert breach.alert == own.id
    speak(room, back + 2 * MINUTE)
    assert [alert.condition for alert in room.alerts()] == [Condition.NORMAL] * 2


def test_a_backlog_does_not_bring_a_gateway_back() -> None:
    room = room_of(house(5))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    room.take([Reading("sensor-000.pressure", T0 + MINUTE + SECOND, QUIET)], now=T0 + 3 * MINUTE)
    room.tick(T0 + 3 * MINUTE)
    assert [alert.condition for alert in room.alerts()] == [Condition.ACTIVE]


def test_one_that_speaks_shows_that_the_gateway_lives() -> None:
    room = room_of(house(5))
    for at in range(T0, T0 + 3 * MINUTE, 10 * SECOND):
        room.take([Reading("sensor-000.pressure", at, QUIET)], now=at)
        tick(room, at, at + 10 * SECOND)
    assert {alert.rule for alert in room.alerts()} == {"silence-device"}
    assert len(room.alerts()) == 4


def test_two_devices_are_not_many() -> None:
    room = room_of(house(2))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    assert [rule for rule, *_ in found(room)] == ["silence-device"] * 2


def test_what_was_raised_before_the_gateway_was_known_to_be_lost_is_shown_as_inhibited_by_it() -> None:
    room = room_of(house(4, slow=2))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 3 * MINUTE)
    assert [state for *_, state in found(room)] == ["unacknowledged"] * 2
    lost = T0 + MINUTE + 3 * HOUR
    room.tick(lost)
    assert found(room)[2] == ("silence-gateway", "gateway", "unacknowledged")
    assert [(alert.state, alert.suppressed_by) for alert in room.alerts()[:2]] == [
        ("suppressed-by-design", "silence-gateway")
    ] * 2
    room.tick(lost + 4 * HOUR)
    assert len(room.alerts()) == 3
    speak(room, lost + 5 * HOUR)
    room.tick(lost + 5 * HOUR)
    assert {alert.state for alert in room.alerts()} == {"returned-unacknowledged"}
    assert room.told().count("alert suppressed") == 2


def test_a_gateway_that_says_that_all_behind_it_is_gone_is_believed_at_once_and_once() -> None:
    room = room_of(house(6))
    speak(room, T0 + MINUTE)
    gone = [Reading(name, T0 + MINUTE + SECOND, QUIET, Quality.STALE) for name in room.register.points]
    room.take(gone, now=T0 + MINUTE + SECOND)
    assert found(room) == [("silence-gateway", "gateway", "unacknowledged")]


def test_it_stays_lost_over_a_restart() -> None:
    room = room_of(house(5))
    speak(room, T0 + MINUTE)
    tick(room, T0 + MINUTE, T0 + 2 * MINUTE)
    room.restart(T0 + 2 * MINUTE)
    tick(room, T0 + 2 * MINUTE, T0 + 5 * MINUTE)
    assert found(room) == [("silence-gateway", "gateway", "unacknowledged")]
    speak(room, T0 + 6 * MINUTE)
    room.tick(T0 + 6 * MINUTE)
    assert found(room) == [("silence-gateway", "gateway", "returned-unacknowledged")]


def test_a_lost_link_to_the_broker_is_one_alert_and_nobody_else_is_called_silent() -> None:
    room = room_of(house(5, smoke=True))
    for at in (T0 + 20 * SECOND, T0 + 40 * SECOND, T0 + MINUTE):
        speak(room, at)
    room.judge.link(T0 + MINUTE, connected=False)
    tick(room, T0 + MINUTE, T0 + 2 * MINUTE)
    assert room.alerts() == []
    tick(room, T0 + 2 * MINUTE, T0 + 9 * MINUTE)
    [alert] = room.alerts()
    assert (alert.rule, alert.point, alert.severity.name) == ("silence-broker", "worker", "CRITICAL")
    assert (alert.life_safety, alert.started) == (True, T0 + MINUTE)


def test_with_the_link_back_it_returns_and_every_point_has_its_time_anew() -> None:
    room = room_of(house(2, smoke=True))
    for at in (T0 + 20 * SECOND, T0 + 40 * SECOND, T0 + MINUTE):
        speak(room, at)
    room.judge.link(T0 + MINUTE, connected=False)
    tick(room, T0 + MINUTE, T0 + 9 * MINUTE)
    back = T0 + 9 * MINUTE
    room.judge.link(back, connected=True)
    tick(room, back, back + 30 * SECOND)
    assert found(room) == [("silence-broker", "worker", "returned-unacknowledged")]
    tick(room, back + 30 * SECOND, back + 2 * MINUTE)
    assert {rule for rule, *_ in found(room)[1:]} >= {"silence-life-safety"}


def test_a_link_that_is_back_within_a_minute_is_no_alert() -> None:
    room = room_of(house(5))
    speak(room, T0 + MINUTE)
    room.judge.link(T0 + MINUTE, connected=False)
    tick(room, T0 + MINUTE, T0 + 2 * MINUTE)
    room.judge.link(T0 + 2 * MINUTE - 1, connected=True)
    room.tick(T0 + 2 * MINUTE)
    assert room.alerts() == []
