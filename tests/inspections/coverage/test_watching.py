from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Severity
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.maintenance import Maintenance
from facility.quality import Quality
from facility.scope import Extent
from inspections.coverage.states import CameraState
from inspections.coverage.watching import HOLD, CameraWatch, last_seen
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsUnavailable
from tests.inspections.coverage.house import NOON, House, floor, house, register, toilet


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def states(here: House) -> dict[str, CameraState]:
    with here.records.read() as unit:
        return last_seen(unit).plain


def test_cameras_that_work_are_no_news(here: House) -> None:
    here.look(NOON)
    assert set(states(here).values()) == {CameraState.WORKING}
    assert here.facts("camera") == []
    assert here.alerts("blind-area") == {}


def test_a_camera_that_goes_offline_changes_the_share_within_a_minute_and_raises_an_alert_that_names_it(
    here: House,
) -> None:
    here.look(NOON - MINUTE)
    here.look(NOON)
    here.says("left", NOON + 10 * SECOND, online=0, quality=Quality.STALE)
    here.look(NOON + 15 * SECOND, "left")
    assert states(here)["left"] is CameraState.OFFLINE
    (fact,) = here.facts("camera")
    assert (fact.subject, fact.what, fact.before, fact.data) == ("left", "offline", "working", {"zone": "hall"})
    here.look(NOON + 15 * SECOND + HOLD, "left")
    alert = here.alerts("blind-area")["hall"]
    assert (alert.clause, alert.zone, alert.severity) == ("EQ-8", "hall", Severity.MEDIUM)
    assert "50.0%" in alert.title.en
    assert "left offline" in alert.limit.en
    assert "left 100.0%" in alert.limit.en
    assert "离线" in alert.limit.zh


def test_when_the_whole_house_starts_anew_cameras_have_a_minute_to_speak(here: House) -> None:
    for at in (NOON, NOON + 30 * SECOND, NOON + 50 * SECOND):
        here.look(at, "left", "right", "only")
    assert here.alerts("blind-area") == {}
    here.look(NOON + 55 * SECOND)
    here.look(NOON + HOUR)
    assert here.alerts("blind-area", open=None) == {}


def test_a_camera_that_falls_silent_is_missed_within_a_minute(here: House) -> None:
    here.look(NOON)
    here.look(NOON + 55 * SECOND, "right")
    assert states(here)["right"] is CameraState.SILENT


@pytest.mark.parametrize(("view", "state"), [(1, CameraState.COVERED), (2, CameraState.MOVED)])
def test_a_camera_that_was_covered_or_turned_away_does_not_see(here: House, view: float, state: CameraState) -> None:
    here.says("left", NOON, view=view)
    here.look(NOON, "left")
    assert states(here)["left"] is state


def test_a_camera_that_starts_anew_is_no_alert(here: House) -> None:
    here.look(NOON)
    here.says("left", NOON + 5 * SECOND, online=0)
    here.look(NOON + 5 * SECOND, "left")
    here.look(NOON + 15 * SECOND)
    here.look(NOON + HOUR)
    assert here.alerts("blind-area", open=None) == {}
    assert [fact.what for fact in here.facts("camera")] == ["offline", "working"]


def test_the_alert_returns_when_the_camera_is_back_and_the_next_fault_raises_it_anew(here: House) -> None:
    for at in (NOON, NOON + MINUTE):
        here.look(at, "left")
    assert len(here.alerts("blind-area")) == 1
    here.look(NOON + 2 * MINUTE)
    alert = here.alerts("blind-area")["hall"]
    assert alert.state == "returned-unacknowledged"
    for at in (NOON + 3 * MINUTE, NOON + 4 * MINUTE):
        here.look(at, "left")
    again = here.alerts("blind-area")["hall"]
    assert (again.id, again.state) == (alert.id, "unacknowledged")
    assert [f.what for f in here.facts("alert")] == ["raised", "returned", "re-raised"]


def test_within_the_deadband_an_open_alert_stays_unless_every_camera_is_back(here: House) -> None:
    # 4.6 % of the floor are seen by one camera only: with the other down the share lies between 4.5 % and 5 %.
    plan = replace(floor("hall"), walls=(((9.54, 0.0), (9.54, 10.0)),))
    here.draw(plan, NOON - HOUR)
    cams = {
        "left": replace(register().cameras["left"], x=9.8, yaw=0.0),
        "right": replace(register().cameras["right"], x=5.0),
    }
    here.change(NOON - HOUR, **cams)
    here.look(NOON, "left", "right")
    here.look(NOON + MINUTE, "left", "right")
    assert "100.0%" in here.alerts("blind-area")["hall"].title.en
    here.look(NOON + 2 * MINUTE, "left")
    assert here.alerts("blind-area")["hall"].state == "unacknowledged"
    assert "4.6%" in here.alerts("blind-area")["hall"].title.en
    here.look(NOON + 3 * MINUTE)
    assert here.alerts("blind-area")["hall"].state == "returned-unacknowledged"
    here.look(NOON + 4 * MINUTE, "left")
    here.look(NOON + 5 * MINUTE, "left")
    assert here.alerts("blind-area")["hall"].state == "returned-unacknowledged"


def test_too_few_cameras_are_an_alert_though_all_work(here: House) -> None:
    here.draw(floor("yard"))
    here.look(NOON)
    here.look(NOON + MINUTE)
    alert = here.alerts("blind-area")["yard"]
    assert "every camera works" in alert.limit.en
    assert "50.0% by design" in alert.limit.en


def test_a_zone_without_a_plan_has_no_share_and_no_alert(here: House) -> None:
    here.look(NOON, "only")
    here.look(NOON + MINUTE, "only")
    assert here.alerts("blind-area") == {}


def test_a_plan_that_is_gone_takes_its_alert_along(here: House) -> None:
    for at in (NOON, NOON + MINUTE):
        here.look(at, "left")
    here.erase("hall")
    here.look(NOON + 2 * MINUTE, "left")
    assert here.alerts("blind-area")["hall"].condition == "normal"


def test_a_view_into_a_forbidden_room_is_an_alert_whatever_the_share(here: House) -> None:
    here.draw(toilet("hall"))
    here.look(NOON)
    alert = here.alerts("forbidden-view")["right/wc"]
    assert (alert.clause, alert.severity, alert.zone) == ("LA-1", Severity.HIGH, "hall")
    assert "4.0 m² in view" in alert.limit.en
    here.draw(replace(toilet("hall"), walls=(*floor("hall").walls, ((8.0, 0.0), (8.0, 2.0), (10.0, 2.0)))))
    here.look(NOON + MINUTE)
    assert here.alerts("forbidden-view")["right/wc"].condition == "normal"


def test_a_camera_in_maintenance_does_not_see_and_the_alert_says_why(here: House) -> None:
    with here.records.begin() as unit:
        unit.maintenance.add(
            Maintenance(
                extent=Extent.ASSET, scope="left", since=NOON, until=NOON + HOUR, who="wang", why="lens", created=NOON
            )
        )
    for at in (NOON, NOON + MINUTE):
        here.look(at)
    assert states(here)["left"] is CameraState.OUT_OF_SERVICE
    assert "left out of service" in here.alerts("blind-area")["hall"].limit.en


def test_after_a_restart_nothing_is_told_twice(here: House) -> None:
    for at in (NOON, NOON + MINUTE):
        here.look(at, "left")
    told = len(here.facts("camera")), len(here.facts("alert"))
    again = CameraWatch(readings=lambda: here.readings, settings=here.watch.settings)
    here.all_well(NOON + 2 * MINUTE, NOON + 2 * MINUTE + 1, "left")
    again.run(here.records, NOON + 2 * MINUTE)
    assert (len(here.facts("camera")), len(here.facts("alert"))) == told


def test_after_two_days_of_downtime_the_next_look_tells_what_is_true_then(here: House) -> None:
    here.look(NOON)
    here.look(NOON + 2 * DAY, "left")
    assert states(here)["left"] is CameraState.SILENT
    here.look(NOON + 2 * DAY + MINUTE, "left")
    assert list(here.alerts("blind-area")) == ["hall"]


def test_two_watches_at_once_raise_one_alert(here: House) -> None:
    other = CameraWatch(readings=lambda: here.readings, settings=here.watch.settings)
    for at in (NOON, NOON + MINUTE):
        here.look(at, "left")
        other.run(here.records, at)
    assert len(here.alerts("blind-area", open=None)) == 1


def test_without_the_readings_store_nothing_is_said_and_the_note_grows_old(here: House) -> None:
    here.look(NOON)
    gone = MemoryReadings()
    gone.close()
    with pytest.raises(ReadingsUnavailable):
        CameraWatch(readings=lambda: gone).run(here.records, NOON + MINUTE)
    with here.records.read() as unit:
        assert last_seen(unit).at == NOON
