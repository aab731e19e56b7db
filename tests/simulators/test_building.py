import ast
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import simulators
from facility.instant import HOUR, MINUTE
from simulators.scenario import Scenario, ScenarioError, Step, find
from tests.simulators.riverside import MORNING, building, messages, register


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert messages(30 * MINUTE, seed=7) == messages(30 * MINUTE, seed=7)


def test_another_seed_gives_another_building() -> None:
    assert messages(5 * MINUTE, seed=7) != messages(5 * MINUTE, seed=8)


def test_asking_piece_by_piece_gives_what_asking_at_once_gives() -> None:
    scenario = find("slow-leak")
    pieces = building(scenario=scenario)
    steps = range(MORNING, MORNING + 10 * MINUTE, 7_001)
    in_pieces = [m for until in steps for m in pieces.messages(until)]
    assert in_pieces == [m for m in messages(10 * MINUTE, scenario=scenario) if m.at < steps[-1]]


def test_messages_come_in_the_order_of_simulated_time_and_before_the_end() -> None:
    times = [message.at for message in messages(20 * MINUTE)]
    assert times == sorted(times)
    assert times[0] >= MORNING
    assert times[-1] < MORNING + 20 * MINUTE


def test_every_point_with_an_interval_is_told_at_least_that_often() -> None:
    span = 45 * MINUTE
    heard: dict[tuple[str, str], list[int]] = {}
    for message in messages(span):
        for name, key in _values(message.topic, json.loads(message.payload)):
            heard.setdefault((name, key), []).append(message.at)
    for point in register().points.values():
        if not point.device or not 0 < point.interval <= 10 * MINUTE:
            continue
        device = register().devices[point.device]
        times = heard[device.external_id or device.id, point.key or point.id.rpartition(".")[2]]
        gaps = [later - earlier for earlier, later in itertools.pairwise([MORNING, *times, MORNING + span])]
        assert max(gaps) < 1.6 * point.interval + 10_000, point.id


def _values(topic: str, payload: Any) -> list[tuple[str, str]]:
    level = topic.split("/")
    rows = payload if isinstance(payload, list) else [payload]
    if level[0] == "application":
        return [(level[3], key) for key in rows[0]["object"]]
    if level[0] == "zigbee2mqtt":
        return [(level[1], key) for key in rows[0]]
    return [(row.get("device", level[3]), key) for row in rows for key in row.get("values", {})]


def test_devices_behind_a_gateway_speak_through_it_and_the_others_in_their_own_dialect() -> None:
    topics = {message.topic for message in messages(10 * MINUTE)}
    assert {topic.split("/")[0] for topic in topics} == {"dutyroom", "zigbee2mqtt", "application"}
    speakers = {topic.split("/")[3] for topic in topics if topic.startswith("dutyroom/")}
    gateways = {d.gateway for d in register().devices.values() if d.gateway}
    assert speakers == gateways | {d.id for d in register().devices.values() if d.commands}


def test_a_quiet_day_has_people_guards_and_no_trouble() -> None:
    events = [
        row
        for message in messages(3 * HOUR)
        if message.topic.endswith("/batch")
        for row in json.loads(message.payload)
        if "event" in row
    ]
    assert {row["event"] for row in events} == {"granted", "open", "closed", "scan"}


def test_a_step_at_something_that_is_not_there_is_refused_before_anything_is_published() -> None:
    scenario = _scenario(Step(at=0, noun="asset", id="pump-99", what="leak"))
    with pytest.raises(ScenarioError, match="no simulated asset 'pump-99' in the register"):
        building(scenario=scenario)


def test_a_step_that_a_thing_cannot_do_is_refused_and_says_what_it_can() -> None:
    scenario = _scenario(Step(at=0, noun="asset", id="t1-pump-1", what="explode"))
    with pytest.raises(ScenarioError, match="possible: boost, break-wire, ease, leak, mend-wire, repair"):
        building(scenario=scenario)


def test_a_parameter_that_is_no_duration_is_refused() -> None:
    step = Step(at=0, noun="asset", id="t1-pump-1", what="leak", given={"depth": 0.2, "within": "soon"})
    with pytest.raises(ScenarioError, match="'soon' is not a duration"):
        building(scenario=_scenario(step))


def test_a_repeating_scenario_plays_its_steps_again() -> None:
    step = Step(at=MINUTE, noun="device", id="t1-pump-gw", what="fall-silent")
    scenario = _scenario(step, repeat=5 * MINUTE)
    statuses = [
        m.at - MORNING for m in messages(12 * MINUTE, scenario=scenario) if m.topic.endswith("t1-pump-gw/status")
    ]
    assert statuses == [0, MINUTE, 6 * MINUTE, 11 * MINUTE]


def _scenario(*steps: Step, repeat: int = 0) -> Scenario:
    quiet = find("quiet-day")
    return Scenario(
        id="made", title=quiet.title, about=quiet.about, start=MORNING, duration=HOUR, steps=steps, repeat=repeat
    )


def test_only_the_publisher_knows_threads_and_the_network_and_nobody_reads_a_clock() -> None:
    forbidden = {"time", "socket", "threading", "paho", "asyncio", "subprocess"}
    folder = Path(simulators.__file__).parent
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        found = {name.split(".")[0] for node in ast.walk(tree) for name in _imported(node)} & forbidden
        assert found <= ({"threading", "paho"} if file.name == "publisher.py" else set()), file
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not called & {"now_utc", "utcnow", "today", "monotonic", "time_ns"}, file


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
