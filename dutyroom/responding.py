"""What the responder does, put together: who follows the facts, what falls due by the clock, what reaches outside.

The order of a list is the order within one round.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from functools import cached_property

from dutyroom import wiring
from dutyroom.camera_motion import CamerasInMotion
from dutyroom.door_following import DoorsInMotion
from dutyroom.duties_in_motion import DutiesInMotion
from dutyroom.logs import without_variables
from dutyroom.machine import Machine, kernel_keeps_time
from dutyroom.order_motion import OrdersInMotion
from dutyroom.playbook_following import PlaybookFiles
from dutyroom.report_following import ReportsInMotion
from dutyroom.report_making import ReportsMade
from dutyroom.responder import Responder
from dutyroom.round_motion import RoundsInMotion
from dutyroom.rule_files import RuleFiles
from dutyroom.sensor_evidence import sensor_evidence
from dutyroom.settings import Settings
from dutyroom.telling import Telling
from dutyroom.visiting import PersonalDataInMotion, crossings_errand, visits_step
from facility.instant import DAY
from response import history_keeping, incident_watch
from response.following import Follower
from response.rota_watch import rota_step
from response.scheduler import SCHEDULER
from response.self_watch.watching import SelfWatch
from response.steps import Errand, Step
from response.time_of_day import time_of_day
from rules.book import RuleBook
from rules.definition import BrokenRules, load_book
from storage.readings.port import Readings
from storage.records.port import Records


class Rooms:
    """The rooms of the responder, and what they share. A room adds its lines to ``followers``, ``steps`` or ``errands``."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._settings, self._records = settings, records
        self._lock = threading.Lock()
        self._opened: Readings | None = None
        self._duties = DutiesInMotion(settings.site_folder, self.rules)
        self._telling = Telling(settings, self.rules, self._duties.files.duties)
        self._orders = OrdersInMotion(settings=settings, readings=self.readings, rules=self.rules)
        self._reports = ReportsInMotion(settings.site_folder, self._telling.escalation.teller, self.rules)
        self._playbooks = PlaybookFiles(settings.site_folder)
        self._cameras = CamerasInMotion(settings.site_folder, self.readings, self.rules, self._duties.files.duties)
        self._doors = DoorsInMotion(settings.site_folder, self.readings, self.rules)
        self._personal = PersonalDataInMotion(settings.site_folder, self.readings)
        self._rounds = RoundsInMotion(
            settings=settings,
            readings=self.readings,
            duties=self._duties.files.duties,
        )
        self._made = ReportsMade(settings.site_folder, self._duties.files.duties, self.readings, self.rules)

    @property
    def followers(self) -> list[Follower]:
        """Who reads the chain of facts. A name is for ever: its watermark lies under it."""
        watch = incident_watch.IncidentWatch(playbooks=self._playbooks.playbooks, by_class=self.playbook_of_class)
        return [
            Follower(incident_watch.NAME, watch.handle, incident_watch.NOUNS),
            self._telling.follower,
            self._telling.of_duties,
            self._orders.follower,
            self._duties.follower,
            *self._reports.followers,
        ]

    @property
    def steps(self) -> list[Step]:
        """What falls due by the clock."""
        return [
            SCHEDULER,
            time_of_day(wiring.tick),
            Step("incident steps", 1_000, incident_watch.say_what_is_late),
            *self._telling.steps,
            *self._reports.steps,
            *self._duties.steps,
            rota_step(self._settings.rota_days),
            SelfWatch(limits=self._settings.limits).step(),
            *self._cameras.steps,
            *self._rounds.steps,
            visits_step(),
            self._personal.step,
            self._made.step,
        ]

    @property
    def errands(self) -> list[Errand]:
        """What reaches outside."""
        return [
            Errand("command feedback", 1_000, incident_watch.Feedback(readings=self.readings).run),
            self._telling.errand(self._records),
            self._orders.errand,
            *self._cameras.errands,
            self._doors.errand,
            self._rounds.errand,
            crossings_errand(self._settings, self.readings),
            self._sensors,
            self._personal.errand,
            self._history,
            self._made.errand,
        ]

    @property
    def _history(self) -> Errand:
        """How long readings are kept, and what stays of them."""
        kept = self._settings.keep_readings * DAY, self._settings.keep_figures * DAY
        keeping = history_keeping.Keeping(readings=kept[0], figures=kept[1], store=self.readings)
        return Errand("history", history_keeping.EVERY_MS, keeping.run)

    @property
    def _sensors(self) -> Errand:
        """What sensors saw in tests counts for duties."""
        return sensor_evidence(self._duties.files.duties, self.readings, self.rules)

    def rules(self) -> RuleBook:
        """Those in force, with the classes of work: read once for all rooms."""
        return self._rule_files.book()

    @cached_property
    def _rule_files(self) -> RuleFiles:
        """Broken files, and none that were ever in force: the manual's, for somebody must be told all the same."""
        files = RuleFiles(self._settings.site_folder)
        try:
            with self._records.read() as unit:
                files.start(unit)
        except BrokenRules:
            files.fall_back(load_book())
        return files

    def playbook_of_class(self) -> Mapping[str, str]:
        """The class of a work order → the playbook that it names."""
        return {one.id: one.playbook for one in self.rules().classes.values() if one.playbook}

    def readings(self) -> Readings:
        """Opened when they are first asked for: the responder starts without them."""
        with self._lock:
            if self._opened is None:
                self._opened = wiring.open_readings(self._settings, self._records)
            return self._opened

    def close(self) -> None:
        """What was opened here."""
        if self._opened is not None:
            self._opened.close()


def build(
    settings: Settings,
    records: Records,
    rooms: Rooms,
    clock: Callable[[], int] = wiring.now,
    tick: Callable[[], int] = wiring.tick,
    *,
    kept: Callable[[], bool | None] = kernel_keeps_time,
) -> Responder:
    """All of it. ``clock`` is the time of day, ``tick`` only goes forward; both in milliseconds. ``kept``: see ``Machine``."""
    return Responder(
        name=settings.responder,
        records=records,
        followers=rooms.followers,
        steps=rooms.steps,
        errands=rooms.errands,
        clock=clock,
        tick=tick,
        about={"records": records.check()},
        machine=Machine(settings.data_folder, clock, database=records.clock, tick=tick, kept=kept).note,
    )


def respond(settings: Settings) -> None:
    """The responder's process, until a signal. Raises ``SettingsError``, ``RecordsUnavailable`` at the start."""
    without_variables()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    records = wiring.open_records(settings)
    rooms = Rooms(settings, records)
    try:
        build(settings, records, rooms).run(stop)
    finally:
        rooms.close()
        records.close()
