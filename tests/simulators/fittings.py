"""Single devices for the tests of their models."""

from random import Random
from typing import Any

from facility.instant import SECOND
from facility.point import Device, Point, Setting
from facility.register import Register
from facility.site import Asset
from facility.text import Text
from simulators.devices.model import Fitting, Model
from simulators.people import People

NAME = Text("测试", "test")


def point(
    key: str, quantity: str, unit: str = "", *, resolution: float = 1.0, interval: int = 10 * SECOND, **more: Any
) -> Point:
    return Point(
        id=f"thing.{key}",
        asset="thing",
        name=NAME,
        quantity=quantity,
        unit=unit,
        resolution=resolution,
        interval=interval,
        device="thing",
        **more,
    )


def fitting(kind: str, *points: Point, settings: dict[str, float] | None = None, access: str = "public") -> Fitting:
    set_values = [
        Setting(point=points[0].id, name=name, value=value, since=0, approver="test")
        for name, value in (settings or {}).items()
    ]
    return Fitting(
        asset=Asset(id="thing", zone="", kind=kind, name=NAME),
        device=Device(id="thing", name=NAME),
        points=points,
        register=Register(settings={f"{s.point}/{s.name}": s for s in set_values}),
        people=People.living_here(1),
        access=access,
    )


def told(model: Model, span: int, start: int) -> list[dict[str, object]]:
    """Values of everything that the model says, stepped when it is due."""
    said: list[dict[str, object]] = []
    while model.due < start + span:
        said += [dict(spoken.values) for spoken in model.step(model.due)]
    return said


def rng(name: str = "test") -> Random:
    return Random(name)
