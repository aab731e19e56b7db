"""What happens to work orders by itself: new ones are given out, and who scans the place has arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from dutyroom import wiring
from dutyroom.settings import Settings
from response.arrivals import EVERY_MS, Arrivals
from response.dispatching import NAME, NOUNS, Dispatcher
from response.following import Follower
from response.steps import Errand
from rules.book import RuleBook
from storage.readings.port import Readings


@dataclass(frozen=True, kw_only=True)
class OrdersInMotion:
    """The responder's part in work orders."""

    settings: Settings
    readings: Callable[[], Readings]
    rules: Callable[[], RuleBook]
    """Those in force, with the classes of work."""

    @cached_property
    def follower(self) -> Follower:
        """Gives out new orders, and those that were given back."""
        return Follower(NAME, Dispatcher(lambda: self.rules().classes).follow, NOUNS)

    @cached_property
    def errand(self) -> Errand:
        """Looks for scans."""
        hide = partial(wiring.hider(self.settings), "guard")
        arrivals = Arrivals(readings=self.readings, hide=hide)
        return Errand("arrivals", EVERY_MS, arrivals.run)
