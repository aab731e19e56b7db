"""The review of permissions: one by one, the longest unseen first; handing it in is the evidence of its duty."""

from dataclasses import replace
from datetime import date

import pytest

from facility.door_list import Comparison
from facility.inspection import Outcome
from facility.instant import DAY, HOUR, parse
from facility.occurrence import Occurrence, Standing
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Confirmed, CredentialState
from facility.permission_review import EVERY, Decision, ReviewRefused, Said, figures, lines
from facility.person import Role
from inspections.duty_files import load_duties
from inspections.permission_deeds import DUTY, finish_review, review_one, set_state
from inspections.result_room import ResultRoom
from storage.records.comparisons import keep_comparison
from storage.records.people import Account
from storage.records.port import NotFound
from storage.records.sql import SqlRecords
from tests.facility.permissions import some_permissions
from tests.inspections.results_house import REGISTER

NOW = parse("2026-03-02T10:00:00+08:00")
DUTIES = load_duties()
ROOM = ResultRoom(duties=DUTIES, register=REGISTER)


@pytest.fixture
def records(empty: SqlRecords) -> SqlRecords:
    confirmed = Confirmed(permission="engineers", at=NOW - EVERY - HOUR, who="wang")
    enter(empty, replace(some_permissions(), confirmed={"engineers": confirmed}))
    with empty.begin() as unit:
        unit.people.add(Account(id="wang", name="王", role=Role.ADMIN, password="", created=0))
    return empty


def enter(records: SqlRecords, wanted: Permissions) -> None:
    with records.begin() as unit:
        unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "wang", NOW - DAY)


def load(records: SqlRecords) -> Permissions:
    with records.read() as unit:
        return unit.permissions.load()


def review(records: SqlRecords, permission: str, decision: Decision, **more: object) -> int:
    said = Said(permission=permission, decision=decision, who="wang", at=NOW, **more)  # type: ignore[arg-type]
    with records.begin() as unit:
        return review_one(unit, said)


def owe(records: SqlRecords) -> int:
    duty = DUTIES[DUTY]
    row = Occurrence(
        key=f"{DUTY}/home/1",
        duty=DUTY,
        duty_version=duty.version,
        clause=duty.clause,
        target="home",
        opens=NOW - 60 * DAY,
        due=NOW + 30 * DAY,
        closes=NOW + 44 * DAY,
        missed=NOW + 44 * DAY,
        standing=Standing.OPEN,
    )
    with records.begin() as unit:
        unit.occurrences.plan([row])
        return unit.occurrences.by_key(row.key).id


def test_what_nobody_confirmed_within_the_period_is_unreviewed_the_longest_unseen_first(records: SqlRecords) -> None:
    found = lines(load(records), REGISTER, NOW)
    assert [(line.permission.id, line.access, line.unreviewed, line.people) for line in found] == [
        ("li-nights", "high-risk", True, 1),  # a zone that the register does not know is guarded most
        ("engineers", "sensitive", True, 2),
    ]
    assert figures(found) == {"permissions": 2, "unreviewed": 2, "over": 0}
    assert [line.unreviewed for line in lines(load(records), REGISTER, NOW - 2 * HOUR)] == [True, False]


def test_a_permission_whose_last_day_has_passed_is_told_apart(records: SqlRecords) -> None:
    found = lines(load(records), REGISTER, NOW + 30 * DAY)
    assert [(line.permission.id, line.over) for line in found] == [("li-nights", True), ("engineers", False)]


def test_confirming_says_who_and_when_and_needs_no_reason(records: SqlRecords) -> None:
    review(records, "engineers", Decision.CONFIRM)
    assert load(records).confirmed["engineers"] == Confirmed(permission="engineers", at=NOW, who="wang")
    assert figures(lines(load(records), REGISTER, NOW))["unreviewed"] == 1


def test_shortening_sets_the_last_day_and_counts_as_seen(records: SqlRecords) -> None:
    version = review(records, "engineers", Decision.SHORTEN, until=date(2026, 6, 30), why="project ends")
    found = load(records)
    assert (found.version, found.permissions["engineers"].until) == (version, date(2026, 6, 30))
    assert found.confirmed["engineers"].why == "project ends"
    with records.read() as unit:
        (fact,) = unit.facts.of("permission", str(version))
    assert (fact.who, fact.why) == ("wang", "shorten: project ends")


def test_ending_takes_it_out_and_its_history_stays(records: SqlRecords) -> None:
    review(records, "engineers", Decision.END, why="they left")
    found = load(records)
    assert ("engineers" in found.permissions, "engineers" in found.confirmed) == (False, False)
    with records.read() as unit:
        assert unit.permissions.history("permissions", "engineers")[-1]["what"] == "removed"


@pytest.mark.parametrize(
    ("decision", "more", "field"),
    [
        (Decision.SHORTEN, {"until": date(2026, 6, 30)}, "why"),
        (Decision.END, {}, "why"),
        (Decision.SHORTEN, {"why": "x"}, "until"),
        (Decision.SHORTEN, {"why": "x", "until": date(2027, 1, 1)}, "until"),
        (Decision.SHORTEN, {"why": "x", "until": date(2026, 3, 1)}, "until"),
    ],
)
def test_a_decision_that_says_too_little_or_lengthens_is_refused(
    records: SqlRecords, decision: Decision, more: dict[str, object], field: str
) -> None:
    before = load(records)
    with pytest.raises(ReviewRefused) as refused:
        review(records, "engineers", decision, **more)
    assert refused.value.field == field
    assert load(records) == before


def test_a_permission_that_is_gone_meanwhile_is_not_found(records: SqlRecords) -> None:
    review(records, "engineers", Decision.END, why="x")
    with pytest.raises(NotFound):
        review(records, "engineers", Decision.CONFIRM)


def test_handing_it_in_settles_the_duty_with_what_was_found(records: SqlRecords) -> None:
    number = owe(records)
    review(records, "engineers", Decision.CONFIRM)
    with records.begin() as unit:
        keep_comparison(unit, Comparison(at=NOW - DAY, version=1, rows=40), "wang")
        finished = finish_review(unit, ROOM, who="wang", now=NOW)
    assert finished.result is not None
    assert finished.result.outcome is Outcome.PASS
    assert finished.fact.data["figures"] == {"permissions": 2, "unreviewed": 1, "over": 0}
    assert finished.fact.data["result"] == finished.result.id
    with records.read() as unit:
        occurrence = unit.occurrences.get(number)
    assert (occurrence.standing, occurrence.result) == (Standing.DONE, finished.result.id)
    said = {finding.check: finding for finding in finished.result.findings}
    assert "未复核 1" in said["removed"].text
    assert said["signature"].signed == ("wang",)


def test_without_a_comparison_of_late_the_review_fails_its_first_line(records: SqlRecords) -> None:
    owe(records)
    with records.begin() as unit:
        keep_comparison(unit, Comparison(at=NOW - 40 * DAY, version=1, rows=40), "wang")
        finished = finish_review(unit, ROOM, who="wang", now=NOW)
    assert finished.result is not None
    assert finished.result.outcome is Outcome.FAIL


def test_where_no_duty_is_owed_the_fact_alone_says_it(records: SqlRecords) -> None:
    with records.begin() as unit:
        finished = finish_review(unit, ROOM, who="wang", now=NOW)
    assert (finished.result, finished.fact.data["result"]) == (None, None)


def test_a_card_is_reported_lost_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        version = set_state(unit, "c-li", CredentialState.LOST, who="wang", now=NOW, why="lost on the way")
        assert set_state(unit, "c-li", CredentialState.LOST, who="wang", now=NOW, why="again") == version
        with pytest.raises(NotFound):
            set_state(unit, "c-nobody", CredentialState.LOST, who="wang", now=NOW, why="x")
    assert load(records).credentials["c-li"].state is CredentialState.LOST
