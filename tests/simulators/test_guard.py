import itertools
import json

from facility.instant import HOUR, MINUTE
from simulators.guard import tag_of
from simulators.scenario import Scenario, Step, find
from tests.simulators.riverside import MORNING, messages, register


def scans(span: int, *steps: Step) -> list[tuple[str, int, str]]:
    """(device, time, tag) of every scan of the outdoor route."""
    quiet = find("quiet-day")
    scenario = Scenario(
        id="made", title=quiet.title, about=quiet.about, start=MORNING, duration=span, steps=steps, none_other=False
    )
    devices = [stop.point.removesuffix(".scan") for stop in register().stops.values() if stop.route == "outdoor"]
    rows = [
        row
        for message in messages(span, scenario=scenario)
        if message.topic.endswith("/patrol-gw/batch")
        for row in json.loads(message.payload)
    ]
    return [(row["device"], row["ts"], row["tag"]) for row in rows if row["device"] in devices]


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
