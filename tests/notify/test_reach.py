"""Which addresses a channel may connect to."""

import socket
from ipaddress import ip_address

import pytest

from notify.channel import NotNow, Refused
from notify.exchange import Exchange
from notify.reach import Reach, is_public, resolve

INSIDE = [
    "127.0.0.1",
    "127.8.9.10",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_public_however_it_is_wrapped(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:223.5.5.5", "64:ff9b::df05:505"])
def test_what_is_outside_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def reach(*found: str, allow: tuple[str, ...] = ()) -> Reach:
    families = [(socket.AF_INET6 if ":" in address else socket.AF_INET, address) for address in found]
    return Reach(allow, lambda host, port: families)


def test_a_name_that_points_inside_and_outside_is_a_trick() -> None:
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        reach("223.5.5.5", "10.0.0.1").addresses("hook.example", 443)


def test_the_site_may_name_an_address_a_network_or_a_host() -> None:
    for entry in ("10.0.0.1", "10.0.0.0/8", "Hook.lan"):
        assert reach("10.0.0.1", allow=(entry,)).addresses("hook.lan", 443)
    with pytest.raises(Refused):
        reach("10.0.0.1", allow=("10.0.1.0/24", "hook.land")).addresses("hook.lan", 443)


def test_a_name_without_an_address_is_for_later() -> None:
    with pytest.raises(NotNow):
        reach().addresses("hook.example", 443)
    with pytest.raises(NotNow, match="not found"):
        resolve("no-such-name.invalid", 443)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::1]", "[::ffff:7f00:1]"])
def test_other_spellings_of_loopback_do_not_get_through(host: str) -> None:
    with pytest.raises((Refused, NotNow)):
        Exchange().post(f"http://{host}:9/", b"", {})


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example/", "file:///etc/passwd", "http://", "https://user:pass@a.example/", "http://a.example:0/x y",
     "http://a.example/\r\nHost: b", "http://a.example:99999/", "//a.example/"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="web address") as told:
        Exchange().post(url, b"", {})
    assert "pass" not in str(told.value)
