"""How often a page without a login may be used. Counts live in this process's memory only: an address is about a person,
and is written nowhere; a restart forgets at most one hour. What must outlast it is counted from the stored reports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits.strategies import RateLimiter


class Throttle:
    """Thread-safe."""

    @cached_property
    def _limiter(self) -> RateLimiter:
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())

    def allows(self, what: str, key: str, most: int) -> bool:
        """Whether ``key`` may do ``what`` once more, ``most`` times in any hour; counted when it may."""
        from limits import RateLimitItemPerHour

        return self._limiter.hit(RateLimitItemPerHour(most), what, key)
