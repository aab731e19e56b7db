"""Scans with a phone become scans like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facility.instant import DAY, MINUTE
from facility.place_code import PlaceCode, revoke
from facility.rota import rota_difference
from inspections.draft import DraftRefused
from inspections.rounds.taking import ScanDraft, ScanRoom, TakenScan, rounds_of, take_scan
from tests.facility.patrols import STOPS, TEN, hide, route, stop
from tests.inspections.rounds.house import House, rota, told

TAGGED = (stop(1, "a", 0, tags=("04A1B2",), asks=("reading",)), *STOPS[1:])


@pytest.fixture
def walked(house: House) -> House:
    house.registers(route(team="guards"), TAGGED)
    known = rota()
    people = known.people | {"wang": replace(known.people["wang"], account="wang-phone")}
    with house.records.begin() as unit:
        unit.rota.apply(rota_difference(unit.rota.load(), replace(known, people=people)), "test", house.now)
        code = PlaceCode(code="k3jJ0_aVhQ2m", zone="t1", asset="b", created=1, created_by="x")
        unit.place_codes.add(code)
    house.at(0)
    return house


def take(house: House, code: str, who: str = "wang-phone", **more: object) -> TakenScan:
    with house.records.begin() as unit:
        room = ScanRoom(readings=house.readings, register=unit.registers.load(), hide=hide)
        draft = ScanDraft(**({"code": code, "device_at": house.now} | more))  # type: ignore[arg-type]
        return take_scan(unit, room, draft, who, house.now)


def test_a_tag_and_a_code_on_the_wall_are_visits_by_the_person_of_the_account(walked: House) -> None:
    first = take(walked, "04:a1:b2", value=0.6)
    assert first == TakenScan(point="a.scan", at=TEN, guard=hide("guard", "C2"), rounds=(walked.ten().id,))
    walked.at(5)
    take(walked, "k3jJ0_aVhQ2m")
    walked.look()
    assert told(walked.ten()) == "on-time on-time open"
    assert walked.ten().stops[0].value == 0.6
    assert walked.ten().effective == 2


def test_sent_twice_it_is_one_scan(walked: House) -> None:
    take(walked, "04A1B2")
    take(walked, "04A1B2")
    walked.look()
    assert walked.ten().duplicates == 0


def test_without_signal_it_counts_at_the_phones_own_time_less_its_offset(walked: House) -> None:
    walked.at(9)
    offset = 3 * MINUTE
    found = take(walked, "04A1B2", device_at=TEN + MINUTE + offset, offset=offset)
    walked.look()
    assert (found.at, walked.ten().stops[0].told) == (TEN + MINUTE, "on-time")


def test_days_later_it_is_uploaded_late(walked: House) -> None:
    walked.at(30)
    walked.jump(2 * 24 * 60)
    take(walked, "04A1B2", device_at=TEN + MINUTE)
    walked.look()
    assert walked.ten().stops[0].told == "on-time-uploaded-late"


def test_outside_any_round_it_is_kept_all_the_same(walked: House) -> None:
    walked.at(60)
    assert take(walked, "04A1B2").rounds == ()
    assert len(walked.readings.scans("a.scan", TEN, TEN + DAY)) == 1


@pytest.mark.parametrize("code", ["FFFF", "", "a", "a.scan", "::"])
def test_what_hangs_nowhere_is_refused_and_names_of_checkpoints_are_no_codes(walked: House, code: str) -> None:
    with pytest.raises(DraftRefused, match="code: is no checkpoint's tag"):
        take(walked, code)


def test_everything_that_is_wrong_is_told_at_once(walked: House) -> None:
    with pytest.raises(DraftRefused) as refused:
        take(walked, "FFFF", device_at=walked.now + DAY, files=("0" * 64,))
    assert [one.field for one in refused.value.wrong] == ["code", "files.0", "device_at"]


def test_a_revoked_code_is_none(walked: House) -> None:
    with walked.records.begin() as unit:
        unit.place_codes.update(revoke(unit.place_codes.by_code("k3jJ0_aVhQ2m"), "x", walked.now, "copied"))
    with pytest.raises(DraftRefused):
        take(walked, "k3jJ0_aVhQ2m")


def test_an_account_without_a_person_in_the_rota_is_the_wrong_guard(walked: House) -> None:
    take(walked, "04A1B2", "stranger")
    walked.look()
    assert (walked.ten().stops[0].told, walked.ten().wrong_guards) == ("open", 1)


def test_a_phone_shows_what_goes_on_and_what_comes_soon_of_ones_own_teams(walked: House) -> None:
    with walked.records.read() as unit:
        mine = rounds_of(unit, ("guards",), walked.now)
        assert [one.start for one in mine][:2] == [TEN, TEN + 120 * MINUTE]
        assert rounds_of(unit, ("desk",), walked.now) == []
