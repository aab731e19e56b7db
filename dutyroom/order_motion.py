"""What happens to work orders by itself: new ones are given out, and who scans the place has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from dutyroom import wiring
from dutyroom.rule_files import RuleFiles
from dutyroom.settings import Settings
from facility.pseudonym import pseudonym
from response.arrivals import EVERY_MS, Arrivals
from response.dispatching import NAME, NOUNS, Dispatcher
from response.following import Follower
from response.steps import Errand
from storage.readings.port import Readings
from storage.records.port import Records


@dataclass(frozen=True, kw_only=True)
class OrdersInMotion:
    """The responder's part in work orders."""

    settings: Settings
    records: Records

    @cached_property
    def follower(self) -> Follower:
        """Gives out new orders, and those that were given back."""
        files = RuleFiles(self.settings.site_folder)
        return Follower(NAME, Dispatcher(lambda: files.book().classes).follow, NOUNS)

    @cached_property
    def errand(self) -> Errand:
        """Looks for scans."""

        @cache
        def readings() -> Readings:
            return wiring.open_readings(self.settings, self.records)

        @cache
        def key() -> bytes:
            return wiring.pseudonym_key(self.settings)

        def close() -> None:
            if readings.cache_info().currsize:
                readings().close()

        arrivals = Arrivals(readings=readings, hide=lambda card: pseudonym(key(), "guard", card))
        return Errand("arrivals", EVERY_MS, arrivals.run, close)
