"""What a notice tells, and when it may go out. Pure, but for reading what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import Any

from facility.alert import Alert, Condition
from facility.calendar import instant_of, local_day
from facility.chain import Chain, Firing
from facility.instant import to_datetime
from facility.point import Point
from facility.register import Register
from facility.text import Text
from facility.units import QUANTITIES, UnitError, format_value, state_word
from facility.work_order import WorkOrder
from response.reach import Reached

LANGUAGES = ("zh", "en")


def both(text: Text) -> dict[str, str]:
    """A text as a notice keeps it."""
    return {"zh": text.say("zh"), "en": text.say("en")}


def place(register: Register, zone: str, asset: str) -> Text:
    """From the building down to the thing, in one line."""
    names = [found.name for found in register.zone_path(zone)]
    if asset in register.assets:
        names.append(register.assets[asset].name)
    return Text(" ".join(name.say("zh") for name in names), ", ".join(name.say("en") for name in names))


def amount(value: float, unit: str, point: Point | None) -> Text:
    """A value as a person reads it: with its unit, or the state's word."""
    if point is None:
        shown = f"{value:g} {'' if unit == '1' else unit}".strip()
        return Text(shown, shown)
    quantity = QUANTITIES.get(point.quantity)
    if quantity is not None and quantity.is_state:
        try:
            return Text(*(state_word(point.quantity, value, language) for language in LANGUAGES))
        except UnitError:
            return Text(f"{value:g}", f"{value:g}")
    shown = f"{format_value(value, point.resolution)} {'' if unit == '1' else unit}".strip()
    return Text(shown, shown)


def alarm_data(alert: Alert, order: WorkOrder | None, register: Register, first: Text) -> dict[str, Any]:
    """What there is to tell of an alert: what, where, value against limit, since when, what to do first, where to look."""
    point = register.points.get(alert.point)
    value = alert.value if alert.latest is None else alert.latest
    return {
        **_house(register),
        "kind": "alert",
        "number": alert.id,
        "title": both(alert.title),
        "place": both(place(register, alert.zone, alert.asset)),
        "point": both(point.name if point else Text("", "")),
        "value": both(amount(value, alert.unit, point)) if value is not None else None,
        "limit": both(alert.limit),
        "since": alert.started,
        "late": alert.late,
        "over": alert.condition is Condition.NORMAL,
        "first": both(first),
        "order": order.id if order else None,
        "link": f"/alerts/{alert.id}",
    }


def order_data(order: WorkOrder, register: Register, first: Text, **more: Any) -> dict[str, Any]:
    """The same of a work order."""
    point = register.points.get(order.point)
    return {
        **_house(register),
        "kind": "work-order",
        "number": order.id,
        "title": both(order.title),
        "place": both(place(register, order.zone, order.asset)),
        "point": both(point.name if point else Text("", "")),
        "value": both(amount(order.value, order.unit, point)) if order.value is not None else None,
        "limit": both(order.limit),
        "since": order.event_at,
        "late": False,
        "over": False,
        "first": both(first),
        "order": order.id,
        "link": f"/work-orders/{order.id}",
        **more,
    }


def _house(register: Register) -> dict[str, Any]:
    site = next(iter(register.sites.values()), None)
    return {
        "site": both(site.name) if site else {"zh": "值班室", "en": "Dutyroom"},
        "zone": site.timezone if site else "Asia/Shanghai",
    }


def why_told(chain: Chain, run: int, firing: Firing, reached: Reached, *, instead: bool = False) -> dict[str, Any]:
    """The answer to "why was I told?", kept with the notice."""
    return {
        "chain": chain.id,
        "chain_title": both(chain.title),
        "chain_version": chain.version,
        "run": run,
        "level": firing.level + 1,
        "told": firing.told,
        "after": sum(one.after for one in chain.levels[: firing.level + 1]),
        "whom": str(reached.whom),
        "shift": dict(reached.shift),
        "instead": instead,
    }


def when(chain: Chain, reached: Reached, now: int, zone: tzinfo, *, life_safety: bool) -> tuple[int, bool]:
    """(when it goes out, whether together with others). Life safety waits for nothing."""
    if life_safety:
        return now, False
    if chain.digest:
        return next_time(chain.digest, now, zone), True
    hour = to_datetime(now, zone).hour
    if chain.quiet and not reached.on_duty and reached.person.is_quiet(hour) and reached.person.quiet:
        return next_time((reached.person.quiet[1] * 60,), now, zone), False
    return now, False


def next_time(minutes: tuple[int, ...], now: int, zone: tzinfo) -> int:
    """The first instant after ``now`` at one of these local minutes of the day."""
    today = local_day(now, zone)
    found = [instant_of(today + timedelta(days=days), minute, zone) for days in (0, 1, 2) for minute in minutes]
    return min(at for at in found if at > now)


def joined(items: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What several notices tell, as one: the most urgent and oldest first, at most 20 in full."""
    first = items[0]
    return {
        "site": first["site"],
        "zone": first["zone"],
        "kind": "digest",
        "many": len(items),
        "items": [
            {key: item.get(key) for key in ("title", "place", "since", "value", "over", "link")} for item in items[:20]
        ],
        "more": max(0, len(items) - 20),
        "link": "/notices/mine",
    }
