import signal
from collections import Counter
from pathlib import Path

import pytest

from facility.instant import MINUTE
from simulators.scenario import Scenario, Step, find
from storage.records.port import AlertFilter, WorkOrderFilter
from tests.acceptance.live import LiveRoom, Town, events, live_room, stored, stored_events, told, wait_for

pytestmark = [pytest.mark.services]

GAUGE = "t1-pump-1"
SPAN = 30 * MINUTE
SPEED = 100.0


def leak() -> Scenario:
    """Half an hour with a leak, of which the first 99 % are played in 18 s."""
    quiet = find("quiet-day")
    step = Step(at=3 * MINUTE, noun="asset", id=GAUGE, what="leak", given={"depth": 0.2, "within": "1m"})
    return Scenario(id="live", title=quiet.title, about=quiet.about, start=quiet.start, duration=SPAN, steps=(step,))


@pytest.mark.parametrize(
    ("broker", "stores"),
    [
        ("nats_url", {}),
        ("mosquitto_url", {}),
        pytest.param(
            "mosquitto_url",
            {"readings_url": "influx1_db_url", "records_url": "postgres_db_url"},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "nats_url", {"readings_url": "influx2_db_url", "records_url": "postgres_db_url"}, marks=pytest.mark.slow
        ),
    ],
    ids=["nats-sqlite", "mosquitto-sqlite", "mosquitto-influx1-postgres", "nats-influx2-postgres"],
)
def test_killed_in_the_middle_it_loses_nothing_and_doubles_nothing(
    broker: str, stores: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    urls = {setting: request.getfixturevalue(fixture) for setting, fixture in stores.items()}
    with live_room(request.getfixturevalue(broker), tmp_path, **urls) as room:
        room.start()
        with Town(room, leak(), SPEED) as town:
            for enough in (150, 400, 700):
                wait_for(lambda enough=enough: len(town.acknowledged) > enough, f"{enough} messages")  # type: ignore[misc]
                room.end(signal.SIGKILL)
                room.start()
            wait_for(lambda: len(town.acknowledged) > 1_000, "1,000 messages")
        _wait_until_stored(room, town)
        room.end(signal.SIGTERM)
        assert stored(room) == told(town.acknowledged, room.register)
        assert stored_events(room) == events(town.acknowledged)
        _assert_one_cause_one_alert(room)


def _wait_until_stored(room: LiveRoom, town: Town) -> None:
    wanted, happened = told(town.acknowledged, room.register), events(town.acknowledged)

    def all_there() -> bool:
        return not wanted - stored(room) and not happened - stored_events(room)

    wait_for(all_there, "every acknowledged reading is in the store")


def _assert_one_cause_one_alert(room: LiveRoom) -> None:
    with room.records.read() as unit:
        alerts = unit.alerts.find(AlertFilter(points=(f"{GAUGE}.pressure",)), None, 200).rows
        orders = unit.work_orders.find(WorkOrderFilter(), None, 200).rows
        facts = [fact for fact in unit.facts.after(0, 10_000) if fact.what == "raised"]
        assert unit.facts.verify() is None
        assert unit.letters.dead().rows == []
    assert [alert.rule for alert in alerts] == ["pump-pressure-band"]
    assert Counter(order.point for order in orders)[f"{GAUGE}.pressure"] == 1
    assert [fact.subject for fact in facts].count(str(alerts[0].id)) == 1
