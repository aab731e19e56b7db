from facility.instant import DAY, HOUR, MINUTE, SECOND, parse
from simulators.devices.door import HELD_AFTER, Door
from simulators.people import People, local_hour
from simulators.spoken import Spoken
from tests.simulators.fittings import fitting, point, rng

MIDNIGHT = parse("2026-11-24T00:00:00+08:00")


def door(access: str) -> Door:
    points = (
        point("door", "door", interval=0),
        point("entry", "entry", interval=0),
        point("online", "online", interval=5 * MINUTE),
    )
    made = Door.fit(fitting("door", *points, access=access), rng(access), MIDNIGHT)
    assert isinstance(made, Door)
    return made


def said(model: Door, span: int) -> list[Spoken]:
    end, found = model.now + span, []
    while model.due < end:
        found += model.step(model.due)
    return found


def test_only_staff_on_shift_pass_a_staff_door() -> None:
    passages = [s for s in said(door("sensitive"), DAY) if s.event == "granted"]
    assert passages
    staff = {person.card: person for person in People.living_here(1).staff}
    assert all(staff[s.credential].at_work(local_hour(s.at, 8 * HOUR)) for s in passages)


def test_residents_pass_a_public_door_more_by_day_than_by_night() -> None:
    passages = [s for s in said(door("public"), DAY) if s.event == "granted"]
    by_hour = [sum(int(local_hour(s.at, 8 * HOUR)) == hour for s in passages) for hour in range(24)]
    assert sum(by_hour[7:9]) > 4 * sum(by_hour[1:5])
    assert len({s.credential for s in passages}) > 50


def test_each_passage_opens_and_closes_the_door_before_it_counts_as_held() -> None:
    events = [(s.event, s.at) for s in said(door("public"), DAY) if s.event]
    names = [name for name, _ in events]
    assert names[:3] == ["granted", "open", "closed"]
    assert set(names) == {"granted", "open", "closed"}
    opened = 0
    for name, at in events:
        opened = at if name == "open" else opened
        assert name != "closed" or at - opened < HELD_AFTER


def test_a_heartbeat_tells_the_state_and_never_the_last_entry_again() -> None:
    beats = [s for s in said(door("public"), HOUR) if not s.event]
    assert len(beats) == 12
    assert all(set(beat.values) == {"door", "online"} for beat in beats)


def test_a_forced_door_stands_open_until_somebody_shuts_it() -> None:
    model = door("sensitive")
    said(model, MINUTE)
    model.happen("force", {"lasts": "2m"}, model.now)
    events = [(s.event, s.at) for s in said(model, 3 * MINUTE) if s.event]
    assert [name for name, _ in events[:2]] == ["forced", "closed"]
    assert events[1][1] - events[0][1] == 2 * MINUTE


def test_a_door_held_open_is_called_held_after_30_seconds() -> None:
    model = door("sensitive")
    said(model, MINUTE)
    model.happen("hold-open", {"lasts": "3m"}, model.now)
    events = [s for s in said(model, 4 * MINUTE) if s.event]
    assert [s.event for s in events[:4]] == ["granted", "open", "held", "closed"]
    assert events[2].at - events[1].at == 30 * SECOND


def test_a_strange_card_is_denied_as_often_as_it_is_tried() -> None:
    model = door("sensitive")
    model.happen("try-strange-card", {"times": 3}, MIDNIGHT)
    denied = [s for s in said(model, MINUTE) if s.event == "denied"]
    known = {person.card for person in (*People.living_here(1).staff, *People.living_here(1).residents)}
    assert len(denied) == 3
    assert len({s.credential for s in denied}) == 1
    assert denied[0].credential not in known
