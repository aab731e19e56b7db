"""What the responder does, put together: who follows the facts, what falls due by the clock, what reaches outside.

Each room adds its lines here. The order is the order within one round.
"""

from __future__ import annotations

import signal
import threading
import time

from dutyroom import wiring
from dutyroom.responder import Responder
from dutyroom.settings import Settings
from response.following import Follower
from response.steps import Errand, Step
from storage.records.port import Records


def followers(settings: Settings) -> list[Follower]:
    """Who reads the chain of facts. A name is for ever: its watermark lies under it."""
    del settings
    return []


def steps(settings: Settings) -> list[Step]:
    """What falls due by the clock."""
    del settings
    return []


def errands(settings: Settings, records: Records) -> list[Errand]:
    """What reaches outside."""
    del settings, records
    return []


def build(settings: Settings, records: Records) -> Responder:
    """All of it."""
    return Responder(
        name=settings.responder,
        records=records,
        followers=followers(settings),
        steps=steps(settings),
        errands=errands(settings, records),
        clock=wiring.now,
        tick=tick,
        about={"records": records.check()},
    )


def tick() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


def respond(settings: Settings) -> None:
    """The responder's process, until a signal. Raises ``SettingsError``, ``RecordsUnavailable`` at the start."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    records = wiring.open_records(settings)
    try:
        build(settings, records).run(stop)
    finally:
        records.close()
