"""What a started server is to the commands: where it answers, and how to tell it from a stranger with its id."""

import shutil
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scripts.servers.machine import STATE, answers, end, started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    variable: str
    url: str
    port: int = 0
    pid: int = 0
    born: str = ""
    stop_signal: str = "SIGTERM"
    data: list[str] = field(default_factory=list)
    """Folders outside .services/ that go with it."""

    def healthy(self) -> bool:
        if not self.pid:
            return Path(self.url).exists()
        return started_at(self.pid) == self.born and answers(self.port)

    def stop(self) -> None:
        if self.pid and started_at(self.pid) == self.born:
            end(self.pid, sign=signal.Signals[self.stop_signal])
        for folder in self.data:
            shutil.rmtree(folder, ignore_errors=True)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    start: Callable[[Path], Started]
    """Starts it with its files in the folder given, which is new and empty."""


def log_of(folder: Path) -> Path:
    return STATE / f"{folder.name}.log"
