import json

from facility.instant import HOUR, MINUTE, parse
from simulators.line import BATCH
from simulators.scenario import Scenario, Step, find
from simulators.spoken import Message
from tests.simulators.riverside import MORNING, messages


def played(span: int, *steps: Step) -> list[Message]:
    quiet = find("quiet-day")
    scenario = Scenario(id="made", title=quiet.title, about=quiet.about, start=MORNING, duration=span, steps=steps)
    return messages(span, scenario=scenario)


def gateway(what: str, at: int, **given: object) -> Step:
    return Step(at=at, noun="device", id="t1-pump-gw", what=what, given=given)


def rows(found: list[Message]) -> list[dict[str, object]]:
    batches = [m for m in found if m.topic.endswith("/t1-pump-gw/batch")]
    return [row | {"sent": m.at} for m in batches for row in json.loads(m.payload)]


def test_an_offline_gateway_keeps_everything_and_sends_it_with_its_own_times() -> None:
    steps = (gateway("go-offline", 10 * MINUTE), gateway("come-back", 130 * MINUTE))
    offline, quiet = rows(played(140 * MINUTE, *steps)), rows(played(140 * MINUTE))
    assert len(offline) == len(quiet)
    assert [row["ts"] for row in offline] == [row["ts"] for row in quiet]
    during = [row for row in offline if parse(str(row["ts"])) - MORNING > 11 * MINUTE]
    assert min(int(str(row["sent"])) for row in during) >= MORNING + 130 * MINUTE


def test_a_backlog_comes_in_batches() -> None:
    found = played(140 * MINUTE, gateway("go-offline", 10 * MINUTE), gateway("come-back", 130 * MINUTE))
    sizes = [len(json.loads(m.payload)) for m in found if m.topic.endswith("/t1-pump-gw/batch")]
    assert max(sizes) == BATCH
    assert sizes.count(BATCH) >= 3


def test_going_and_coming_back_are_told_by_the_retained_status() -> None:
    found = played(HOUR, gateway("go-offline", MINUTE), gateway("come-back", 2 * MINUTE))
    statuses = [m for m in found if m.topic == "dutyroom/v1/riverside/t1-pump-gw/status"]
    assert [json.loads(m.payload)["online"] for m in statuses] == [True, False, True]
    assert all(m.retain for m in statuses)


def test_a_wrong_clock_moves_the_times_and_nothing_else() -> None:
    step = Step(at=MINUTE, noun="device", id="t1-pump-1", what="clock-ahead", given={"by": "1h"})
    ahead = [row for row in rows(played(5 * MINUTE, step)) if row["device"] == "t1-pump-1"]
    quiet = [row for row in rows(played(5 * MINUTE)) if row["device"] == "t1-pump-1"]
    assert [row["values"] for row in ahead] == [row["values"] for row in quiet]
    shifts = [parse(str(a["ts"])) - parse(str(q["ts"])) for a, q in zip(ahead, quiet, strict=True)]
    assert set(shifts) == {0, HOUR}
    assert shifts == sorted(shifts)


def test_a_device_that_falls_silent_says_nothing_until_it_speaks_again() -> None:
    steps = (
        Step(at=MINUTE, noun="device", id="t1-pump-1", what="fall-silent"),
        Step(at=3 * MINUTE, noun="device", id="t1-pump-1", what="speak-again"),
    )
    times = [parse(str(r["ts"])) - MORNING for r in rows(played(5 * MINUTE, *steps)) if r["device"] == "t1-pump-1"]
    assert not [at for at in times if MINUTE < at < 3 * MINUTE]
    assert [at for at in times if at > 3 * MINUTE]
