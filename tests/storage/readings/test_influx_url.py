import pytest

from storage.readings.influx_url import InfluxTarget, parse_influx_url

SECRET = "hush-hush"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "influxdb://localhost:9999/dutyroom?org=riverside&token=abc%3D%3D",
            InfluxTarget(host="localhost", port=9999, database="dutyroom", org="riverside", token="abc=="),
        ),
        ("influxdb://db.example/dutyroom", InfluxTarget(host="db.example", port=8086, database="dutyroom")),
        (
            "influxdb://duty:p%40ss%2Fw%3Ard@10.0.0.7/my%20db?tls=1",
            InfluxTarget(host="10.0.0.7", database="my db", user="duty", password="p@ss/w:rd", tls=True),
        ),
        ("influxdb://[::1]:8086/d?tls=0", InfluxTarget(host="::1", database="d")),
    ],
)
def test_an_address_is_read(url: str, target: InfluxTarget) -> None:
    assert parse_influx_url(url) == target


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("influxdb://[::1]/d", "http://[::1]:8086"),
        ("influxdb://h:1/d?tls=1", "https://h:1"),
    ],
)
def test_the_address_in_front_of_every_path(url: str, base: str) -> None:
    assert parse_influx_url(url).base == base


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"http://h/d?token={SECRET}", "begins with influxdb://"),
        (f"influxdb:///d?token={SECRET}", "names no host"),
        (f"influxdb://u:{SECRET}@h", "one database or bucket"),
        (f"influxdb://h/a/b?token={SECRET}", "one database or bucket"),
        (f"influxdb://u:{SECRET}@h:port/d", "port"),
        (f"influxdb://u:{SECRET}@h:70000/d", "port"),
        (f"influxdb://u:{SECRET}@h:0/d", "port"),
        (f"influxdb://h/d?token={SECRET}&bucket=x", "'bucket'; allowed are org, token, tls"),
        (f"influxdb://h/d?token={SECRET}&token={SECRET}", "'token' twice"),
        (f"influxdb://h/d?token={SECRET}&tls=yes", "tls of the address must be 1 or 0"),
        (f"influxdb://u:p@h/d?token={SECRET}", "both a token and a user"),
        (f"influxdb://[u:{SECRET}/d", "is not an address"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_keeps_the_secret(url: str, word: str) -> None:
    with pytest.raises(ValueError, match="address") as refusal:
        parse_influx_url(url)
    assert word in str(refusal.value)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_target_never_shows_its_secrets() -> None:
    target = parse_influx_url(f"influxdb://h/d?org=o&token={SECRET}")
    assert SECRET not in f"{target} {target!r} {target.base}"
    target = parse_influx_url(f"influxdb://u:{SECRET}@h/d")
    assert SECRET not in f"{target} {target!r} {target.base}"
