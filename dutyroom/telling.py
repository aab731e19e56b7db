"""Who is told, put together: chains, what to do first, channels, and the outbox that sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from dutyroom import site_channels, wiring
from dutyroom.chain_following import ChainFiles
from dutyroom.door_following import DoorFiles
from dutyroom.settings import Settings, SettingsError
from facility.alert import Alert
from facility.duty import Duty
from facility.self_alert import KINDS
from facility.text import Text
from inspections.missing import MISSED, what_to_do
from response import delivery_watch, digests, duty_telling
from response.escalation import NOUNS, Escalation
from response.following import Follower
from response.steps import Errand, Step
from response.told import Teller
from rules.book import RuleBook

if TYPE_CHECKING:
    from notify.channel_kind import ChannelSettings
    from notify.outbox import Outbox
    from storage.records.port import Records

log = structlog.get_logger()

NAME = "escalation"
"""Of the follower: its watermark lies under it for ever."""


class Telling:
    """What the responder is given of it."""

    def __init__(
        self, settings: Settings, rules: Callable[[], RuleBook], duties: Callable[[], Mapping[str, Duty]] = dict
    ) -> None:
        """``rules``: those in force, with the classes of work; ``duties`` likewise."""
        self._settings, self._rules, self._duties = settings, rules, duties
        self.chains = ChainFiles(settings.site_folder)
        self._doors = DoorFiles(settings.site_folder)

    @property
    def follower(self) -> Follower:
        """Begins and stops chains."""
        return Follower(NAME, self.escalation.follow, NOUNS)

    @property
    def of_duties(self) -> Follower:
        """Tells of duties that fall due soon, or are late."""
        telling = duty_telling.DutyTelling(chains=self.chains.chains, teller=self.escalation.teller)
        return Follower(duty_telling.NAME, telling.follow, duty_telling.NOUNS)

    @property
    def steps(self) -> list[Step]:
        """Levels that fall due, digests, channels that reach nobody."""
        return [
            Step("escalation", 250, self.escalation.due),
            Step("digests", 5_000, digests.gather),
            Step("undelivered notices", 2_000, delivery_watch.watch),
        ]

    def errand(self, records: Records) -> Errand:
        """The outbox. It loads what channels need when it begins."""
        begun: list[Outbox] = []

        def run(records: Records, now: int) -> bool:
            if not begun:
                begun.append(self._outbox(records))
            return begun[0].run(records, now)

        def close() -> None:
            for outbox in begun:
                outbox.close()
                outbox.last_marks(records, wiring.now())

        return Errand("outbox", 100, run, close)

    @cached_property
    def escalation(self) -> Escalation:
        """The chains at work."""
        names = frozenset(given.name for given in self._given)
        return Escalation(
            chains=self.chains.chains,
            teller=Teller(channels=lambda: names),
            first=self._do_first,
            named=self._chain_of,
        )

    def _do_first(self, alert: Alert) -> Text:
        rule = self._rules().rules.get(alert.rule)
        if rule is not None:
            return rule.do_first
        if alert.rule in KINDS:
            return KINDS[alert.rule].do_first
        if alert.rule == MISSED:
            return what_to_do(self._duties(), alert)
        # Of a silent one nothing is said where somebody may be looking over a shoulder.
        loud = (check for check in self._doors.checks().values() if not check.silent)
        return next((check.do_first for check in loud if check.alert_rule == alert.rule), Text("", ""))

    def _chain_of(self, kind: str) -> str:
        work = self._rules().classes.get(kind)
        return work.chain if work is not None else ""

    @cached_property
    def _given(self) -> tuple[ChannelSettings, ...]:
        """A file that cannot be used keeps nobody from being told in their own list; the page of channels says what is wrong."""
        try:
            return site_channels.read(self._settings)
        except SettingsError as error:
            log.warning("no channel of the file is used", reason=str(error))
            return site_channels.downlink()

    def _outbox(self, records: Records) -> Outbox:
        from notify.opening import open_channels
        from notify.outbox import Outbox
        from notify.texts.rendering import Texts

        site = self._settings.site_folder
        parts = site_channels.parts_of(self._settings, records)
        folders = [site / "texts"] if site else []
        texts = Texts(*folders, link=self._settings.public_url)
        return Outbox(self._settings.responder, open_channels(self._given, parts), texts)
