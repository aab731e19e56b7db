"""The processes of ``dutyroom run``: started, watched, started again, stopped in order."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

_BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0)
_SETTLED = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True, kw_only=True)
class Child:
    """One process and how to start it. ``restart`` False: its end is an end."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path | None = None
    restart: bool = True
    patience: float = 2.0
    """Seconds it may take to stop."""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    again_at: float = 0.0

    @property
    def alive(self) -> bool:
        """Running now."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches the parent alone and the order of stopping is ours."""
        output = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                list(self.command),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the parent has one thread
            )
        finally:
            if output:
                output.close()
        self.started, self.again_at = time.monotonic(), 0.0

    def stop(self) -> None:
        """Ask, wait its patience, then kill."""
        if self.process is None:
            return
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        if self.alive:
            log.warning("killed: it did not stop in time", child=self.name)
            self.process.kill()
        self.process.wait()


def _die_with_parent() -> None:
    """On Linux a killed parent takes its children along; elsewhere they outlive it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def program(*arguments: str) -> list[str]:
    """The command that runs this same program with ``arguments``."""
    return [sys.executable, "-m", "dutyroom", *arguments]


@dataclass(slots=True)
class Family:
    """All children, in the order in which they start; they stop in the reverse order."""

    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> Child:
        """Start one more."""
        child.start()
        self.children.append(child)
        return child

    def watch(self, on_fall: Callable[[Child, int], None]) -> None:
        """Start again what fell, each time a little later."""
        for child in self.children:
            if child.alive or child.process is None or not child.restart:
                continue
            moment = time.monotonic()
            if not child.again_at:
                child.falls = 1 if moment - child.started > _SETTLED else child.falls + 1
                child.again_at = moment + _BACK_OFF[min(child.falls, len(_BACK_OFF)) - 1]
                on_fall(child, child.process.returncode or 0)
            elif moment >= child.again_at:
                child.start()

    def stop(self) -> None:
        """Stop all, the last started first."""
        for child in reversed(self.children):
            child.stop()
