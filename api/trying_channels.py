"""Trying a channel, or a siren, without an alarm: a notice like any other, so that the test proves the whole way."""

from __future__ import annotations

from dataclasses import dataclass

from facility.alert import Severity
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.instant import MINUTE, SECOND
from facility.notice import Notice, address_of
from facility.person import Actor
from facility.point import Device, Point
from facility.register import Register
from facility.text import Text
from notify.opening import Way
from storage.records.port import Unit

DOWNLINK = "mqtt"
LASTS = 5 * SECOND
"""How long a siren or a light is on in a test."""
ONCE = 10 * SECOND
"""A second tap within this is the same test."""
GOOD_FOR = MINUTE
"""A siren that could not be reached by then is not sounded any more: nobody stands by to listen."""
INCIDENT_GOES_ON = Text(
    "有事件正在处置，声光报警器和灯可能正在使用：现在不能测试。",
    "An incident is going on, and sirens and lights may be in use: no tests now.",
)
NO_ADDRESS = Text("请填写要发到哪里。", "Say where to send it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Who tries, and when."""

    actor: Actor
    at: int
    language: str


def own_address(unit: Unit, actor: Actor, channel: str) -> str:
    """Where the channel reaches the person who asks; empty where it does not."""
    found = unit.rota.load().of_account(actor.id)
    return address_of(found, channel) if found else ""


def try_channel(unit: Unit, way: Way, address: str, trial: Trial) -> bool:
    """One message to that address. False when it was asked for a moment ago. Raises ``FieldRefused``."""
    if way.needs_address and not address.strip():
        raise FieldRefused("test", "to", NO_ADDRESS)
    notice = Notice(
        key=f"test:channel/{way.name}/{address.strip()}/{trial.at // ONCE}",
        cause=f"test:channel/{way.name}",
        person=trial.actor.id,
        channel=way.name,
        address=address.strip(),
        language=trial.language,
        template="channel-test",
        data={
            "title": {"zh": way.title.say("zh"), "en": way.title.say("en")},
            "by": trial.actor.name,
            "since": trial.at,
        },
        severity=Severity.LOW,
        urgent=True,
        test=True,
        created=trial.at,
        due=trial.at,
    )
    return _write(unit, [notice], "channel", way.name, trial)


def can_be_tried(device: Device) -> bool:
    """Whether on and off again does no harm: a valve or a lift is not tried with a button."""
    return {"on", "off"} <= set(device.commands)


def try_device(unit: Unit, device: Device, trial: Trial) -> bool:
    """On, and a few seconds later off. False when it was asked for a moment ago. Raises ``FieldRefused``."""
    if not can_be_tried(device):
        raise FieldRefused("test", "device", Text("这台设备不能这样测试。", "This device cannot be tried like this."))
    if any(not incident.drill for incident in unit.incidents.open_ones()):
        raise FieldRefused("test", "device", INCIDENT_GOES_ON)
    off = trial.at + LASTS
    on = _command(device, "on", trial, due=trial.at, void=min(off + GOOD_FOR, trial.at + GOOD_FOR))
    return _write(unit, [on, _command(device, "off", trial, due=off)], "device", device.id, trial)


def _command(device: Device, word: str, trial: Trial, *, due: int, void: int | None = None) -> Notice:
    data = {
        "command": word,
        "state": word,
        "at": due,
        "title_zh": f"测试 {device.name.say('zh')}",
        "title_en": f"trying out {device.name.say('en')}",
    }
    return Notice(
        key=f"test:device/{device.id}/{trial.at // ONCE}/{word}",
        cause=f"test:device/{device.id}",
        channel=DOWNLINK,
        address=device.id,
        template="command",
        data=data | ({"void": void} if void is not None else {}),
        severity=Severity.LOW,
        urgent=True,
        test=True,
        created=trial.at,
        due=due,
    )


def _write(unit: Unit, notices: list[Notice], noun: str, subject: str, trial: Trial) -> bool:
    if not unit.notices.add(notices[0]):
        return False
    for notice in notices[1:]:
        unit.notices.add(notice)
    data = {"address": notices[0].address}
    unit.facts.append(Fact(at=trial.at, noun=noun, subject=subject, what="tried-out", who=trial.actor.id, data=data))
    return True


def levers(register: Register) -> list[tuple[Device, list[Point]]]:
    """Every device that may be acted on, with the points in which it shows what it does."""
    shown: dict[str, list[Point]] = {}
    for point in register.points.values():
        shown.setdefault(point.device, []).append(point)
    return [(device, shown.get(device.id, [])) for device in register.devices.values() if device.commands]
