"""Clocks on a line of time: each right to the second, each act once, whatever the times of day do."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from facility.clock import meet
from facility.instant import DAY, HOUR, MINUTE, SECOND, parse
from facility.work_order import Action
from response.scheduler import TOTALS, look_at_clocks
from storage.records.sql import SqlRecords
from tests import services
from tests.response.timeline import Story

ZERO = parse("2026-11-25T02:10:00+08:00")


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.services)])
def records(request: pytest.FixtureRequest) -> Iterator[SqlRecords]:
    if request.param == "memory":
        yield from _opened("sqlite:///:memory:")
    else:
        with services.postgres_database(request.getfixturevalue("postgres_url")) as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[SqlRecords]:
    found = SqlRecords(url)
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def story(records: SqlRecords) -> Story:
    return Story(records, ZERO)


def test_a_night_nobody_answers(story: Story) -> None:
    story.open()
    story.run(0, 3 * HOUR)
    assert story.told() == [
        ("respond", "warned", 6),
        ("respond", "breached", 9),
        ("notice", "warned", 23),
        ("notice", "breached", 31),
        ("arrive", "warned", 45),
        ("notice", "warned", 53),
        ("arrive", "breached", 61),
        ("notice", "breached", 61),
        ("notice", "warned", 83),
        ("resolve", "warned", 90),
        ("notice", "breached", 91),
        ("notice", "warned", 113),
        ("notice", "breached", 121),
        ("resolve", "breached", 121),
        ("notice", "warned", 143),
        ("notice", "breached", 151),
        ("notice", "warned", 173),
    ]


def test_reaching_the_limit_is_in_time_and_one_second_later_is_not(story: Story) -> None:
    story.open("arrive")
    story.look(HOUR - 15 * MINUTE)
    story.look(HOUR)
    assert [what for _, what, _ in story.told()] == ["warned"]
    story.look(HOUR + SECOND)
    (_, breach) = story.facts()
    assert (breach.data["due"], breach.data["over_by"]) == (ZERO + HOUR, SECOND)


def test_a_breach_says_who_had_it_what_it_waited_for_and_how_late_it_is(story: Story) -> None:
    number = story.open("arrive")
    story.act(number, Action.DISPATCH, 4 * MINUTE, who="officer", assignee="li")
    story.act(number, Action.ACCEPT, 6 * MINUTE)
    story.look(HOUR + 2 * SECOND)
    breach = story.facts()[-1]
    said = {name: breach.data[name] for name in ("clock", "assignee", "state", "cause", "over_by", "clause", "source")}
    assert said == {
        "clock": "arrive",
        "assignee": "li",
        "state": "accepted",
        "cause": "not-on-site",
        "over_by": 2 * SECOND,
        "clause": "ER-1",
        "source": "manual",
    }


def test_the_state_that_counts_is_the_one_at_the_limit_whenever_it_is_found(story: Story) -> None:
    number = story.open("arrive")
    story.act(number, Action.ACCEPT, 5 * MINUTE)
    story.act(number, Action.ARRIVE, 90 * MINUTE)
    story.act(number, Action.START, 91 * MINUTE, who="zhang")
    story.look(5 * HOUR)
    (breach,) = story.facts()
    assert (breach.data["state"], breach.data["cause"]) == ("accepted", "not-on-site")
    assert (breach.data["over_by"], breach.data["stopped"]) == (30 * MINUTE, ZERO + 90 * MINUTE)
    assert breach.data["late"] is True


def test_a_breach_that_was_found_late_does_not_hide_who_has_the_work_now(story: Story) -> None:
    number = story.open("respond", "resolve")
    story.act(number, Action.ACCEPT, 30 * MINUTE)
    story.look(60 * MINUTE)
    story.look(130 * MINUTE)
    respond, resolve = (fact for fact in story.facts() if fact.what == "breached")
    assert (respond.data["assignee"], respond.data["cause"]) == ("", "not-dispatched")
    assert (resolve.data["assignee"], resolve.data["cause"]) == ("li", "not-on-site")


def test_news_that_comes_after_the_limit_breaches_at_once_and_says_why(story: Story) -> None:
    story.open("arrive", told=3 * HOUR)
    story.look(3 * HOUR)
    (breach,) = story.facts()
    assert (breach.what, breach.data["cause"]) == ("breached", "told-late")


def test_what_is_stopped_in_time_says_nothing(story: Story) -> None:
    number = story.open("respond", "arrive", "resolve")
    story.act(number, Action.ACCEPT, 2 * MINUTE)
    story.act(number, Action.ARRIVE, 30 * MINUTE)
    story.act(number, Action.START, 31 * MINUTE)
    story.act(number, Action.FINISH, 80 * MINUTE)
    story.run(0, 4 * HOUR)
    assert story.told() == []


def test_an_acceptance_that_is_given_back_was_none(story: Story) -> None:
    number = story.open("respond")
    story.act(number, Action.ACCEPT, 2 * MINUTE)
    story.act(number, Action.REJECT, 5 * MINUTE)
    story.run(0, 20 * MINUTE)
    assert story.told() == [("respond", "warned", 6), ("respond", "breached", 9)]
    assert story.facts()[-1].data["cause"] == "not-dispatched"


def test_a_pause_moves_the_limit_and_both_times_are_kept(story: Story) -> None:
    number = story.open("resolve")
    for action, minute in ((Action.ACCEPT, 5), (Action.ARRIVE, 20), (Action.START, 21)):
        story.act(number, action, minute * MINUTE)
    story.act(number, Action.HOLD, 60 * MINUTE, approver="王主管", reason="等配件")
    story.run(60 * MINUTE, 10 * HOUR, 5 * MINUTE)
    assert story.told() == []
    story.act(number, Action.RESUME, 10 * HOUR)
    story.run(10 * HOUR, 12 * HOUR)
    assert story.told() == [("resolve", "warned", 630), ("resolve", "breached", 661)]
    clock = story.clock(number, "resolve")
    (pause,) = clock.pauses
    assert (pause.by, pause.approver, pause.why) == ("li", "王主管", "等配件")
    assert (clock.raw(ZERO + 11 * HOUR), clock.net(ZERO + 11 * HOUR)) == (11 * HOUR, 2 * HOUR)


def test_only_what_may_be_paused_stands_still(story: Story) -> None:
    number = story.open("notice", "resolve")
    for action, minute in ((Action.ACCEPT, 1), (Action.ARRIVE, 2), (Action.START, 3), (Action.HOLD, 4)):
        story.act(number, action, minute * MINUTE, approver="王主管")
    assert [clock.paused for clock in story.order(number).clocks] == [True, False]
    story.run(4 * MINUTE, 40 * MINUTE)
    assert story.told() == [("notice", "warned", 23), ("notice", "breached", 31)]


def test_a_breach_stays_whatever_is_paused_afterwards(story: Story) -> None:
    number = story.open("resolve")
    for action, minute in ((Action.ACCEPT, 1), (Action.ARRIVE, 2), (Action.START, 3), (Action.HOLD, 130)):
        story.act(number, action, minute * MINUTE, approver="王主管")
    story.look(200 * MINUTE)
    assert story.told() == [("resolve", "breached", 200)]
    assert story.clock(number, "resolve").breached(ZERO + 200 * MINUTE)


def test_notices_are_wanted_until_it_is_over(story: Story) -> None:
    number = story.open("notice")
    story.run(0, 24 * MINUTE)
    story.change(number, lambda clock: meet(clock, ZERO + 25 * MINUTE))
    story.run(25 * MINUTE, 54 * MINUTE)
    story.change(number, lambda clock: meet(clock, ZERO + 55 * MINUTE))
    story.run(55 * MINUTE, 84 * MINUTE)
    for action in (Action.ACCEPT, Action.ARRIVE, Action.START, Action.FINISH):
        story.act(number, action, 84 * MINUTE)
    story.run(84 * MINUTE, 5 * HOUR)
    assert story.told() == [("notice", "warned", 23), ("notice", "warned", 48), ("notice", "warned", 78)]


def test_notices_are_wanted_again_when_it_was_not_over_after_all(story: Story) -> None:
    number = story.open("notice")
    for action in (Action.ACCEPT, Action.ARRIVE, Action.START, Action.FINISH):
        story.act(number, action, 10 * MINUTE)
    story.act(number, Action.REOPEN, 5 * HOUR)
    story.run(5 * HOUR, 5 * HOUR + 25 * MINUTE)
    assert story.told() == [("notice", "warned", 313), ("notice", "breached", 321)]


def test_the_review_is_asked_for_when_an_emergency_is_closed_and_not_before(story: Story) -> None:
    number = story.open("review")
    story.run(0, 5 * DAY, HOUR)
    for action in (Action.ACCEPT, Action.ARRIVE, Action.START, Action.FINISH, Action.VERIFY):
        story.act(number, action, 5 * DAY)
    assert story.clock(number, "review").started == ZERO + 5 * DAY
    story.run(5 * DAY, 9 * DAY, HOUR)
    day = 24 * 60
    assert story.told() == [("review", "warned", 7 * day + 6 * 60), ("review", "breached", 8 * day + 60)]
    assert story.facts()[-1].data["cause"] == "not-reviewed"


def test_a_review_in_time_says_nothing(story: Story) -> None:
    number = story.open("review")
    for action in (Action.ACCEPT, Action.ARRIVE, Action.START, Action.FINISH, Action.VERIFY):
        story.act(number, action, HOUR)
    story.act(number, Action.REVIEW, DAY)
    story.run(0, 9 * DAY, HOUR)
    assert story.told() == []


def test_a_cancelled_order_asks_for_nothing(story: Story) -> None:
    number = story.open()
    story.act(number, Action.CANCEL, MINUTE)
    story.run(0, 5 * DAY, HOUR)
    assert story.told() == []


def test_after_a_day_of_downtime_everything_is_done_once_in_order_and_says_that_it_is_late(story: Story) -> None:
    first = story.open("arrive", "resolve")
    second = story.open("respond", at=70 * MINUTE)
    third = story.open("notice", at=20 * MINUTE)
    story.look(46 * MINUTE)
    before = len(story.facts())
    story.look(DAY)
    story.look(DAY)
    late = story.facts()[before:]
    assert [(int(fact.subject), fact.data["clock"], fact.data["rounds"]) for fact in late] == [
        (third, "notice", 47),
        (first, "arrive", 1),
        (second, "respond", 1),
        (first, "resolve", 1),
    ]
    assert all(fact.what == "breached" and fact.data["late"] for fact in late)
    assert [fact.data["due"] for fact in late] == sorted(fact.data["due"] for fact in late)
    story.run(DAY, DAY + 25 * MINUTE)
    assert story.told()[before + 4 :] == [("notice", "warned", 24 * 60 + 13), ("notice", "breached", 24 * 60 + 21)]


def test_many_that_are_due_at_once_are_done_in_portions_and_in_order(story: Story) -> None:
    for second in range(260):
        story.open("respond", at=second * SECOND)
    story.look(HOUR)
    dues = [fact.data["due"] for fact in story.facts()]
    assert dues == [ZERO + 8 * MINUTE + second * SECOND for second in range(260)]


def test_the_order_is_kept_over_portions_whenever_each_clock_was_last_looked_at(story: Story) -> None:
    last = story.open("arrive")
    for number in range(250):
        story.open("respond", at=38 * MINUTE + number * 2 * SECOND)
    # Everything lies in the table under the instant of its warning; the hour is among the first there.
    story.look(2 * HOUR)
    dues = [fact.data["due"] for fact in story.facts()]
    assert dues == sorted(dues)
    assert story.facts()[-1].subject == str(last)


def test_a_time_of_day_that_is_set_back_repeats_nothing_and_forward_skips_nothing(story: Story) -> None:
    story.open("respond", "arrive")
    story.run(0, 10 * MINUTE)
    story.run(-3 * HOUR, 30 * MINUTE)
    story.run(50 * MINUTE, 70 * MINUTE)
    story.run(40 * MINUTE, 90 * MINUTE)
    assert story.told() == [
        ("respond", "warned", 6),
        ("respond", "breached", 9),
        ("arrive", "warned", 50),
        ("arrive", "breached", 61),
    ]


def test_a_restart_between_any_two_looks_changes_nothing(story: Story, records: SqlRecords) -> None:
    story.open("respond", "arrive", "notice")
    for minute in range(70):
        # Everything that the scheduler knows is in the records: a look by nobody who looked before.
        Story(records, ZERO).look(minute * MINUTE)
    assert len(story.told()) == len(set(story.told())) == 8


def test_two_schedulers_at_once_say_it_once(story: Story, records: SqlRecords) -> None:
    story.open("respond")
    with records.begin() as unit:
        dues = unit.clocks.due(ZERO + HOUR, 10)
        for _ in range(2):
            # Whatever the table of instants says: what was done is done.
            unit.clocks.look_at(dues)
            while look_at_clocks(unit, ZERO + HOUR):
                pass
    assert story.told() == [("respond", "breached", 60)]


def test_a_clock_that_takes_anothers_place_breaches_for_itself(story: Story) -> None:
    number = story.open("arrive")
    story.look(2 * HOUR)
    story.change(number, lambda clock: replace(clock, started=ZERO + 2 * HOUR, edition=1))
    story.run(2 * HOUR, 4 * HOUR)
    assert story.told() == [("arrive", "breached", 120), ("arrive", "warned", 165), ("arrive", "breached", 181)]


def test_an_order_that_is_gone_is_looked_at_no_more(records: SqlRecords) -> None:
    from storage.records.clocks import Due

    with records.begin() as unit:
        unit.clocks.look_at([Due(99, "arrive", 5)])
        assert look_at_clocks(unit, 10)
        assert not look_at_clocks(unit, 10)


def test_warnings_and_breaches_are_counted_by_clock_and_kind_of_work(story: Story, records: SqlRecords) -> None:
    story.open("respond", "notice")
    story.open("respond", kind="lift")
    story.run(0, 20 * MINUTE)
    story.look(100 * MINUTE)
    with records.read() as unit:
        totals = unit.notes.get(TOTALS)
    assert totals["breach"] == {"respond/water-supply": 1, "respond/lift": 1, "notice/water-supply": 3}
    assert totals["warning"] == {"respond/water-supply": 1, "respond/lift": 1}


@pytest.mark.parametrize(
    ("start", "zone_story"),
    [
        ("2026-03-29T00:30:00+01:00", "clocks go forward in Berlin"),
        ("2026-10-25T01:30:00+02:00", "clocks go back in Berlin"),
        ("2028-02-28T23:30:00+08:00", "the night before a leap day"),
        ("2028-02-29T23:30:00+08:00", "the night of a leap day"),
        ("2026-12-31T23:30:00+08:00", "New Year's midnight"),
    ],
)
def test_an_hour_is_an_hour_in_every_night(records: SqlRecords, start: str, zone_story: str) -> None:
    story = Story(records, parse(start))
    story.open("arrive", "review")
    story.run(0, 2 * HOUR)
    assert story.told() == [("arrive", "warned", 45), ("arrive", "breached", 61)]
