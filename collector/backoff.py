"""How long to wait before a store that was away is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_WAIT, LONGEST_WAIT = 200, 30_000


class Backoff:
    """Each failure doubles the wait, with jitter, up to half a minute."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        """``pause`` waits so many seconds."""
        self._pause = pause
        self._failures = self._not_before = 0

    def failed(self, now: int) -> None:
        """It is not to be tried again at once."""
        longest = min(LONGEST_WAIT, FIRST_WAIT << min(self._failures, 10))
        self._not_before = now + int(random.uniform(longest / 2, longest))  # noqa: S311 - spreads collectors, hides nothing
        self._failures += 1

    def over(self) -> None:
        """It succeeded."""
        self._failures = 0

    def waits(self, now: int, timeout: float) -> bool:
        """Whether it is too early for another try. Then up to ``timeout`` seconds of it are waited first."""
        if not now < self._not_before <= now + LONGEST_WAIT:  # later than that only where our clock was set back
            return False
        self._pause(min(timeout, (self._not_before - now) / 1_000))
        return True
