import pytest

from facility.instant import HOUR, MINUTE, SECOND
from facility.maintenance import Maintenance
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.scope import Extent
from facility.site import Asset
from facility.text import Text
from inspections.coverage.states import (
    CameraState,
    Spell,
    points_of,
    set_aside,
    spells,
    state_now,
    without_windows,
)
from tests.inspections.coverage.plans import camera

NAME = Text("", "")


def point(id: str, quantity: str, interval: int = 20 * SECOND) -> Point:
    return Point(id=id, asset="c", name=NAME, quantity=quantity, unit="", resolution=1.0, interval=interval)


ONLINE, VIEW = point("c.online", "online"), point("c.view", "camera_view")
BOTH = (ONLINE, VIEW)


def read(point: Point, at: int, value: float, quality: Quality = Quality.GOOD) -> Reading:
    return Reading(point.id, at, value, quality, False, at)


def now(*readings: Reading, at: int = 10 * SECOND) -> CameraState:
    return state_now(BOTH, {one.point: one for one in readings}, at)


def test_a_camera_works_while_all_of_its_points_say_so() -> None:
    assert now(read(ONLINE, 0, 1), read(VIEW, 0, 0)) is CameraState.WORKING


@pytest.mark.parametrize(
    ("online", "view", "state"),
    [(0, 0, "offline"), (1, 1, "covered"), (1, 2, "moved"), (1, 3, "no-picture"), (0, 1, "offline"), (1, 9, "silent")],
)
def test_the_worst_that_it_says_counts(online: float, view: float, state: str) -> None:
    assert now(read(ONLINE, 0, online), read(VIEW, 0, view)) == state


def test_silence_is_not_seeing_and_comes_within_a_minute() -> None:
    assert now(read(ONLINE, 0, 1), read(VIEW, 0, 0), at=50 * SECOND) is CameraState.WORKING
    assert now(read(ONLINE, 0, 1), read(VIEW, 0, 0), at=MINUTE) is CameraState.SILENT
    assert now(read(ONLINE, 0, 1)) is CameraState.SILENT
    assert now() is CameraState.SILENT


def test_a_last_will_says_that_it_is_offline() -> None:
    assert now(read(ONLINE, 0, 0, Quality.STALE), read(VIEW, 0, 0, Quality.STALE)) is CameraState.OFFLINE


def test_what_is_no_evidence_says_nothing() -> None:
    assert now(read(ONLINE, 0, 1), read(VIEW, 0, 0, Quality.SENSOR_FAULT)) is CameraState.SILENT
    assert now(read(ONLINE, 0, 1), read(VIEW, 0, 1, Quality.BAD_CLOCK)) is CameraState.COVERED


def test_a_camera_without_points_is_not_watched_and_one_that_speaks_on_events_only_stands_by_its_word() -> None:
    assert state_now((), {}, 0) is CameraState.UNWATCHED
    rare = point("c.view", "camera_view", interval=0)
    assert state_now((rare,), {rare.id: read(rare, 0, 0)}, 100 * HOUR) is CameraState.WORKING


def test_a_day_is_told_without_gaps() -> None:
    online = [read(ONLINE, at * SECOND, 1) for at in (-20, 0, 20, 40)] + [read(ONLINE, 300 * SECOND, 0)]
    view = [read(VIEW, -20 * SECOND, 0), read(VIEW, 20 * SECOND, 1), read(VIEW, 40 * SECOND, 0)]
    found = spells(BOTH, {ONLINE.id: online, VIEW.id: view}, 0, 400 * SECOND)
    assert [(s.since // SECOND, s.until // SECOND, s.state.value) for s in found] == [
        (0, 20, "working"),
        (20, 40, "covered"),
        (40, 90, "working"),
        (90, 300, "silent"),
        (300, 350, "offline"),
        (350, 400, "silent"),
    ]


def test_nothing_heard_all_day_is_one_spell_of_silence() -> None:
    assert spells(BOTH, {}, 0, HOUR) == [Spell(0, HOUR, CameraState.SILENT)]
    assert spells((), {}, 0, HOUR) == [Spell(0, HOUR, CameraState.UNWATCHED)]


def house() -> Register:
    cam = camera("c", 0, 0, 0)
    return Register(
        cameras={"c": cam},
        assets={"c": Asset(id="c", zone="z", kind="camera", name=NAME)},
        points={
            "c.online": ONLINE,
            "c.view": VIEW,
            "x.online": Point(id="x", asset="x", name=NAME, quantity="online", unit="", resolution=1.0, interval=0),
        },
    )


def window(since: int, until: int, ended: int | None = None, scope: str = "c") -> Maintenance:
    return Maintenance(
        extent=Extent.ASSET, scope=scope, since=since, until=until, who="w", why="", created=0, ended=ended
    )


def test_points_belong_to_the_camera_of_their_asset_s_id() -> None:
    assert points_of(house()) == {"c": BOTH}


def test_a_camera_in_maintenance_is_out_of_service_for_as_long() -> None:
    found = without_windows(
        [Spell(0, 100, CameraState.WORKING)], [window(20, 90, ended=50), window(60, 70, scope="d")], BOTH, house()
    )
    assert [(s.since, s.until, s.state.value) for s in found] == [
        (0, 20, "working"),
        (20, 50, "out-of-service"),
        (50, 100, "working"),
    ]
    assert set_aside([window(20, 90)], BOTH, house(), 30)
    assert not set_aside([window(20, 90)], BOTH, house(), 95)
    assert not set_aside([window(20, 90)], (), house(), 30)
