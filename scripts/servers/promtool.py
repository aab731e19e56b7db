"""Prometheus' own judge of rules, from Debian's package: what our threshold and hold are compared with."""

from pathlib import Path

from scripts.servers.machine import program
from scripts.servers.server import Server, Started


def start(_folder: Path) -> Started:
    return Started(variable="DUTYROOM_TEST_PROMTOOL", url=str(program("promtool", package="prometheus")))


PROMTOOL = Server("promtool", start)
