"""What could wait goes out as one; what a channel cannot deliver is an alert."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from facility.alert import Alert, Severity
from facility.chain_run import ChainRun
from facility.instant import HOUR, MINUTE
from facility.notice import NoticeState
from response.delivery_watch import UNDELIVERED, watch
from response.digests import gather
from storage.records.port import AlertFilter
from storage.records.sql import SqlRecords
from tests.response.escalation_house import NIGHT, House, a_rota

MORNING = NIGHT + 6 * HOUR + 20 * MINUTE


@pytest.fixture
def house() -> Iterator[House]:
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    made = House(records, channels=frozenset({"email"}))
    made.open(a_rota())
    yield made
    records.close()


def collect(house: House) -> None:
    with house.records.begin() as unit:
        gather(unit, house.now)


def test_several_go_out_as_one_and_say_within_which(house: House) -> None:
    for number in range(3):
        house.raise_alert(severity=Severity.LOW, order=False, point=f"p{number}")
    house.now = MORNING
    collect(house)
    mail = [notice for notice in house.notices() if notice.person == "wang" and notice.channel == "email"]
    carried, (whole,) = [n for n in mail if n.template != "digest"], [n for n in mail if n.template == "digest"]
    assert whole.data["many"] == 3
    assert [(n.state, n.within, n.error) for n in carried] == [(NoticeState.DROPPED, whole.id, "digest")] * 3
    assert (whole.due, whole.digest, whole.why) == (MORNING, False, {"digest": [n.id for n in carried]})
    before = len(house.notices())
    collect(house)
    assert len(house.notices()) == before


def test_one_that_waited_alone_goes_out_as_it_is(house: House) -> None:
    house.raise_alert(severity=Severity.LOW, order=False)
    house.now = MORNING - 1
    collect(house)
    assert any(notice.digest for notice in house.notices())
    house.now = MORNING
    collect(house)
    assert not any(notice.digest or notice.template == "digest" for notice in house.notices())


def test_what_was_answered_before_the_hour_is_not_told_any_more(house: House) -> None:
    first = house.raise_alert(severity=Severity.LOW, order=False, point="p1")
    house.raise_alert(severity=Severity.LOW, order=False, point="p2")
    house.acknowledge(first.id, "officer")
    house.now = MORNING
    collect(house)
    assert not any(notice.template == "digest" for notice in house.notices())


def alerts(house: House) -> list[tuple[str, str, bool]]:
    with house.records.read() as unit:
        found = unit.alerts.find(AlertFilter(rules=(UNDELIVERED,))).rows
    return [(alert.point, alert.state, alert.open) for alert in reversed(found)]


def look(house: House) -> None:
    with house.records.begin() as unit:
        watch(unit, house.now)


def test_a_dead_notice_is_an_alert_until_somebody_has_seen_to_it(house: House) -> None:
    house.raise_alert(order=False)
    look(house)
    assert alerts(house) == []
    notice = next(notice for notice in house.notices() if notice.channel == "in-app")
    with house.records.begin() as unit:
        dead = unit.notices.update(replace(notice, channel="email", state=NoticeState.DEAD, error="550"))
    look(house)
    look(house)
    assert alerts(house) == [("email", "unacknowledged", True)]
    with house.records.begin() as unit:
        unit.notices.update(replace(dead, state=NoticeState.DROPPED))
    look(house)
    assert alerts(house) == [("email", "returned-unacknowledged", True)]


def test_a_channel_that_is_left_alone_is_an_alert_before_anything_is_dead(house: House) -> None:
    with house.records.begin() as unit:
        unit.notes.put("channel/sms", {"failures": 5, "left_alone_until": NIGHT, "error": "HTTP 503"})
    look(house)
    with house.records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert "HTTP 503" in alert.limit.en
    with house.records.begin() as unit:
        unit.notes.put("channel/sms", {"failures": 0, "left_alone_until": None, "error": "HTTP 503"})
    look(house)
    assert alerts(house) == [("sms", "returned-unacknowledged", True)]


def test_a_channel_that_fails_again_has_been_seen_by_nobody(house: House) -> None:
    def say(left_alone_until: int | None) -> Alert:
        with house.records.begin() as unit:
            unit.notes.put("channel/sms", {"failures": 5, "left_alone_until": left_alone_until, "error": "HTTP 503"})
        look(house)
        with house.records.read() as unit:
            (alert,) = unit.alerts.open_ones()
        return alert

    say(NIGHT)
    over = say(None)
    with house.records.begin() as unit:
        unit.alerts.update(
            replace(over, acknowledged=True, acknowledged_by="wang", acknowledged_at=NIGHT, latched=True)
        )
    back = say(NIGHT)
    assert (back.id, back.state) == (over.id, "unacknowledged")
    assert (back.acknowledged_by, back.acknowledged_at, back.ended) == ("", None, None)


def test_a_run_that_has_nobody_left_to_tell_needs_no_looking_at() -> None:
    run = ChainRun(cause="alert:1", chain="x", chain_version="1", severity=Severity.LOW, began=NIGHT, level_at=None)
    assert run.attend_at is None
