"""Riverside Gardens is a believable property, and what its devices send finds its way to its points."""

from __future__ import annotations

import json

import pytest

from collector.qualify import EVENT_KEYS
from collector.sources import Sources, read_sources
from dutyroom.register_files import read_folder
from facility.instant import DAY
from facility.register import TABLES, Register
from facility.register_files import write_tables
from facility.site import ACCESS_CLASSES
from facility.text import Text
from facility.units import QUANTITIES, steps
from inspections.duty_files import load_duties
from tests.architecture.checkout import CHECKOUT

FOLDER = CHECKOUT / "examples" / "riverside"


@pytest.fixture(scope="module")
def register() -> Register:
    notes: list[Text] = []
    found = read_folder(FOLDER / "register", notes=notes)
    assert notes == []
    return found


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources((FOLDER / "sources.toml").read_text("utf-8"))


def test_its_files_are_what_an_export_would_write(register: Register) -> None:
    for file, content in write_tables(register).items():
        assert (FOLDER / "register" / file).read_bytes() == content, file


def test_it_is_three_buildings_and_a_garage_of_two_levels(register: Register) -> None:
    kinds = [zone.kind for zone in register.zones.values()]
    assert kinds.count("building") == 3
    assert sorted(zone.level for zone in register.zones.values() if zone.kind == "garage" and zone.level) == [-2, -1]
    for tower in ("t1", "t2"):
        floors = [z for z in register.zones_below(tower) if register.zones[z].kind == "floor"]
        assert len(floors) >= 18


def test_it_has_more_than_150_points_of_many_quantities(register: Register) -> None:
    assert len(register.points) >= 150
    assert len({point.quantity for point in register.points.values()}) >= 20


def test_everything_is_named_in_both_languages(register: Register) -> None:
    for table in TABLES:
        for noun in getattr(register, table).values():
            name = getattr(noun, "name", None)
            if isinstance(name, Text):
                assert name.zh, noun
                assert name.en, noun


def test_there_is_a_smoke_detector_on_every_floor_and_garage_level(register: Register) -> None:
    watched = {register.assets[p.asset].zone for p in register.points.values() if p.quantity == "smoke"}
    wanted = {z.id for z in register.zones.values() if z.kind == "floor" or (z.kind == "garage" and z.level)}
    assert wanted <= watched


def test_each_pump_room_gauge_has_a_set_pressure_that_its_instrument_can_tell(register: Register) -> None:
    gauges = [p for p in register.points.values() if p.quantity == "pressure"]
    in_pump_rooms = [p for p in gauges if register.assets[p.asset].kind == "pump-room-gauge"]
    assert len(in_pump_rooms) >= 6
    for point in in_pump_rooms:
        (newest, *_) = reversed(register.settings_history(point.id, "set_pressure"))
        assert newest.approver
        assert 0.35 <= newest.value <= 0.80
        assert steps(0.1, point.resolution) >= 10
    set_pressures = {s.value for s in register.settings.values() if s.name == "set_pressure"}
    assert {0.35, 0.8} <= set_pressures


def test_there_are_doors_of_every_class_checkpoints_cameras_and_routes(register: Register) -> None:
    doors = [asset for asset in register.assets.values() if asset.kind == "door"]
    assert set(ACCESS_CLASSES) <= {register.zones[door.zone].access for door in doors}
    assert len(register.routes) == 3
    assert {stop.route for stop in register.stops.values()} == set(register.routes)
    assert len(register.cameras) >= 10
    checkpoints = {p.id for p in register.points.values() if p.quantity == "scan"}
    assert {stop.point for stop in register.stops.values()} == checkpoints


def test_events_of_doors_and_checkpoints_have_a_point_each(register: Register) -> None:
    for asset in register.assets.values():
        if asset.kind in ("door", "checkpoint"):
            events = ("denied", "forced", "held") if asset.kind == "door" else ("scan",)
            for event in events:
                key, word = EVENT_KEYS[event]
                point = register.point_by_key[asset.id, key]
                assert word in QUANTITIES[point.quantity].states


def test_gateways_speak_for_others_and_are_devices_themselves(register: Register) -> None:
    gateways = {device.gateway for device in register.devices.values() if device.gateway}
    assert len(gateways) >= 5
    assert gateways <= set(register.devices)


def test_every_asset_is_measured_or_looked_after_and_every_device_feeds_a_point_or_is_a_gateway(
    register: Register,
) -> None:
    measured = {point.asset for point in register.points.values()}
    looked_after = {kind for duty in load_duties().values() for kind in duty.asset_kinds}
    assert measured <= set(register.assets)
    assert [one.id for one in register.assets.values() if one.id not in measured and one.kind not in looked_after] == []
    feeding = {point.device for point in register.points.values()}
    gateways = {device.gateway for device in register.devices.values()}
    assert [d for d in register.devices if d not in feeding | gateways] == []


def test_every_device_is_found_by_the_topic_it_publishes_on(register: Register, sources: Sources) -> None:
    topics = {
        "native": "dutyroom/v1/riverside/{}/readings",
        "zigbee2mqtt": "zigbee2mqtt/{}",
        "chirpstack": "application/8d2f0e47/device/{}/event/up",
    }
    assert {device.source for device in register.devices.values()} == set(topics)
    for device in register.devices.values():
        match = sources.match(topics[device.source].format(device.external_id or device.id))
        assert match is not None
        assert match.owner.name == device.source
        assert register.device_by_external[device.source, match.captured["device"]] is device


@pytest.mark.parametrize("source", ["zigbee2mqtt", "chirpstack"])
def test_whatever_else_a_known_device_sends_is_left_out_by_name(
    register: Register, sources: Sources, source: str
) -> None:
    found = sources.named(source)
    assert found is not None
    assert found.ignore
    keys = {key for (device, key) in register.point_by_key if register.devices[device].source == source}
    assert not keys & found.ignore


def test_external_ids_are_made_up_but_of_the_right_shape(register: Register) -> None:
    for device in register.devices.values():
        if device.source == "chirpstack":
            assert len(bytes.fromhex(device.external_id)) == 8, json.dumps(device.id)


def test_intervals_are_sensible(register: Register) -> None:
    for point in register.points.values():
        assert point.interval <= DAY
        if not point.device:
            assert point.interval == 0, f"{point.id} is entered by hand and cannot be silent"


def test_only_instruments_read_by_hand_fall_due_for_calibration(register: Register) -> None:
    """So that the simulated building goes on giving evidence, however late the example is shown."""
    due = [point for point in register.points.values() if point.calibration_due is not None]
    assert due
    assert all(not point.device for point in due)
