"""The example property's register, as simulated buildings are composed from it."""

from functools import cache
from pathlib import Path

from facility.instant import parse
from facility.register import Register
from facility.register_files import read_tables
from simulators.building import Building
from simulators.scenario import Scenario
from simulators.spoken import Message

FOLDER = Path(__file__).parents[2] / "examples" / "riverside" / "register"
MORNING = parse("2026-11-24T09:00:00+08:00")


@cache
def register() -> Register:
    return read_tables({file.name: file.read_bytes() for file in FOLDER.glob("*.csv")})


def building(seed: int = 1, scenario: Scenario | None = None, start: int = MORNING) -> Building:
    return Building(register=register(), start=start, seed=seed, scenario=scenario)


def messages(span: int, seed: int = 1, scenario: Scenario | None = None) -> list[Message]:
    return list(building(seed, scenario).messages(MORNING + span))
