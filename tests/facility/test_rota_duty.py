from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from facility.calendar import instant_of
from facility.instant import DAY, MINUTE
from facility.rota import Asked, Gap, GapCause, Leave, Pattern, Person, Rota, Shift, ShiftKind, Swap, Team, Turn
from facility.rota_entries import DAYS
from facility.text import Text
from tests.facility.rota_walk import STEP, Walk
from tests.facility.rotas import at, by_id, four_crews, local

PEOPLE, TEAMS, KINDS, PATTERNS = ["a", "b", "c"], ["t", "u"], ["x", "y"], ["p", "q"]
JUMPS = {
    "Asia/Shanghai": date(2028, 2, 29),
    "Europe/Berlin": date(2026, 3, 29),
    "America/New_York": date(2026, 11, 1),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Pacific/Apia": date(2011, 12, 30),
    "America/St_Johns": date(2026, 12, 31),
}
minutes = st.integers(0, 287).map(lambda n: n * 5)
subset = st.lists(st.sampled_from(["fire", "lift"]), unique=True).map(tuple)
days_words = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def of_turn(draw: st.DrawFn, turns: list[Turn], patterns: list[Pattern]) -> Shift:
    """A single shift, or a cancelled one, most likely in the place of one that a turn makes."""
    one = draw(st.sampled_from(turns)) if turns else Turn(person="a", team="t", pattern="p", since=date(2026, 1, 1))
    cycle = next(pattern.cycle for pattern in patterns if pattern.id == one.pattern)
    later = draw(st.integers(0, 4))
    word = cycle[later % len(cycle)]
    day, kind = one.since + timedelta(days=later), KINDS[0] if word == "-" else word
    return Shift(person=one.person, team=one.team, day=day, kind=kind, cancelled=draw(st.booleans()))


@st.composite
def rotas(draw: st.DrawFn) -> tuple[Rota, int]:
    zone = draw(st.sampled_from(list(JUMPS)))
    middle = JUMPS[zone]
    begin = instant_of(middle - timedelta(days=1), 0, ZoneInfo(zone))
    near = st.integers(-4, 4).map(lambda n: middle + timedelta(days=n))
    moment = st.integers(0, 4 * DAY // STEP).map(lambda n: begin - DAY + n * STEP)
    name = Text("名", "name")
    teams = [
        Team(
            id=id,
            name=name,
            least=draw(st.integers(0, 2)),
            skills=draw(subset),
            days=draw(days_words),
            starts=draw(minutes),
            ends=draw(minutes),
        )
        for id in TEAMS
    ]
    kinds = [
        ShiftKind(id=id, name=name, starts=draw(minutes), ends=draw(minutes), on_call=draw(st.booleans()))
        for id in KINDS
    ]
    patterns = [
        Pattern(
            id=id,
            name=name,
            days=draw(days_words),
            cycle=tuple(draw(st.lists(st.sampled_from([*KINDS, "-"]), min_size=1, max_size=4))),
        )
        for id in PATTERNS
    ]
    turn = st.builds(
        Turn,
        person=st.sampled_from(PEOPLE),
        team=st.sampled_from(TEAMS),
        pattern=st.sampled_from(PATTERNS),
        since=near,
        until=st.one_of(st.none(), near),
    )
    shift = st.builds(
        Shift,
        person=st.sampled_from(PEOPLE),
        team=st.sampled_from(TEAMS),
        day=near,
        kind=st.sampled_from(KINDS),
        cancelled=st.booleans(),
    )
    key = st.builds(
        lambda p, t, d, k: f"{p}/{t}/{d}/{k}",
        st.sampled_from(PEOPLE),
        st.sampled_from(TEAMS),
        near,
        st.sampled_from(KINDS),
    )
    leave = st.builds(
        Leave,
        id=st.uuids().map(str),
        person=st.sampled_from(PEOPLE),
        since=moment,
        until=moment,
        state=st.sampled_from(Asked),
    )
    swap = st.builds(
        Swap,
        id=st.uuids().map(str),
        person=st.sampled_from(PEOPLE),
        other=st.sampled_from(PEOPLE),
        duty=key,
        back=st.one_of(st.just(""), key),
        state=st.sampled_from(Asked),
        decided_at=st.integers(0, 3),
    )
    rota = Rota(
        timezone=zone,
        teams=by_id(teams),
        people=by_id([Person(id=id, name=id, skills=draw(subset)) for id in PEOPLE]),
        kinds=by_id(kinds),
        patterns=by_id(patterns),
        turns=by_id(turns := draw(st.lists(turn, max_size=4))),
        shifts=by_id(draw(st.lists(shift, max_size=4)) + [draw(of_turn(turns, patterns))] * bool(turns)),
        leave=by_id(draw(st.lists(leave, max_size=2))),
        swaps=by_id(draw(st.lists(swap, max_size=2))),
    )
    return rota, begin


@settings(max_examples=60, deadline=None)
@given(rotas())
def test_duties_are_what_a_walk_through_time_finds(given: tuple[Rota, int]) -> None:
    rota, begin = given
    found = rota.duties(begin, begin + 2 * DAY)
    for step, there in Walk(rota, begin, begin + 2 * DAY).present().items():
        now = {(d.team, d.person, bool(d.absent), d.on_call) for d in found if d.start <= step < d.end}
        assert now == there, local(step, rota.zone)


@settings(max_examples=60, deadline=None)
@given(rotas())
def test_gaps_are_what_a_walk_through_time_finds(given: tuple[Rota, int]) -> None:
    rota, begin = given
    found = rota.gaps(begin, begin + 2 * DAY)
    assert all(begin <= gap.start < gap.end <= begin + 2 * DAY for gap in found)
    for step, missing in Walk(rota, begin, begin + 2 * DAY).missing().items():
        now = {(gap.team, gap.cause.value, gap.skill) for gap in found if gap.start <= step < gap.end}
        assert now == missing, local(step, rota.zone)


@settings(max_examples=40, deadline=None)
@given(rotas(), st.integers(0, 2 * DAY), st.sampled_from(["", *TEAMS]), st.sampled_from(["", "fire"]))
def test_who_is_on_duty_agrees_with_the_duties(given: tuple[Rota, int], later: int, team: str, skill: str) -> None:
    rota, begin = given
    now = begin + later
    there = {
        d.person
        for d in rota.duties(begin, begin + 3 * DAY)
        if d.start <= now < d.end and not d.absent and (not team or d.team == team)
    }
    fitting = {person for person in there if not skill or skill in rota.people[person].skills}
    called = rota.on_duty(now, team=team, skill=skill)
    assert {person.id for person in called} == fitting
    assert len(called) == len(fitting)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(JUMPS)), st.lists(minutes, min_size=1, max_size=4, unique=True), st.integers(-1440, 2880))
def test_each_instant_belongs_to_exactly_one_of_shifts_that_follow_one_another(
    zone: str, cuts: list[int], off: int
) -> None:
    cuts = sorted(cuts)
    kinds = [
        ShiftKind(id=f"k{n}", name=Text("班"), starts=start, ends=cuts[(n + 1) % len(cuts)])
        for n, start in enumerate(cuts)
    ]
    first = JUMPS[zone] - timedelta(days=10)
    rota = Rota(
        timezone=zone,
        teams=by_id([Team(id="t", name=Text("队"), least=1)]),
        people=by_id([Person(id=kind.id, name=kind.id) for kind in kinds]),
        kinds=by_id(kinds),
        patterns=by_id([Pattern(id=kind.id, name=Text("班"), cycle=(kind.id,)) for kind in kinds]),
        turns=by_id([Turn(person=kind.id, team="t", pattern=kind.id, since=first) for kind in kinds]),
    )
    middle = instant_of(JUMPS[zone], 0, ZoneInfo(zone))
    edges = {edge for duty in rota.duties(middle - DAY, middle + DAY) for edge in (duty.start, duty.end)}
    for now in {middle + off * MINUTE, *(edge + shift for edge in edges for shift in (-1, 0, 1))}:
        assert len(rota.duties(now, now + 1)) == 1
    assert rota.gaps(middle - DAY, middle + DAY) == []


def test_a_night_shift_ends_in_the_morning_and_the_next_begins_there() -> None:
    rota = four_crews()
    assert [p.id for p in rota.on_duty(at("2026-03-04 07:59"))] == ["p1", "p2"]
    assert [p.id for p in rota.on_duty(at("2026-03-04 08:00"))] == ["p5", "p6"]


def test_whoever_is_there_is_called_before_those_at_home() -> None:
    rota = four_crews()
    home = replace(rota.kinds["day"], id="home", on_call=True)
    extra = Shift(person="office", team="fire-control", day=date(2026, 3, 4), kind="home", call=0)
    rota = replace(rota, kinds=rota.kinds | {"home": home}, shifts=by_id([extra]))
    assert [p.id for p in rota.on_duty(at("2026-03-04 12:00"), team="fire-control")][-1] == "office"


def test_an_office_is_empty_on_a_holiday_and_open_on_a_worked_saturday() -> None:
    rota = four_crews()
    assert rota.on_duty(at("2026-10-02 10:00"), team="desk") == ()
    assert [p.id for p in rota.on_duty(at("2026-10-10 10:00"), team="desk")] == ["office"]


def approved(**given: object) -> Leave:
    return Leave(state=Asked.APPROVED, **given)  # type: ignore[arg-type]


def test_leave_that_nobody_covers_is_a_gap_with_the_persons_name() -> None:
    rota = four_crews()
    (_, second) = rota.on_duty(at("2026-03-04 12:00"), team="fire-control")
    away = approved(id="l", person=second.id, since=at("2026-03-04 00:00"), until=at("2026-03-05 00:00"))
    (gap,) = replace(rota, leave={"l": away}).gaps(at("2026-03-03 00:00"), at("2026-03-07 00:00"))
    assert gap == Gap(
        team="fire-control",
        start=at("2026-03-04 08:00"),
        end=at("2026-03-04 20:00"),
        cause=GapCause.TOO_FEW,
        have=1,
        need=2,
        absent=(second.id,),
    )


def test_leave_on_a_shift_that_somebody_took_over_is_no_gap() -> None:
    rota = four_crews()
    (_, second) = rota.on_duty(at("2026-03-04 12:00"), team="fire-control")
    away = approved(id="l", person=second.id, since=at("2026-03-04 00:00"), until=at("2026-03-05 00:00"))
    duty = next(d for d in rota.duties(at("2026-03-04 12:00"), at("2026-03-04 13:00")) if d.person == second.id)
    swap = Swap(id="s", person=second.id, other="p1", duty=duty.key, state=Asked.APPROVED, decided_at=1)
    covered = replace(rota, leave={"l": away}, swaps={"s": swap})
    assert covered.gaps(at("2026-03-03 00:00"), at("2026-03-07 00:00")) == []
    assert "p1" in {p.id for p in covered.on_duty(at("2026-03-04 12:00"))}


def test_leave_in_a_team_that_may_be_empty_is_a_gap_as_long_as_its_shift_lasts() -> None:
    rota = four_crews()
    away = approved(id="l", person="office", since=at("2026-03-04 12:00"), until=at("2026-03-05 00:00"))
    (gap,) = replace(rota, leave={"l": away}).gaps(at("2026-03-03 00:00"), at("2026-03-07 00:00"))
    assert (gap.cause, gap.start, gap.end) == (GapCause.UNCOVERED, at("2026-03-04 12:00"), at("2026-03-04 18:00"))


def test_a_cancelled_shift_of_a_pattern_does_not_take_place() -> None:
    rota = four_crews()
    (duty, *_) = rota.duties(at("2026-03-04 12:00"), at("2026-03-04 13:00"))
    gone = Shift(person=duty.person, team=duty.team, day=duty.day, kind=duty.kind, cancelled=True)
    assert rota.on_duty(duty.start)[0].id == duty.person
    assert duty.person not in {p.id for p in replace(rota, shifts={gone.id: gone}).on_duty(duty.start)}


def test_somebody_at_home_does_not_count_as_being_there() -> None:
    rota = four_crews()
    home = replace(rota.kinds["day"], on_call=True)
    found = replace(rota, kinds=rota.kinds | {"day": home}).gaps(at("2026-03-04 08:00"), at("2026-03-04 20:00"))
    assert [(gap.cause, gap.have, gap.need) for gap in found] == [(GapCause.NOBODY, 0, 2)]


def test_a_swap_that_is_only_agreed_changes_nothing() -> None:
    rota = four_crews()
    (duty, *_) = rota.duties(at("2026-03-04 12:00"), at("2026-03-04 13:00"))
    swap = Swap(id="s", person=duty.person, other="p1", duty=duty.key, state=Asked.AGREED)
    assert replace(rota, swaps={"s": swap}).on_duty(duty.start) == rota.on_duty(duty.start)


def test_who_comes_next_waits_for_the_next_beginning() -> None:
    rota = four_crews()
    (first, *_) = rota.next_duties(at("2026-03-04 08:00"), team="fire-control")
    assert local(first.start) == "2026-03-04 20:00"
    assert rota.next_duty(at("2026-03-04 08:00"), team="nobody-there") == ()


def test_a_person_is_left_alone_over_midnight() -> None:
    person = Person(id="a", name="a", quiet=(22, 7))
    assert [hour for hour in range(24) if person.is_quiet(hour)] == [0, 1, 2, 3, 4, 5, 6, 22, 23]
    assert not replace(person, quiet=None).is_quiet(3)


def test_a_person_is_found_by_id_and_by_account() -> None:
    rota = four_crews()
    assert rota.person("desk") == rota.person("office")
    assert rota.person("nobody") is None


def test_a_year_of_gaps_is_looked_for_at_once() -> None:
    rota = four_crews()
    assert rota.gaps(at("2026-03-01 00:00"), at("2026-03-01 00:00") + 365 * DAY) == []
