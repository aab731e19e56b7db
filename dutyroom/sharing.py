"""A worker that shares a broker's load with others: it takes messages in, and judges while it has the lease."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from dutyroom import wiring
from dutyroom.fenced import FencedRecords
from dutyroom.machine import HEALTH_EVERY, Machine
from dutyroom.settings import Settings, SettingsError, hide
from response.tenure import Tenure
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, RecordsUnavailable

if TYPE_CHECKING:
    from collector.sharing import Relay
    from storage.readings.port import Readings
    from storage.records.port import Records

log = structlog.get_logger()

WAIT = 0.25
"""Seconds without a message after which it is looked whether the judge lives."""
AGAIN = 1.0


class Turn:
    """Which part this process has. ``is_set`` ends the judge's loop."""

    def __init__(self, settings: Settings, records: Records, stop: threading.Event) -> None:
        life = secrets.token_hex(4)
        self.tenure = Tenure(settings.worker, life, records, lease=f"collector/{settings.share}")
        self._stop = stop

    def is_set(self) -> bool:
        """Stopped, or the lease was lost. Whoever gets it again begins anew: another one may have judged meanwhile."""
        return self._stop.is_set() or not self.tenure.active or not self.judges()

    def judges(self) -> bool:
        """While the records are away nobody can take the lease either, and nothing can be written without it."""
        try:
            return self.tenure.keep(wiring.now(), wiring.tick())
        except (RecordsUnavailable, Conflict):
            return self.tenure.active

    def give_back(self) -> None:
        """The next one need not wait."""
        try:
            self.tenure.give_back(wiring.now())
        except (RecordsUnavailable, Conflict) as error:
            log.warning("the lease could not be given back; it runs out", reason=str(error))


def share(
    settings: Settings,
    records: Records,
    readings: Readings,
    journal: Callable[[], Mapping[str, Any]],
    stop: threading.Event,
) -> None:
    """Until ``stop`` is set: judge or relay, as the lease has it."""
    _check(settings)
    turn = Turn(settings, records, stop)
    try:
        while not stop.is_set():
            try:
                if turn.judges():
                    judge(settings, FencedRecords(records, turn.tenure), readings, journal, turn)
                else:
                    relay(settings, records, journal, turn, stop)
            except (RecordsUnavailable, ReadingsUnavailable) as error:
                log.warning("a collector's part could not be begun", reason=str(error))
                stop.wait(AGAIN)
    finally:
        turn.give_back()


def judge(
    settings: Settings,
    records: Records,
    readings: Readings,
    journal: Callable[[], Mapping[str, Any]],
    turn: Turn,
) -> None:
    """As a worker that is alone, as long as it is this one's turn."""
    from dutyroom.worker import build

    log.info("this collector judges", group=settings.share)
    worker, close = build(settings, records, readings, wiring.now, journal)
    try:
        worker.run(turn)
    finally:
        close()


def _check(settings: Settings) -> None:
    """A broker that cannot be asked now is asked by nobody; who cannot share says so. Raises ``SettingsError``."""
    from dutyroom.broker_probe import ProbeFailed, shares

    try:
        able = shares(settings.mqtt_url)
    except ProbeFailed as error:
        log.warning("it could not be tried out whether the broker shares subscriptions", reason=str(error))
        return
    if not able:
        raise SettingsError(
            "DUTYROOM_SHARE: this broker grants shared subscriptions and sends nothing to them (NATS does): use Mosquitto or EMQX"
        )


def relay(
    settings: Settings,
    records: Records,
    journal: Callable[[], Mapping[str, Any]],
    turn: Turn,
    stop: threading.Event,
) -> None:
    """Take in what another one judges, until this one is to judge. What is in hand then comes again by the next connection."""
    from collector.sharing import Relay
    from dutyroom.worker import link_of

    log.info("this collector hands over what it takes", group=settings.share)
    link = link_of(settings, wiring.load_sources(settings))
    link.start()
    try:
        hand = Relay(link, records, settings.share)
        about = {"url": hide(settings.mqtt_url), "started": wiring.now(), "stores": {"records": records.check()}}
        machine = Machine(settings.data_folder, wiring.now, database=records.clock).note

        def say() -> None:
            more = {"journal": journal(), "machine": machine(), "stopped": stop.is_set()}
            _say(settings, records, hand, {**about, **more})

        said = 0
        while not stop.is_set() and not turn.judges():
            hand.once(wiring.now(), WAIT)
            if wiring.tick() >= said:
                said = wiring.tick() + HEALTH_EVERY
                say()
        say()
    finally:
        link.stop()


def _say(settings: Settings, records: Records, hand: Relay, about: Mapping[str, Any]) -> None:
    now = wiring.now()
    note = {**about, "at": now, **hand.health(now), "errors": []}
    try:
        with records.begin() as unit:
            unit.notes.put(f"worker/{settings.worker}", note)
    except (RecordsUnavailable, Conflict) as error:
        log.warning("a health note could not be written", reason=str(error))
