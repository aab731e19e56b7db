"""``dutyroom simulate``: a building that speaks MQTT."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dutyroom.settings import Settings
    from facility.register import Register


def simulate(
    *,
    scenario: Annotated[str, typer.Option(help="what happens; see --list")] = "quiet-day",
    speed: Annotated[float, typer.Option(min=1, help="above 1: first fill the past so many times faster")] = 1.0,
    seed: Annotated[int, typer.Option(help="the same seed gives the same building")] = 1,
    url: Annotated[str, typer.Option(help="broker, mqtt://user:password@host:1883; empty: as the settings say")] = "",
    seconds: Annotated[float | None, typer.Option(min=1, help="stop after so long; without it, on Ctrl-C")] = None,
    list: Annotated[bool, typer.Option("--list", help="show the scenarios and stop")] = False,
) -> None:
    """A seeded building that publishes over MQTT at QoS 1, as its devices and gateways would."""
    if list:
        _list()
        return
    from dutyroom.settings import load
    from simulators.scenario import ScenarioError, find

    settings = load()
    try:
        played = find(scenario)
        register = read_register(settings)
    except (ScenarioError, ValueError) as error:
        raise _fail(str(error)) from None
    _play(url or broker_url(settings), register, played, speed=speed, seed=seed, seconds=seconds)


def _list() -> None:
    from simulators.scenario import available, find

    for name in available():
        scenario = find(name)
        print(f"{name:22} {scenario.title.zh} · {scenario.title.en}")


def _play(url: str, register: Register, played: Scenario, *, speed: float, seed: int, seconds: float | None) -> None:
    from dutyroom.settings import hide
    from dutyroom.wiring import now
    from simulators.publisher import run
    from simulators.scenario import ScenarioError

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"{played.id} → {hide(url)}", file=sys.stderr, flush=True)
    try:
        counts = run(url, register, played, speed=speed, seed=seed, stop=stop, clock=now, seconds=seconds)
    except ScenarioError as error:
        raise _fail(str(error)) from None
    print(json.dumps({"published": counts.published, "acknowledged": counts.acknowledged}), flush=True)


def broker_url(settings: Settings) -> str:
    """The broker of the settings: ``MQTT_URL``, or where the embedded one listens."""
    if settings.mqtt_url:
        return settings.mqtt_url
    from dutyroom.broker import url
    from dutyroom.settings import split_address

    return url(settings, split_address(settings.broker)[1])


def read_register(settings: Settings) -> Register:
    """The register of the site's files: the simulated building is what the files say stands there.

    Raises ``ValueError`` with the first error.
    """
    from dutyroom.demo import site_folder
    from dutyroom.register_files import read_folder

    folder: Path = (settings.site_folder or site_folder()) / "register"
    return read_folder(folder)


def _fail(text: str) -> typer.Exit:
    print(f"dutyroom: {text}", file=sys.stderr)
    return typer.Exit(2)


if TYPE_CHECKING:
    from simulators.scenario import Scenario
