"""Who may publish what, source by source."""

from __future__ import annotations

import pytest

from collector.sources import Sources, read_sources
from dutyroom.broker_access import Access, Account, BadAccess, access_of
from facility.point import Device
from facility.register import Register
from facility.site import Site
from facility.text import Text

HOME = Site(id="home", name=Text("家园", "Home"))


def device(id: str, source: str, *, external: str = "", gateway: str = "") -> Device:
    return Device(id=id, name=Text(id, id), source=source, external_id=external, gateway=gateway)


def sources(decoder: str, filter: str = "", extra: str = "") -> Sources:
    wanted = f'filter = "{filter}"\n' if filter else ""
    return read_sources(f'[[source]]\nname = "way-in"\ndecoder = "{decoder}"\n{wanted}{extra}')


def access(known: Sources, *devices: Device) -> Access:
    return access_of(Register(version=1, sites={"home": HOME}, devices={one.id: one for one in devices}), known)


def account(found: Access, user: str) -> Account | None:
    return next((one for one in found.accounts if one.user == user), None)


def written(known: Sources, *devices: Device) -> dict[str, tuple[str, ...]]:
    return {one.user: one.write for one in access(known, *devices).accounts if one.user != "dutyroom"}


@pytest.mark.parametrize(
    ("decoder", "filter", "topics"),
    [
        ("tasmota", "", ("tele/X1/+", "stat/X1/+")),
        ("shelly", "", ("X1/events/+", "X1/status/+", "X1/online")),
        ("esp_rfid", "", ("esprfid/X1/#",)),
        ("hikvision", "", ("hikvision/X1/event",)),
        ("senml", "", ("senml/X1",)),
        ("senml", "lab/{gateway}/senml", ("lab/X1/senml",)),
        ("gb26875", "", ("gb26875/X1",)),
        ("native", "a/{device}/{area}/{kind}", ("a/X1/+/readings", "a/X1/+/events", "a/X1/+/status")),
        ("hikvision", "halls/{device#}", ("halls/X1",)),
    ],
)
def test_a_device_has_its_own_topics(decoder: str, filter: str, topics: tuple[str, ...]) -> None:
    one = device("one", "way-in", external="X1")
    assert written(sources(decoder, filter), one) == {"one": topics}


def test_who_is_spoken_for_where_topics_name_gateways_has_no_account() -> None:
    panel, part = device("panel", "way-in"), device("smoke", "way-in", external="1-2/04030201", gateway="panel")
    assert written(sources("gb26875"), panel, part) == {"panel": ("gb26875/panel",)}


@pytest.mark.parametrize(
    ("decoder", "topics"),
    [
        ("zigbee2mqtt", ("zigbee2mqtt/#",)),
        ("chirpstack", ("application/+/device/+/event/+",)),
        ("the_things_stack", ("v3/+/devices/+/#",)),
        ("nbiot_push", ("nbiot/+",)),
    ],
)
def test_a_bridge_speaks_for_all_of_its_source(decoder: str, topics: tuple[str, ...]) -> None:
    assert written(sources(decoder), device("one", "way-in")) == {"source-way-in": topics}


def test_where_only_some_topics_say_who_speaks_only_the_others_are_the_bridge_s() -> None:
    assert written(sources("thingsboard"), device("one", "way-in", external="T-1")) == {
        "source-way-in": ("v1/gateway/+",),
        "one": ("v1/devices/T-1/+",),
    }


def test_an_edge_node_speaks_for_its_devices_and_is_told_to_be_born_again() -> None:
    edge, pump = device("edge", "way-in", external="G/E"), device("pump", "way-in", external="G/E/pump")
    found = access(sources("sparkplug_b"), edge, pump)
    assert account(found, "pump") is None
    assert account(found, "edge") == Account(
        user="edge",
        about="device edge",
        write=("spBv1.0/G/+/E", "spBv1.0/G/+/E/+"),
        read=("spBv1.0/G/NCMD/E", "spBv1.0/G/DCMD/E/+"),
    )
    ours = account(found, "dutyroom")
    assert ours is not None
    assert "spBv1.0/+/NCMD/+" in ours.write


def test_a_name_that_only_sources_toml_knows_is_the_device_s_too() -> None:
    extra = '[source.devices]\n"old-name" = "one"\n'
    assert written(sources("senml", extra=extra), device("one", "way-in")) == {"one": ("senml/one", "senml/old-name")}


@pytest.mark.parametrize("name", ["+", "a/b", "#", "a+", "{device}", " a", "$share", "a\nuser dutyroom"])
def test_a_name_that_would_say_more_than_itself_is_refused(name: str) -> None:
    with pytest.raises(BadAccess, match="one: external id"):
        access(sources("senml"), device("one", "way-in", external=name))


@pytest.mark.parametrize("name", ["G/+", "#/E", "G/E\ntopic write #"])
def test_so_is_one_of_an_edge_node(name: str) -> None:
    with pytest.raises(BadAccess, match="one: external id"):
        access(sources("sparkplug_b"), device("one", "way-in", external=name))


def test_a_device_cannot_have_the_name_of_a_bridge() -> None:
    with pytest.raises(BadAccess, match="give the device another id"):
        access(sources("zigbee2mqtt"), device("source-way-in", "native"))
