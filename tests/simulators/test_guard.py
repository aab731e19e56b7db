import itertools
import json
from dataclasses import replace

from facility.instant import DAY, HOUR, MINUTE
from facility.round_fold import Taken, fold
from facility.round_timetable import rounds, stops_of
from simulators.guard import next_round, tag_of, timetable
from simulators.people import People
from simulators.scenario import Scenario, Step, find
from tests.simulators.riverside import MORNING, messages, register


def scans(span: int, *steps: Step) -> list[tuple[str, int, str]]:
    """(device, time, tag) of every scan of the outdoor route."""
    quiet = find("quiet-day")
    scenario = Scenario(
        id="made", title=quiet.title, about=quiet.about, start=MORNING, duration=span, steps=steps, none_other=False
    )
    people = People.living_here(1)
    walkers = {people.guard_on(hour, list(register().routes).index("outdoor")).card for hour in (1, 9, 17)}
    devices = [stop.point.removesuffix(".scan") for stop in register().stops.values() if stop.route == "outdoor"]
    rows = [
        row
        for message in messages(span, scenario=scenario)
        if message.topic.endswith("/patrol-gw/batch")
        for row in json.loads(message.payload)
    ]
    return [
        (row["device"], row["ts"], row["tag"]) for row in rows if row["device"] in devices and row["guard"] in walkers
    ]


def test_a_round_passes_every_checkpoint_in_order_and_begins_again_when_it_is_due() -> None:
    stops = [stop for stop in register().stops.values() if stop.route == "outdoor"]
    found = scans(9 * HOUR)
    assert [device for device, _, _ in found] == [stop.point.removesuffix(".scan") for stop in stops] * 3
    assert found[len(stops)][1] - found[0][1] == register().routes["outdoor"].every
    assert found[0][2] == tag_of(stops[0].point)


def test_nobody_walks_faster_than_a_person_can() -> None:
    stops = [stop for stop in register().stops.values() if stop.route == "outdoor"]
    times = [at for _, at, _ in scans(HOUR)]
    for stop, (earlier, later) in zip(stops[1:], itertools.pairwise(times), strict=True):
        assert later - earlier >= stop.walk


def test_a_skipped_checkpoint_is_left_out_until_the_guard_is_told() -> None:
    skip = Step(at=0, noun="route", id="outdoor", what="skip", given={"stop": 3})
    told = Step(at=HOUR, noun="route", id="outdoor", what="skip-none")
    devices = [device for device, _, _ in scans(5 * HOUR, skip, told)]
    assert devices.count("cp-refuse") == 1
    assert devices.count("cp-b1-east") == 2


def test_a_guard_who_dawdles_comes_later() -> None:
    late = Step(at=MINUTE, noun="route", id="outdoor", what="dawdle", given={"by": "20m"})
    assert scans(HOUR, late)[1][1] - scans(HOUR)[1][1] == 20 * MINUTE


def test_a_route_with_a_team_is_walked_by_its_timetable_and_now_and_then_a_point_is_late() -> None:
    route = register().routes["garage"]
    stops = stops_of(register(), "garage")
    planned = rounds(register(), route, timetable(register()), MORNING, MORNING + 8 * HOUR)
    rows = [
        Taken(point=f"{row['device']}.scan", at=row["ts"], received=row["ts"])
        for message in messages(8 * HOUR)
        if message.topic.endswith("/patrol-gw/batch")
        for row in json.loads(message.payload)
    ]
    walked = [
        fold(replace(one, stops=tuple(replace(s, tags=()) for s in one.stops)), rows, MORNING + DAY) for one in planned
    ]
    assert len(walked) == 32
    assert all(one.visited == len(stops) for one in walked[:-1])
    late = [one for one in walked[:-1] if one.on_time < len(stops)]
    assert 3 <= len(late) <= 14


def test_a_route_without_rounds_for_long_is_not_walked() -> None:
    found = register()
    never = replace(found.routes["garage"], days=("holidays",))
    assert next_round(found, never, timetable(found), MORNING) >= MORNING + 1000 * DAY
