"""A submission is taken once, never changed, corrected by new ones, and leads to work and re-tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from facility.inspection import Outcome, Result
from facility.instant import DAY, HOUR, MINUTE
from facility.kept_file import name_of
from facility.occurrence import SETTLED, Standing
from inspections.draft import Answer, Draft, DraftRefused, KeyTaken
from inspections.retests import retest_key
from inspections.submitting import AHEAD, submit
from storage.records.port import Conflict, NotFound, WorkOrderFilter
from storage.records.results import ResultFilter
from storage.records.sql import SqlRecords
from tests.inspections.results_house import (
    DUTY,
    NOON,
    OWED,
    PHOTO,
    RETESTED,
    ROOM,
    done,
    draft,
    measured,
    owe,
    settle_in,
)
from tests.storage.records.examples import at_once


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file: making one takes longer than a test."""
    path = tmp_path_factory.mktemp("records") / "empty.db"
    found = SqlRecords(f"sqlite:///{path}")
    found.migrate()
    found.close()
    return path


@pytest.fixture
def records(migrated: Path, tmp_path: Path) -> Iterator[SqlRecords]:
    found = SqlRecords(f"sqlite:///{shutil.copy(migrated, tmp_path / 'records.db')}")
    yield found
    found.close()


@pytest.fixture
def owed(records: SqlRecords) -> int:
    return settle_in(records)


def refused(records: SqlRecords, wanted: Draft, who: str = "li", now: int = NOON) -> list[str]:
    with pytest.raises(DraftRefused) as caught:
        done(records, wanted, who, now)
    assert all(one.text.zh for one in caught.value.wrong)
    return [f"{one.field}: {one.text.en}" for one in caught.value.wrong]


def test_what_was_submitted_is_kept_whole_and_told_whole(records: SqlRecords, owed: int) -> None:
    look = Answer(check="look", choice="flag", text="积灰", files=(name_of(PHOTO),))
    made = done(records, draft(owed, measured(2.0), look, with_whom=("chen",), device_at=NOON - HOUR + 9, offset=9))
    assert (made.who, made.with_whom, made.outcome, made.duty_version) == ("li", ("chen",), Outcome.FLAG, "aaaa1111")
    assert (made.done, made.device_at, made.offset, made.received) == (NOON - HOUR, NOON - HOUR + 9, 9, NOON)
    with records.read() as unit:
        assert unit.results.get(made.id) == made
        (fact,) = unit.facts.of("result", str(made.id))
    assert (fact.what, fact.after, fact.who, fact.at) == ("submitted", "flag", "li", NOON)
    assert fact.data["findings"][0]["instrument"]["id"] == "MEG-07"
    assert fact.data["findings"][1]["files"] == [name_of(PHOTO)]
    assert (fact.data["done"], fact.data["occurrence"], fact.data["target"]) == (NOON - HOUR, owed, "box-1")


def test_sent_again_it_is_the_same_result_and_nothing_else_happens(records: SqlRecords, owed: int) -> None:
    wanted = draft(owed, measured(0.1, order=True))
    first = done(records, wanted)
    assert done(records, wanted, now=NOON + HOUR) == first
    with records.read() as unit:
        assert unit.results.count(ResultFilter()) == 1
        assert unit.work_orders.count(WorkOrderFilter()) == 1
        assert len(unit.facts.of("result", str(first.id))) == 1


@pytest.mark.parametrize(
    ("who", "change"), [("li", {"answers": (measured(3.0),)}), ("chen", {}), ("li", {"device_at": NOON - 1})]
)
def test_the_same_key_with_anything_else_in_it_is_refused(
    records: SqlRecords, owed: int, who: str, change: dict[str, object]
) -> None:
    first = done(records, draft(owed))
    with pytest.raises(KeyTaken, match=f"result {first.id}"):
        done(records, replace(draft(owed), **change), who)  # type: ignore[arg-type]


def test_a_clock_that_runs_ahead_is_set_right_and_the_future_is_refused(records: SqlRecords, owed: int) -> None:
    assert done(records, draft(owed, device_at=NOON + AHEAD)).done == NOON
    assert (
        done(records, draft(owed, key="k2", device_at=NOON + 8 * HOUR, offset=8 * HOUR + MINUTE)).done == NOON - MINUTE
    )
    told = "device_at: lies ahead of our clock; allowed: up to now, once the device's offset is taken off"
    assert refused(records, draft(owed, key="k3", device_at=NOON + AHEAD + 1)) == [told]
    assert refused(records, draft(owed, key="k4", device_at=5, offset=NOON))[0].startswith("device_at: is no time")


def test_done_in_time_and_heard_of_late_is_marked(records: SqlRecords, owed: int) -> None:
    late = done(records, draft(owed, device_at=OWED.closes - 1), now=OWED.closes + HOUR)
    assert late.late_upload
    with records.begin() as unit:
        other = owe(unit, key="x", target="box-2", asset="box-2")
    assert not done(records, draft(other, key="k2"), now=OWED.closes + HOUR).late_upload


def test_everything_wrong_is_told_with_its_field(records: SqlRecords, owed: int) -> None:
    wanted = Draft(key=" ", occurrence=owed, with_whom=("nobody",), answers=(Answer(check="r", value=1.0),))
    assert [one.partition(":")[0] for one in refused(records, wanted)] == ["key", "with_whom", "answers.r.instrument"]
    with records.read() as unit:
        assert unit.results.count(ResultFilter()) == 0


def test_a_checklist_of_a_version_that_never_was_is_refused(records: SqlRecords, owed: int) -> None:
    assert refused(records, draft(owed, duty_version="bbbb2222"))[0].startswith("duty_version: 'bbbb2222' was never")
    assert refused(records, draft(owed, duty="stair-rails"))[0].startswith("duty: 'stair-rails' is not its duty")
    with pytest.raises(NotFound):
        done(records, draft(99))


def test_done_without_being_owed_is_kept_for_its_target(records: SqlRecords, owed: int) -> None:
    made = done(records, draft(None, duty="insulation", target="box-2"))
    assert (made.occurrence, made.asset, made.zone, made.late_upload) == (None, "box-2", "b2", False)
    assert refused(records, draft(None, key="k2", duty="insulation", target="b2"))[0].startswith(
        "target: 'b2' is nothing"
    )
    with pytest.raises(NotFound):
        done(records, draft(None, key="k3", duty="nothing", target="b2"))


def test_a_correction_is_a_new_one_that_never_moves_when_it_was_done(records: SqlRecords, owed: int) -> None:
    first = done(records, draft(owed, measured(0.2), device_at=NOON - HOUR))
    better = done(records, draft(None, measured(2.0), key="k2", corrects=first.id, why="小数点"), now=NOON + DAY)
    assert (better.corrects, better.done, better.occurrence, better.outcome) == (
        first.id,
        first.done,
        owed,
        Outcome.PASS,
    )
    with records.read() as unit:
        assert unit.results.get(first.id) == first
        assert unit.results.corrections(first.id) == [better]
        assert [fact.what for fact in unit.facts.of("result", str(better.id))] == ["corrected"]


def test_who_submitted_it_or_a_manager_corrects_with_a_reason_and_only_the_newest(
    records: SqlRecords, owed: int
) -> None:
    first = done(records, draft(owed))
    again = draft(None, key="k2", corrects=first.id, why="写错")
    assert refused(records, again, "chen") == ["corrects: was submitted by li; allowed: the same person, or a manager"]
    assert refused(records, again, "guo")[0].startswith("corrects")
    assert refused(records, replace(again, why=" "))[0].startswith("why: is missing")
    second = done(records, again, "wang")
    assert (
        refused(records, replace(again, key="k3"))[0]
        == f"corrects: was corrected by {second.id} already; allowed: to correct that one"
    )
    assert refused(records, replace(again, key="k4", corrects=second.id))[0].startswith(
        "corrects: was submitted by wang"
    )
    assert done(records, replace(again, key="k5", corrects=second.id), "wang").corrects == second.id


def test_a_result_settles_its_occurrence_once_and_a_correction_leaves_it(records: SqlRecords, owed: int) -> None:
    first = done(records, draft(owed, measured(0.2)))
    done(records, draft(owed, key="k2"), "chen")
    done(records, draft(None, key="k3", corrects=first.id, why="写错"))
    with records.read() as unit:
        settled = unit.occurrences.get(owed)
        assert (settled.standing, settled.result) == (Standing.DONE, first.id)
        assert [fact.what for fact in unit.facts.of("occurrence", str(owed))] == ["done"]


def test_what_was_missed_is_made_up_for_and_stays_missed(records: SqlRecords, owed: int) -> None:
    made = done(records, draft(owed), now=OWED.missed + HOUR)
    with records.read() as unit:
        settled = unit.occurrences.get(owed)
        assert (settled.standing, settled.result, settled.made_up) == (Standing.MISSED, None, made.id)


def test_before_its_window_it_cannot_be_done(records: SqlRecords, owed: int) -> None:
    told = ["device_at: lies before its window; allowed: from its opening on"]
    assert refused(records, draft(owed, device_at=OWED.opens - 1)) == told


def test_a_second_person_who_did_the_same_is_kept_beside_the_first(records: SqlRecords, owed: int) -> None:
    first = done(records, draft(owed))
    second = done(records, draft(owed, measured(1.0), key="k2"), "chen")
    with records.read() as unit:
        assert unit.results.of_occurrence(owed) == [first, second]


def test_a_failed_line_opens_work_where_it_asks_for_it_once_a_line(records: SqlRecords, owed: int) -> None:
    looks = Answer(check="look", choice="fail")
    made = done(records, draft(owed, measured(0.3, order=True, text="受潮"), looks))
    with records.read() as unit:
        (order,) = unit.work_orders.find(WorkOrderFilter()).rows
    assert made.orders == (order.id,)
    assert (order.kind, order.asset, order.zone, order.value, order.limit.en) == (
        "electrical",
        "box-1",
        "b2",
        0.3,
        "≥ 0.5 MΩ",
    )
    assert (order.source_of, order.title.en, order.description) == (
        "finding:insulation/box-1/r",
        "Box 1: Resistance failed",
        "受潮",
    )


def test_what_passed_opens_nothing(records: SqlRecords, owed: int) -> None:
    assert done(records, draft(owed, measured(0.6, order=True))).orders == ()


def test_a_fail_asks_for_a_retest_and_the_two_belong_together(records: SqlRecords, owed: int) -> None:
    failed = done(records, draft(owed, measured(0.3)), room=RETESTED)
    key = retest_key("insulation", "box-1", failed.id)
    with records.read() as unit:
        again = unit.occurrences.by_key(key)
    assert (again.due, again.cause, again.asset) == (NOON + 7 * DAY, f"result:{failed.id}", "box-1")
    passed = done(records, draft(again.id, measured(5.0), key="k2"), now=NOON + DAY, room=RETESTED)
    assert passed.retest_of == failed.id
    with records.read() as unit:
        assert unit.results.retests(failed.id) == [passed]


def test_a_correction_that_it_did_not_fail_calls_the_retest_off_visibly(records: SqlRecords, owed: int) -> None:
    failed = done(records, draft(owed, measured(0.3)), room=RETESTED)
    worse = done(records, draft(None, measured(0.2), key="k2", corrects=failed.id, why="看错"), room=RETESTED)
    key = retest_key("insulation", "box-1", failed.id)
    with records.read() as unit:
        asked = unit.occurrences.by_key(key)
        assert asked.standing not in SETTLED
    better = done(records, draft(None, measured(2.0), key="k3", corrects=worse.id, why="单位"), room=RETESTED)
    with records.read() as unit:
        off = unit.occurrences.by_key(key)
        assert (off.standing, off.why) == (Standing.SUSPENDED, f"result:{better.id}")
        assert [fact.what for fact in unit.facts.of("occurrence", str(off.id))][-1] == "suspended"


def test_a_retest_names_a_result_of_the_same_thing(records: SqlRecords, owed: int) -> None:
    other = done(records, draft(None, duty="insulation", target="box-2"))
    assert refused(records, draft(owed, key="k2", retest_of=other.id))[0].startswith("retest_of: result")
    assert refused(records, draft(owed, key="k2", retest_of=99))[0].startswith("retest_of: result 99")


def test_two_people_sign_where_two_are_asked_for(records: SqlRecords, owed: int) -> None:
    room = replace(ROOM, duties={"insulation": replace(DUTY, people=2)})
    with pytest.raises(DraftRefused, match="2 different ones"), records.begin() as unit:
        submit(unit, room, draft(owed, with_whom=("li",)), "li", NOON)
    assert done(records, draft(owed, with_whom=("chen",)), room=room).with_whom == ("chen",)


# --- two at once --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.services)])
def shared(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[SqlRecords]:
    """Records that several connections use at once."""
    if request.param == "file":
        found = SqlRecords(f"sqlite:///{shutil.copy(migrated, tmp_path / 'shared.db')}")
    else:
        found = SqlRecords(request.getfixturevalue("postgres_db_url"))
        found.migrate()
    yield found
    found.close()


def tried(records: SqlRecords, wanted: Draft, who: str) -> Result:
    """As a route does: whoever lost begins again."""
    for _ in range(5):
        with suppress(Conflict):
            return done(records, wanted, who)
    raise AssertionError("lost five times")


def test_two_people_at_once_are_both_kept_and_one_settles_it(shared: SqlRecords) -> None:
    owed = settle_in(shared)
    made = at_once(2, lambda n: tried(shared, draft(owed, key=f"k{n}"), ("li", "chen")[n]))
    assert all(isinstance(one, Result) for one in made), made
    with shared.read() as unit:
        kept = unit.results.of_occurrence(owed)
        assert {one.who for one in kept} == {"li", "chen"}
        assert unit.occurrences.get(owed).result in {one.id for one in kept}
        assert [fact.what for fact in unit.facts.of("occurrence", str(owed))] == ["done"]
        assert unit.facts.verify() is None


def test_the_same_submission_twice_at_once_is_one_result(shared: SqlRecords) -> None:
    owed = settle_in(shared)
    made = at_once(3, lambda _: tried(shared, draft(owed, measured(0.1, order=True)), "li"))
    assert len({one.id for one in made if isinstance(one, Result)}) == 1, made
    with shared.read() as unit:
        assert unit.results.count(ResultFilter()) == 1
        assert unit.work_orders.count(WorkOrderFilter()) == 1
