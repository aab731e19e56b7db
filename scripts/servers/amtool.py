"""Alertmanager's own command, from Debian's package: it must be able to read our alerts and to set silences."""

from pathlib import Path

from scripts.servers.machine import program
from scripts.servers.server import Server, Started


def start(_folder: Path) -> Started:
    return Started(variable="DUTYROOM_TEST_AMTOOL", url=str(program("amtool", package="prometheus-alertmanager")))


AMTOOL = Server("amtool", start)
