"""What the responder does, put together: who follows the facts, what falls due by the clock, what reaches outside.

Each room adds its lines here. The order is the order within one round.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from functools import cache

from dutyroom import wiring
from dutyroom.order_motion import OrdersInMotion
from dutyroom.playbook_following import PlaybookFiles
from dutyroom.report_following import ReportsInMotion
from dutyroom.responder import Responder
from dutyroom.settings import Settings
from dutyroom.telling import Telling
from response import incident_watch
from response.following import Follower
from response.rota_watch import rota_step
from response.scheduler import SCHEDULER
from response.steps import Errand, Step
from response.time_of_day import time_of_day
from storage.readings.port import Readings
from storage.records.port import Records


def followers(settings: Settings, telling: Telling) -> list[Follower]:
    """Who reads the chain of facts. A name is for ever: its watermark lies under it."""
    return [
        _incidents(settings),
        telling.follower,
    ]


def steps(telling: Telling) -> list[Step]:
    """What falls due by the clock."""
    return [
        SCHEDULER,
        time_of_day(tick),
        Step("incident steps", 1_000, incident_watch.say_what_is_late),
        *telling.steps,
    ]


def errands(settings: Settings, records: Records, telling: Telling) -> list[Errand]:
    """What reaches outside."""
    return [
        _feedback(settings, records),
        telling.errand(records),
    ]


def _incidents(settings: Settings) -> Follower:
    """Alerts and work orders that name a playbook open an incident."""
    files = PlaybookFiles(settings.site_folder)
    watch = incident_watch.IncidentWatch(playbooks=files.playbooks, by_class=files.by_class)
    return Follower(incident_watch.NAME, watch.handle, incident_watch.NOUNS)


def _feedback(settings: Settings, records: Records) -> Errand:
    """Whether what acts on the building has acted."""

    @cache
    def readings() -> Readings:
        return wiring.open_readings(settings, records)

    def close() -> None:
        if readings.cache_info().currsize:
            readings().close()

    return Errand("command feedback", 1_000, incident_watch.Feedback(readings=readings).run, close)


def tick() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


def build(
    settings: Settings, records: Records, clock: Callable[[], int] = wiring.now, tick: Callable[[], int] = tick
) -> Responder:
    """All of it. ``clock`` is the time of day, ``tick`` only goes forward; both in milliseconds."""
    telling = Telling(settings)
    orders = OrdersInMotion(settings=settings, records=records)
    reports = ReportsInMotion(settings.site_folder, telling.escalation.teller)
    return Responder(
        name=settings.responder,
        records=records,
        followers=[*followers(settings, telling), orders.follower, *reports.followers],
        steps=[*steps(telling), *reports.steps, rota_step(settings.rota_days)],
        errands=[*errands(settings, records, telling), orders.errand],
        clock=clock,
        tick=tick,
        about={"records": records.check()},
    )


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
