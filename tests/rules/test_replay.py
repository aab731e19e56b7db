"""History judged again finds what the judge found when it happened."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.breach import Spell
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from rules.book import RuleBook
from rules.hearing import read_hearing
from rules.past import compared, set_up
from rules.replay import replay, replay_here
from rules.replaying import Found, Past, replay_point
from rules.silent import Deaf
from storage.readings.memory import MemoryReadings
from storage.readings.port import Readings, ReadingsUnavailable
from storage.readings.sqlite import SqliteReadings
from tests.rules.room import (
    GAUGE,
    HOUR,
    MINUTE,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    only,
    register,
    rule_text,
    series,
    setting,
)

BAND = only("pump-pressure-band")
WINDOWS = book_of(
    rule_text("falls", '[rate]\nfall = "0.05 MPa"\nper = "1m"\nover = "2m"\nhold_for = "20s"'),
    rule_text(
        "often", '[count]\nbad = ["alarm"]\nat_least = 2\nwithin = "10m"', applies='applies = { quantity = "smoke" }'
    ),
)
SEEN = RuleBook(rules=only("pump-pressure-band", "smoke-alarm", "sensor-fault", "silence-device").rules | WINDOWS.rules)
Life = tuple[str, str, int, int, int | None]


def judged_live(book: RuleBook, readings: Sequence[Reading], site: Register) -> list[Life]:
    """One reading after another; each alert is acknowledged at once, so that each breach has one of its own."""
    room = Room(book, site)
    for reading in readings:
        room.take([reading])
        for alert in room.alerts():
            if alert.open and not alert.acknowledged:
                room.acknowledge(alert.id, reading.at)
    room.tick(T0 + HOUR)
    return room.lives()


def past(book: RuleBook, site: Register, start: int = T0, end: int = T0 + HOUR, **more: object) -> Past:
    more = {"deaf": (Deaf(0, T0),)} | more
    return Past(book=book, registers=[(0, site)], start=start, end=end, **more)  # type: ignore[arg-type]


def kept(readings: Sequence[Reading]) -> MemoryReadings:
    store = MemoryReadings()
    store.append([reading._replace(received=reading.received or reading.at) for reading in readings])
    return store


def lives(found: Found) -> list[Life]:
    return sorted(
        (rule, point, spell.started, spell.raised, spell.ended)
        for (rule, point), spells in found.spells.items()
        for spell in spells
    )


def replayed(book: RuleBook, readings: Sequence[Reading], site: Register) -> list[Life]:
    found = replay(past(book, site), lambda: kept(readings), [GAUGE, SMOKE])
    assert found.readings == len(readings)
    return lives(found)


VALUES = st.sampled_from([0.6, 0.6, 0.49, 0.3, 0.701, 0.7, 0.51, 0.515, 0.68])
QUALITIES = st.sampled_from([Quality.GOOD] * 8 + list(Quality))
STREAM = st.lists(
    st.tuples(st.sampled_from([10, 10, 10, 25, 31, 90, 310]), VALUES, QUALITIES, st.integers(0, 9)), max_size=50
)
SETTINGS = (setting(0.6, T0 - HOUR), setting(0.55, T0 + 3 * MINUTE), setting(0.6, T0 + 9 * MINUTE))


@settings(max_examples=40, deadline=None)
@given(stream=STREAM, smoke=st.lists(st.tuples(st.integers(1, 400), st.sampled_from([0.0, 0.0, 1.0])), max_size=8))
def test_replay_of_what_happened_finds_exactly_what_was_found(
    stream: list[tuple[int, float, Quality, int]], smoke: list[tuple[int, float]]
) -> None:
    readings, at = [], T0
    for gap, value, quality, test in stream:
        at += gap * SECOND
        readings.append(Reading(GAUGE, at, value, quality, test == 0))
    at = T0
    for gap, value in smoke:
        at += gap * SECOND
        readings.append(Reading(SMOKE, at, value))
    readings = [reading for reading in sorted(readings, key=lambda reading: reading.at) if reading.at < T0 + HOUR]
    site = register(settings=SETTINGS)
    assert replayed(SEEN, readings, site) == judged_live(SEEN, readings, site)


def test_values_compare_in_whole_steps_and_a_setting_holds_from_its_very_instant() -> None:
    changed = [setting(0.8), setting(0.81, T0 + 100 * SECOND)]
    found = replay_point(past(BAND, register(settings=changed)), kept(series(GAUGE, [0.7] * 30)), GAUGE)
    assert lives(found) == [("pump-pressure-band", GAUGE, T0 + 100 * SECOND, T0 + 130 * SECOND, None)]


def test_it_is_the_same_in_small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = series(GAUGE, [0.6, 0.4, 0.4, 0.4, 0.4, 0.4] + [0.6] * 50 + [0.3] * 60)
    whole = replay_point(past(BAND, register()), kept(readings), GAUGE)
    monkeypatch.setattr("rules.replaying.AT_ONCE", 2)
    monkeypatch.setattr("rules.replaying.HOUR", 25 * SECOND)
    assert replay_point(past(BAND, register()), kept(readings), GAUGE).spells == whole.spells
    assert [len(spells) for spells in whole.spells.values()] == [2]


def test_what_a_window_looks_back_to_from_before_the_start_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    smoke = [Reading(SMOKE, T0 + minute * MINUTE, float(minute in (1, 8))) for minute in range(12)]
    for start, stretch in ((T0, HOUR), (T0 + 7 * MINUTE, HOUR), (T0, 2 * MINUTE)):
        monkeypatch.setattr("rules.replaying.HOUR", stretch)
        monkeypatch.setattr("rules.replaying.DAY", stretch // 31)
        monkeypatch.setattr("rules.replaying.AT_ONCE", 0)
        monkeypatch.setattr(Past, "begin", start)
        found = replay_point(past(WINDOWS, register(), start=start), kept(smoke), SMOKE)
        assert lives(found) == [("often", SMOKE, T0 + 8 * MINUTE, T0 + 8 * MINUTE, T0 + 11 * MINUTE)]


def test_a_hold_that_was_under_way_at_the_start_counts() -> None:
    readings = series(GAUGE, [0.6] + [0.4] * 20)
    found = replay_point(past(BAND, register(), start=T0 + 25 * SECOND), kept(readings), GAUGE)
    assert lives(found) == [("pump-pressure-band", GAUGE, T0 + 10 * SECOND, T0 + 40 * SECOND, None)]


def test_what_fired_before_goes_on_and_what_was_over_before_is_left_out() -> None:
    readings = series(GAUGE, [0.515] * 60 + [0.6] * 40, start=T0)
    before = Spell(T0 - 5 * HOUR, T0 - 5 * HOUR + 30 * SECOND)
    key = ("pump-pressure-band", GAUGE)
    found = replay_point(past(BAND, register(), firing={key: before}), kept(readings), GAUGE)
    assert lives(found) == [(*key, before.started, before.raised, T0 + 600 * SECOND)]
    assert lives(replay_point(past(BAND, register()), kept(readings), GAUGE)) == []
    over = series(GAUGE, [0.4] * 5 + [0.6] * 100)
    assert lives(replay_point(past(BAND, register(), start=T0 + HOUR, end=T0 + 2 * HOUR), kept(over), GAUGE)) == []


def test_the_register_is_taken_as_it_was_at_each_time() -> None:
    readings = series(GAUGE, [0.45] * 30)
    narrow = register(settings=[setting(0.45)])
    none = replace(narrow, points={})
    registers = [(0, narrow), (T0 + 100 * SECOND, register()), (T0 + 200 * SECOND, none)]
    history = Past(book=BAND, registers=registers, start=T0, end=T0 + HOUR)
    [spell] = replay_point(history, kept(readings), GAUGE).spells["pump-pressure-band", GAUGE]
    assert (spell.started, spell.raised) == (T0 + 100 * SECOND, T0 + 130 * SECOND)
    assert (spell.ended, spell.cleared) == (T0 + 200 * SECOND, T0 + 200 * SECOND)


def test_a_rule_whose_code_fails_is_named_and_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    from rules.kinds import maximum

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(maximum, "breached", broken)
    book = book_of(rule_text("high", '[maximum]\nlimit = "0.5 MPa"'), rule_text("low", '[minimum]\nlimit = "0.5 MPa"'))
    found = replay_point(past(book, register()), kept(series(GAUGE, [0.4])), GAUGE)
    assert found.errors == {"high": "ZeroDivisionError: division by zero"}
    assert list(found.spells) == [("low", GAUGE)]


@pytest.mark.parametrize("processes", [1, 2])
def test_several_processes_find_the_same_as_one(processes: int, tmp_path: Path) -> None:
    gauges = [replace(register().points[GAUGE], id=f"gauge.{number}", key=str(number)) for number in range(35)]
    site = register(gauges, [setting(0.6, point=gauge.id) for gauge in gauges])
    opener: Callable[[], Readings] = lambda: SqliteReadings(tmp_path / "readings.db")  # noqa: E731
    with closing(opener()) as store:
        for number, gauge in enumerate(gauges):
            store.append(series(gauge.id, [0.6] * number + [0.4] * 5))
    told: list[tuple[int, int]] = []
    found = replay(
        past(BAND, site),
        opener,
        list(site.points),
        processes=processes,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [spell[0].started for spell in found.spells.values()] == [T0 + n * 10 * SECOND for n in range(35)]
    assert found.readings == sum(number + 5 for number in range(35))
    assert told == [(10, 35), (20, 35), (30, 35), (35, 35)]
    with closing(opener()) as store:
        assert replay_here(past(BAND, site), store, list(site.points)) == found
        assert store.columns("gauge.1", T0, T0 + HOUR).at.size == 6


def test_a_process_of_its_own_ends_when_it_is_told_to_whatever_its_parent_does_with_the_signal(tmp_path: Path) -> None:
    """A parent that only takes a note of it, as the pages' process does, would else wait for its children for ever."""
    gauges = [replace(register().points[GAUGE], id=f"gauge.{number}", key=str(number)) for number in range(11)]
    site = register(gauges, [setting(0.6, point=gauge.id) for gauge in gauges])

    def opener() -> Readings:
        if multiprocessing.parent_process() is not None:
            (tmp_path / f"{os.getpid()}.handler").write_text(str(signal.getsignal(signal.SIGTERM)), "utf-8")
        return SqliteReadings(tmp_path / "readings.db")

    SqliteReadings(tmp_path / "readings.db").close()
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        replay(past(BAND, site), opener, list(site.points), processes=2)
    finally:
        signal.signal(signal.SIGTERM, before)
    handlers = {path.read_text("utf-8") for path in tmp_path.glob("*.handler")}
    assert handlers == {str(signal.Handlers.SIG_DFL)}
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("fails", ["who watches it", "the store"])
def test_a_replay_that_fails_leaves_no_process_behind(tmp_path: Path, fails: str) -> None:
    gauges = [replace(register().points[GAUGE], id=f"gauge.{number}", key=str(number)) for number in range(21)]
    SqliteReadings(tmp_path / "readings.db").close()

    def opener() -> Readings:
        if fails == "the store" and multiprocessing.parent_process() is not None:
            raise ReadingsUnavailable("away")
        return SqliteReadings(tmp_path / "readings.db")

    def watch(done: int, total: int) -> None:
        raise ReadingsUnavailable(f"{done} of {total}")

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with pytest.raises(ReadingsUnavailable, match="away" if fails == "the store" else "of 21"):
            replay(past(BAND, register(gauges)), opener, [g.id for g in gauges], processes=4, progress=watch)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert multiprocessing.active_children() == []


def test_the_collectors_own_standstill_is_not_the_points_silence() -> None:
    """It restarts after ten minutes without power, and later its link is cut for ten."""
    room = Room(only("silence-equipment"), register([p for p in register().points.values() if p.id == GAUGE]))
    for at in range(T0, T0 + 2 * MINUTE, 10 * SECOND):
        room.take([Reading(GAUGE, at, 0.6)])
        room.tick(at)
    room.restart(T0 + 12 * MINUTE)
    for at in range(T0 + 12 * MINUTE, T0 + 14 * MINUTE, 10 * SECOND):
        room.take([Reading(GAUGE, at, 0.6)])
        room.tick(at)
    room.judge.link(T0 + 14 * MINUTE, connected=False)
    room.tick(T0 + 20 * MINUTE)
    room.judge.link(T0 + 24 * MINUTE, connected=True)
    room.tick(T0 + 24 * MINUTE)
    silent = T0 + 24 * MINUTE + 10 * MINUTE
    room.tick(silent)
    assert [life for life in room.lives() if life[0] != "silence-broker"] == replay_silence(room, silent)
    assert all(raised > T0 + 24 * MINUTE for _, _, raised, *_ in replay_silence(room, silent))
    assert replay_silence(room, silent, deaf=()) != replay_silence(room, silent)


def test_a_backlog_that_came_after_a_newer_word_does_not_end_the_silence_earlier() -> None:
    """Silence ends when something was heard, whatever the times that were told afterwards."""
    room = Room(only("silence-equipment"), register([p for p in register().points.values() if p.id == GAUGE]))
    for at in range(T0, T0 + 2 * MINUTE, 10 * SECOND):
        room.take([Reading(GAUGE, at, 0.6)], now=at)
        room.tick(at)
    back = T0 + 10 * MINUTE
    room.tick(back - SECOND)
    room.take([Reading(GAUGE, back, 0.6)], now=back)
    room.take([Reading(GAUGE, at, 0.6) for at in range(T0 + 2 * MINUTE, back, 10 * SECOND)], now=back + SECOND)
    room.tick(back + SECOND)
    [silence] = replay_silence(room, back + SECOND)
    assert [silence] == room.lives()
    assert silence[-1] == back


def replay_silence(room: Room, end: int, deaf: Sequence[Deaf] | None = None) -> list[Life]:
    with room.records.read() as unit:
        heard = read_hearing(unit)
    assert heard.until is not None
    spans = heard.deaf if deaf is None else deaf
    told = past(room.book, room.register, end=end + 1, deaf=spans, heard_until=heard.until)
    return lives(replay_here(told, room.readings, [GAUGE]))


TOGETHER = book_of(
    rule_text("often", '[state]\nbad = ["alarm"]', applies='applies = { quantity = "smoke" }'),
    rule_text("low", '[minimum]\nlimit = "0.5 MPa"\nhold_for = "20s"'),
    rule_text("both", '[together]\nrules = ["often", "low"]\nwithin = "5m"'),
    rule_text(
        "sure",
        '[together]\nrules = ["often"]\nraises = "often"',
        severity='severity = "critical"',
        applies='applies = { quantity = "smoke" }',
    ),
)
SMOKE_2 = "smoke2.smoke"
TWO = register([*register().points.values(), replace(register().points[SMOKE], id=SMOKE_2)])


@settings(max_examples=20, deadline=None)
@given(
    stream=st.lists(
        st.tuples(st.sampled_from([GAUGE, SMOKE, SMOKE_2]), st.integers(1, 40), st.booleans()), min_size=5, max_size=60
    ),
    cut=st.integers(0, 1200),
)
def test_what_several_rules_found_together_is_found_again(stream: list[tuple[str, int, bool]], cut: int) -> None:
    room, at = Room(TOGETHER, TWO), T0
    for name, gap, bad in stream:
        at += gap * SECOND
        room.take([Reading(name, at, (0.4 if bad else 0.6) if name == GAUGE else float(bad))])
    for start in (T0, T0 + cut * SECOND):
        with room.records.read() as unit:
            setup = set_up(unit, TOGETHER, start, at + 1)
        with_register = replace(setup, past=replace(setup.past, registers=[(0, TWO)]))
        told = compared(with_register, replay_here(with_register.past, room.readings, list(TWO.points)))
        assert told.comparison.differences == []
        assert told.comparison.same == sum(map(len, setup.stored.values()))


def test_a_rule_whose_parts_are_not_all_replayed_is_named() -> None:
    found = replay_here(past(TOGETHER, TWO), kept([Reading(SMOKE, T0, 1.0)]), [SMOKE])
    assert sorted(found.incomplete) == ["both", "often#+sure"]
