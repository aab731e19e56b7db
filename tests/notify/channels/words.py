"""What the tests of channels send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facility.alert import Severity
from notify.channel import Message
from notify.channel_file import read_channels
from notify.channel_kind import ChannelSettings, Parts

NOW = 1_764_000_000_000
ENVIRONMENT = {"A_SECRET": "s3cret-of-the-house", "A_TOKEN": "t0ken-of-the-house"}


def message(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "key": "alert:12/li/sms/0",
        "address": "",
        "language": "zh",
        "title": "水泵房压力低于设定值",
        "short": "水泵房压力 0.41 MPa，低于 0.50 MPa，02:10 起。先关闸阀。",
        "body": "1号楼水泵房，低区供水压力 0.41 MPa。\n限值 0.50 至 0.70 MPa。\n先关闸阀，再查管道。",
        "link": "https://duty.example.com/alerts/12",
        "severity": Severity.HIGH,
        "cause": "alert:12",
        "person": "li",
        "data": {"point": "t1-pump-1.pressure", "value": 0.41},
    }
    return Message(**(given | changes))


def parts(environment: Mapping[str, str] = ENVIRONMENT, **changes: Any) -> Parts:
    given: dict[str, Any] = {"clock": lambda: NOW, "environment": environment}
    return Parts(**(given | changes))


def settings(toml: str) -> Any:
    """The one channel that the text describes, as its own kind's settings."""
    found: tuple[ChannelSettings, ...] = read_channels(f"[[channel]]\n{toml}")
    return found[0]
