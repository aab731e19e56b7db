"""When a notice may go out, and by which ways a person is reached."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.chain import Chain, Level, whom
from facility.instant import DAY, HOUR, MINUTE, to_datetime
from facility.rota import Person
from facility.text import Text
from response.reach import Reached, ways
from response.telling import next_time, when
from tests.facility.rotas import at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = at("2026-11-26 02:10")
CHAIN = Chain(id="x", version="1", title=Text("x"), levels=(Level(whom=(whom("manager"),), by=("sms",)),))
GATHERED = replace(CHAIN, digest=(8 * 60 + 30,))
SLEEPER = Person(id="wang", name="王", phone="106", email="w@x.cn", account="admin", quiet=(22, 7))
AT_HOME = Reached(person=SLEEPER, whom=whom("manager"))
AT_WORK = replace(AT_HOME, shift={"team": "desk", "kind": "night", "start": NIGHT - HOUR, "end": NIGHT + HOUR})


def test_quiet_hours_end_before_anything_is_told_but_for_whoever_is_at_work() -> None:
    morning = at("2026-11-26 07:00")
    assert when(CHAIN, AT_HOME, NIGHT, SHANGHAI, life_safety=False) == (morning, False)
    assert when(CHAIN, AT_WORK, NIGHT, SHANGHAI, life_safety=False) == (NIGHT, False)
    assert when(replace(CHAIN, quiet=False), AT_HOME, NIGHT, SHANGHAI, life_safety=False) == (NIGHT, False)
    assert when(CHAIN, AT_HOME, morning, SHANGHAI, life_safety=False) == (morning, False)


def test_what_is_gathered_waits_for_its_hour() -> None:
    assert when(GATHERED, AT_WORK, NIGHT, SHANGHAI, life_safety=False) == (at("2026-11-26 08:30"), True)


@pytest.mark.parametrize("chain", [CHAIN, GATHERED])
@pytest.mark.parametrize("reached", [AT_HOME, AT_WORK])
def test_life_safety_waits_for_nothing_whatever_its_chain_says(chain: Chain, reached: Reached) -> None:
    assert when(chain, reached, NIGHT, SHANGHAI, life_safety=True) == (NIGHT, False)


@given(
    st.integers(NIGHT - 400 * DAY, NIGHT + 400 * DAY),
    st.lists(st.integers(0, 1439), min_size=1, max_size=4),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"]),
)
def test_the_next_time_comes_within_a_day_over_jumps_of_the_clock_too(now: int, minutes: list[int], name: str) -> None:
    zone = ZoneInfo(name)
    found = next_time(tuple(minutes), now, zone)
    assert now < found <= now + DAY + HOUR
    local = to_datetime(found, zone)
    assert any(abs(local.hour * 60 + local.minute - minute) in (0, 60) for minute in minutes)


HERE = frozenset({"sms", "email", "wecom"})


@pytest.mark.parametrize(
    ("by", "channels", "wanted"),
    [
        (("sms", "wecom"), HERE, [("sms", "106"), ("in-app", "admin")]),
        (("in-app",), HERE, [("in-app", "admin")]),
        (("wecom",), HERE, [("in-app", "admin"), ("email", "w@x.cn")]),
        (("voice",), frozenset[str](), [("in-app", "admin")]),
    ],
)
def test_the_ways_to_a_person(by: tuple[str, ...], channels: frozenset[str], wanted: list[tuple[str, str]]) -> None:
    assert ways(SLEEPER, by, channels) == wanted


def test_their_own_entry_for_a_channel_comes_before_the_telephone() -> None:
    own = replace(SLEEPER, addresses={"sms": "999"})
    assert ways(own, ("sms",), HERE)[0] == ("sms", "999")
    assert ways(Person(id="x", name="x"), ("sms",), HERE) == []


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 23))
def test_quiet_hours_may_go_over_midnight(start: int, end: int, hour: int) -> None:
    person = replace(SLEEPER, quiet=(start, end))
    due, _ = when(CHAIN, replace(AT_HOME, person=person), at(f"2026-11-26 {hour:02}:30"), SHANGHAI, life_safety=False)
    local = to_datetime(due, SHANGHAI)
    assert not person.is_quiet(local.hour) or start == end
    assert due - at(f"2026-11-26 {hour:02}:30") < DAY + MINUTE
