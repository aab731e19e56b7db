import json
from typing import Any

import pytest

from facility.instant import parse
from simulators.dialects import spoken_by
from simulators.spoken import Address, Spoken

AT = parse("2026-11-24T08:00:00.250+08:00")
ADDRESS = Address("riverside", "smoke-7", 3)


def said(source: str, spoken: Spoken) -> tuple[str, Any]:
    found = spoken_by(source)(spoken, ADDRESS)
    assert found is not None
    return found[0], json.loads(found[1])


def test_native_readings_and_events_are_as_the_contract_shows_them() -> None:
    values = Spoken(device="smoke-7", at=AT, values={"smoke": True}, test=True)
    assert said("native", values) == (
        "dutyroom/v1/riverside/smoke-7/readings",
        {"ts": "2026-11-24T08:00:00.250+08:00", "values": {"smoke": True}, "seq": 3, "test": True},
    )
    event = Spoken(device="smoke-7", at=AT, event="denied", credential="04A1B2C3", direction="in")
    assert said("native", event) == (
        "dutyroom/v1/riverside/smoke-7/events",
        {"ts": AT, "event": "denied", "credential": "04A1B2C3", "direction": "in", "seq": 3},
    )


def test_zigbee2mqtt_puts_the_test_flag_among_the_values() -> None:
    topic, payload = said("zigbee2mqtt", Spoken(device="smoke-7", at=AT, values={"smoke": True}, test=True))
    assert topic == "zigbee2mqtt/smoke-7"
    assert (payload["smoke"], payload["test"], payload["last_seen"]) == (True, True, "2026-11-24T00:00:00.250Z")


def test_chirpstack_carries_values_in_object_and_one_id_for_each_uplink() -> None:
    spoken = Spoken(device="b1-smoke-1", at=AT, values={"smokeAlarm": True, "batteryLevelInPercentage": 95.0})
    topic, payload = said("chirpstack", spoken)
    assert topic.endswith("/device/smoke-7/event/up")
    assert payload["object"]["smokeAlarm"] == "Alarm"
    assert payload["deviceInfo"]["devEui"] == "smoke-7"
    assert payload["time"] == "2026-11-24T00:00:00.250+00:00"
    again = said("chirpstack", spoken)[1]["deduplicationId"]
    other = json.loads((spoken_by("chirpstack")(spoken, ADDRESS._replace(seq=4)) or ("", b""))[1])["deduplicationId"]
    assert payload["deduplicationId"] == again != other


def test_a_source_may_be_named_after_its_dialect() -> None:
    assert spoken_by("zigbee2mqtt-tower-a") is spoken_by("zigbee2mqtt")
    with pytest.raises(ValueError, match=r"'modbus'; there are: chirpstack, native, zigbee2mqtt"):
        spoken_by("modbus")
