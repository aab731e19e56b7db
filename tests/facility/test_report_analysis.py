"""What comes back, against the plainest counting that does the same."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from facility.instant import DAY, HOUR
from facility.report_analysis import COMES_BACK, OFTEN, OFTEN_WITHIN, Spot, analyse, spot_of
from facility.residents_report import ReportState, ResidentsReport, Way
from facility.work_figures import Period

NOON = 1_795_492_800_000
PLAIN = ResidentsReport(way=Way.WEB, zone="t1", guess="water", kind="water", received=NOON)
MONTH = Period(NOON, NOON + 30 * DAY, NOON + 60 * DAY)


@st.composite
def some(draw: st.DrawFn) -> list[ResidentsReport]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        received = NOON + draw(st.integers(-40, 40)) * DAY
        after = draw(st.none() | st.integers(0, 20))
        solved = None if after is None else received + after * DAY
        made.append(
            replace(
                PLAIN,
                id=number + 1,
                kind=draw(st.sampled_from(["water", "lift"])),
                zone=draw(st.sampled_from(["t1", "t2"])),
                asset=draw(st.sampled_from(["", "a"])),
                received=received,
                solved=solved,
                visited=solved,
                state=draw(st.sampled_from([ReportState.SOLVED, ReportState.DISMISSED])),
                same_as=draw(st.none() | st.just(99)),
            )
        )
    return made


@given(some())
def test_what_comes_back_is_what_looking_at_every_pair_finds(reports: list[ResidentsReport]) -> None:
    told = analyse(reports, MONTH, 30 * DAY)
    cases = [r for r in reports if r.same_as is None and r.state is not ReportState.DISMISSED]
    in_month = [r for r in cases if NOON <= r.received < NOON + 30 * DAY]
    back = {
        r.id
        for r in in_month
        for e in cases
        if e.id != r.id
        and (e.kind, e.asset or e.zone) == (r.kind, r.asset or r.zone)
        and bool(e.asset) == bool(r.asset)
        and 0 <= r.received - e.received <= 30 * DAY
        and e.solved is not None
        and e.solved <= r.received
    }
    assert {one.id for one in told.cases} == {one.id for one in in_month}
    assert {one.report.id for one in told.returns} == back
    assert told.return_rate == (len(back) / len(in_month) if in_month else None)
    assert sum(len(found) for _, found in told.kinds) == sum(len(found) for _, found in told.spots) == len(in_month)
    for suggestion in told.suggestions:
        recent = [
            r for r in cases if spot_of(r) == suggestion.spot and 0 < NOON + 30 * DAY - r.received <= OFTEN_WITHIN
        ]
        assert {one.id for one in suggestion.cases} == {one.id for one in recent}
        assert len(recent) >= OFTEN or len(suggestion.returns) >= COMES_BACK


def test_a_further_voice_and_what_was_no_report_are_no_cases() -> None:
    told = analyse([replace(PLAIN, id=1), replace(PLAIN, id=2, same_as=1),
                    replace(PLAIN, id=3, state=ReportState.DISMISSED)], MONTH, DAY)  # fmt: skip
    assert ([one.id for one in told.cases], told.voices) == ([1], 1)


def test_the_time_to_the_first_visit_counts_those_who_wait_as_longest() -> None:
    reports = [replace(PLAIN, id=n, visited=NOON + n * HOUR if n < 3 else None) for n in (1, 2, 3)]
    told = analyse(reports, MONTH, DAY)
    assert (told.first_visit_median, told.first_visit_p90, len(told.visited)) == (2 * HOUR, None, 2)


def test_three_cases_at_one_spot_suggest_to_look_there_more_often() -> None:
    reports = [replace(PLAIN, id=n, received=NOON - n * 20 * DAY + DAY) for n in range(3)]
    assert [(one.spot, len(one.cases)) for one in analyse(reports, MONTH, DAY).suggestions] == [
        (Spot("water", "t1", ""), 3)
    ]
    assert analyse(reports[:2], MONTH, DAY).suggestions == ()


def test_two_that_came_back_suggest_it_too() -> None:
    reports = [replace(PLAIN, id=n, received=NOON + n * DAY, solved=NOON + n * DAY + HOUR) for n in range(3)]
    (found,) = analyse(reports, MONTH, 30 * DAY).suggestions
    assert [(one.report.id, one.earlier.id) for one in found.returns] == [(1, 0), (2, 1)]


def test_what_had_not_been_solved_did_not_come_back() -> None:
    again = [replace(PLAIN, id=1), replace(PLAIN, id=2, received=NOON + DAY)]
    assert analyse(again, MONTH, 30 * DAY).returns == ()
