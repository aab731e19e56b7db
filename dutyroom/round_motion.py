"""What happens to rounds by itself: they are planned ahead, and judged by what is scanned."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dutyroom import wiring
from dutyroom.settings import Settings
from facility.duty import Duty
from facility.instant import MINUTE
from inspections.rounds.carrying import Carrying
from inspections.rounds.following import EVERY_MS, RoundsFollowed
from inspections.rounds.people import Hide
from inspections.rounds.planning import Planning
from response.steps import Errand, Step
from storage.readings.port import Readings


@dataclass(frozen=True, kw_only=True)
class RoundsInMotion:
    """The responder's part in rounds."""

    settings: Settings
    readings: Callable[[], Readings]
    duties: Callable[[], Mapping[str, Duty]]
    """Those in force."""

    @cached_property
    def _key(self) -> bytes:
        return wiring.pseudonym_key(self.settings)

    @cached_property
    def hide(self) -> Hide:
        """As the collector does it."""
        return wiring.hider(self.settings)

    def draw(self, text: str) -> int:
        """Nobody without the site's key can work out when the next round begins."""
        return int.from_bytes(hmac.new(self._key, f"round:{text}".encode(), hashlib.sha256).digest()[:8])

    @cached_property
    def steps(self) -> list[Step]:
        """Plans."""
        planning = Planning(draw=self.draw, hide=self.hide).step()
        return [Step("rounds planned", MINUTE, planning)]

    @cached_property
    def errand(self) -> Errand:
        """Judges."""
        carrying = Carrying(duties=self.duties)
        followed = RoundsFollowed(readings=self.readings, hide=self.hide, settle=carrying.settle)
        return Errand("rounds", EVERY_MS, followed.run)
