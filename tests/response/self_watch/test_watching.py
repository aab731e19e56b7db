"""What is wrong with the product itself is an alert: one a cause, and over when the condition is."""

from __future__ import annotations

from typing import Any

import pytest

from facility.alert import Condition, Severity
from facility.instant import HOUR, MINUTE, SECOND
from facility.self_alert import KINDS, Limits
from response.self_watch.watching import OURS, SelfWatch
from storage.records.sql import SqlRecords

NOW = 1_795_479_000_000
LONG = Limits().history
Seen = list[tuple[str, str, Severity]]


class Room:
    """Notes of processes, and whoever looks at them."""

    def __init__(self, records: SqlRecords) -> None:
        self.records, self.watch, self.now = records, SelfWatch(), NOW
        self.notes: dict[str, dict[str, Any]] = {}
        self.silent: set[str] = set()
        self.look()
        self.pass_(5 * MINUTE)

    def pass_(self, time: int) -> Seen:
        """Look every half minute, every two where it is long; everybody who is not silent says how it is."""
        every = 2 * MINUTE if time >= 10 * MINUTE else 30 * SECOND
        for _ in range(time // every - 1):
            self.now += every
            self.look()
        self.now += every
        return self.look()

    def look(self) -> Seen:
        with self.records.begin() as unit:
            for name, note in self.notes.items():
                at = note.get("at", self.now) if name in self.silent else self.now
                note["at"] = at
                unit.notes.put(name, note)
            self.watch.look(unit, self.now)
            self.watch.look_for_responder(unit, self.now)
            return [(a.rule, a.point, a.severity) for a in unit.alerts.open_ones() if a.condition is Condition.ACTIVE]

    def say(self, name: str, **more: Any) -> Seen:
        self.notes[name] = more
        return self.pass_(30 * SECOND)

    def fall_silent(self, name: str, time: int) -> Seen:
        self.silent.add(name)
        return self.pass_(time)

    def speak_again(self, name: str) -> Seen:
        self.silent.discard(name)
        return self.pass_(30 * SECOND)

    def told(self) -> list[str]:
        with self.records.read() as unit:
            return [fact.what for fact in unit.facts.after(0) if fact.noun == "alert"]


@pytest.fixture
def room(records: SqlRecords) -> Room:
    return Room(records)


def journal(**more: Any) -> dict[str, Any]:
    return {"journal": {"rows": 10, "bytes": 10, "limit": 100, "oldest": None, "away_since": None, "error": "", **more}}


def test_a_short_absence_of_the_history_tells_nobody_and_a_long_one_does_until_it_is_over(room: Room) -> None:
    gone = room.now
    assert room.say("worker/a", **journal(away_since=gone, error="no route")) == []
    told = [("history-away", "a", Severity.MEDIUM)]
    assert room.pass_(LONG) == told
    assert room.pass_(5 * MINUTE) == told
    assert room.told() == ["raised"]
    assert room.say("worker/a", **journal()) == []
    assert room.told() == ["raised", "returned"]


def test_what_waits_for_the_history_for_too_long_is_told_though_the_server_answers(room: Room) -> None:
    assert room.say("worker/a", **journal(oldest=room.now - LONG)) == [("history-away", "a", Severity.MEDIUM)]


def test_a_journal_that_fills_up_is_urgent_before_it_is_full(room: Room) -> None:
    assert room.say("worker/a", **journal(bytes=79)) == []
    assert room.say("worker/a", **journal(bytes=80)) == [("history-away", "a", Severity.HIGH)]


def test_lag_beyond_its_limit_is_told_until_it_is_well_below(room: Room) -> None:
    behind = [("collector-lag", "a", Severity.HIGH)]
    assert room.say("worker/a", lag=9_999) == []
    assert room.say("worker/a", lag=10_000) == behind
    assert room.say("worker/a", lag=5_000) == behind
    assert room.say("worker/a", lag=4_999) == []


def test_a_store_that_takes_nothing_is_critical_and_is_not_told_as_lag_as_well(room: Room) -> None:
    error = "ReadingsUnavailable: data/readings.db: the disk is full"
    assert room.say("worker/a", lag=MINUTE, error=error) == [("readings-lost", "a", Severity.CRITICAL)]
    with room.records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert alert.limit.en == "Because: data/readings.db: the disk is full"
    assert room.say("worker/a", lag=0, error="") == []


def test_many_dead_letters_name_where_they_come_from(room: Room) -> None:
    assert room.say("worker/a", letters_5m=29, refusals={"t/1": 4}) == []
    assert room.say("worker/a", letters_5m=30, refusals={"t/1": 4, "t/2": 9}) == [
        ("letters-many", "a", Severity.MEDIUM)
    ]
    with room.records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert "most from: t/2, t/1" in alert.limit.en
    assert room.say("worker/a", letters_5m=15) != []
    assert room.say("worker/a", letters_5m=14) == []


def test_a_device_that_sends_without_end_is_told_once_whoever_hears_it(room: Room) -> None:
    flood = {"device": "gauge-1", "a_minute": 37_411, "thinned": 900, "last": 0}
    told = [("device-flood", "gauge-1", Severity.MEDIUM)]
    room.notes["worker/b"] = {"conduct": {"floods": [flood | {"a_minute": 100}], "claims": []}}
    assert room.say("worker/a", conduct={"floods": [flood], "claims": []}) == told
    with room.records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert alert.limit.en.startswith("About 38,000 readings a minute; of each second")
    room.notes["worker/b"] = {}
    assert room.say("worker/a", conduct={"floods": [flood | {"thinned": 0}], "claims": []}) == told
    assert room.say("worker/a", conduct={"floods": [], "claims": []}) == []
    assert room.told() == ["raised", "returned"]


def test_who_speaks_for_others_is_one_alert_that_names_them(room: Room) -> None:
    claim = {"source": "native", "speaker": "gauge-1", "claimed": ["a", "b", "c", "d"], "messages": 7, "last": 0}
    assert room.say("worker/a", conduct={"claims": [claim]}) == [("device-claims", "native/gauge-1", Severity.HIGH)]
    with room.records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert alert.limit.en == "Spoke as or for b, c, d and 1 more; 7 messages refused"
    assert alert.limit.zh == "自称或代报：b, c, d 等 4 台；已拒收 7 条消息"
    assert room.say("worker/a") == []


def test_that_the_records_were_away_is_told_once_they_are_back(room: Room) -> None:
    short = {"since": room.now - 59 * SECOND, "until": room.now}
    assert room.say("worker/a", records_away=short) == []
    away = {"since": room.now - 12 * MINUTE, "until": room.now}
    assert room.say("worker/a", records_away=away) == [("records-were-away", "a", Severity.HIGH)]
    assert room.pass_(11 * MINUTE) == []


def test_a_silent_collector_is_told_and_one_that_was_stopped_is_missed_only_while_nobody_else_collects(
    room: Room,
) -> None:
    room.say("worker/a")
    room.say("worker/b")
    assert room.fall_silent("worker/a", 30 * SECOND) == []
    assert room.pass_(MINUTE) == [("worker-silent", "a", Severity.HIGH)]
    assert room.speak_again("worker/a") == []
    room.say("worker/a", stopped=True)
    assert room.fall_silent("worker/a", 2 * MINUTE) == []
    both = [("worker-silent", "a", Severity.CRITICAL), ("worker-silent", "b", Severity.CRITICAL)]
    assert sorted(room.fall_silent("worker/b", 2 * MINUTE)) == both


def test_after_a_standstill_nobody_is_called_silent_before_it_could_speak(room: Room) -> None:
    room.say("worker/a")
    room.silent.add("worker/a")
    room.now += HOUR
    assert room.look() == []
    assert room.pass_(3 * MINUTE) == [("worker-silent", "a", Severity.CRITICAL)]


def test_a_missing_responder_is_told_by_a_collector_as_long_as_none_acts(room: Room) -> None:
    room.say("responder/one", active=True)
    assert room.fall_silent("responder/one", 2 * MINUTE) == [("responder-away", "responder", Severity.CRITICAL)]
    assert room.say("responder/two", active=False) != []
    assert room.say("responder/two", active=True) == []


def machine(host: str = "north", free: float = 50, **clock: Any) -> dict[str, Any]:
    return {"machine": {"host": host, "disk": {"folder": "/data", "free": free, "total": 100}, "clock": clock}}


def test_a_disk_that_fills_up_is_one_alert_whoever_writes_on_it(room: Room) -> None:
    room.say("worker/a", **machine(free=9.9))
    assert room.say("responder/b", active=True, **machine(free=9.9)) == [
        ("machine-disk", "north:/data", Severity.MEDIUM)
    ]
    room.notes["responder/b"] |= machine(free=3)
    assert room.say("worker/a", **machine(free=3)) == [("machine-disk", "north:/data", Severity.HIGH)]
    room.notes["responder/b"] |= machine(free=11)
    assert room.say("worker/a", **machine(free=11)) != []
    room.notes["responder/b"] |= machine(free=12)
    assert room.say("worker/a", **machine(free=12)) == []


def test_a_clock_is_wrong_when_it_differs_was_set_or_is_not_kept(room: Room) -> None:
    def wrong(severity: Severity) -> Seen:
        return [("machine-clock", "north", severity)]

    assert room.say("worker/a", **machine(database_ms=1_999)) == []
    assert room.say("worker/a", **machine(database_ms=-2_000)) == wrong(Severity.HIGH)
    assert room.say("worker/a", **machine(database_ms=0)) == []
    assert room.say("worker/a", **machine(stepped_ms=-HOUR, stepped_at=room.now)) == wrong(Severity.HIGH)
    assert room.pass_(HOUR) == []
    assert room.say("worker/a", **machine(unkept_since=room.now)) == []
    assert room.pass_(HOUR) == wrong(Severity.LOW)


def test_notes_of_another_version_raise_nothing_and_stop_nothing(room: Room) -> None:
    with room.records.begin() as unit:
        unit.notes.put("worker/odd", ["not", "a", "note"])
    assert room.say("worker/a", lag="much", journal=3, machine=[1], records_away="no", letters_5m=None) == []


def test_every_kind_is_looked_for_by_somebody() -> None:
    assert {*OURS, "responder-away"} == set(KINDS)
