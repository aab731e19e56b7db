"""That a store was away can be written down only when it is back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Absence:
    """Since when a store has been away, and when it last was."""

    since: int | None = None
    last: tuple[int, int] | None = None

    def away(self, now: int) -> None:
        """It could not be reached."""
        self.since = now if self.since is None else self.since

    def back(self, now: int) -> None:
        """It could."""
        if self.since is not None:
            self.last, self.since = (self.since, now), None

    def note(self) -> dict[str, int]:
        """The last absence; empty before the first."""
        return {} if self.last is None else {"since": self.last[0], "until": self.last[1]}
