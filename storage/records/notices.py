"""The ports of notices, and of the escalation chains that run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.chain_run import ChainRun
from facility.notice import Notice, NoticeState

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """Empty fields do not filter."""

    states: tuple[NoticeState, ...] = ()
    channels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    test: bool | None = None
    doubt: bool | None = None
    waiting_digest: bool | None = None
    """Waits to go out together with others."""
    since: int | None = None
    """created >= since"""
    until: int | None = None
    """created < until"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who takes notices in hand, and for how long."""

    by: str
    now: int
    until: int
    """After this another sender may take them: the one that had them has fallen."""


class Notices(Protocol):
    """The outbox. Written in the unit of what they tell about; sent outside of any unit."""

    def add(self, notice: Notice) -> bool:
        """Insert it. False when its key is there already: nothing happens then."""

    def get(self, number: int) -> Notice:
        """Raises ``NotFound``."""

    def of_key(self, key: str) -> Notice | None:
        """The one of that key."""

    def update(self, notice: Notice) -> Notice:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def due(self, now: int, limit: int = 100) -> list[Notice]:
        """What could be sent now: the highest rank first, then the oldest due. No digests, nothing in a sender's hands."""

    def channels_due(self, now: int) -> dict[str, int]:
        """Channel → the best rank of what ``due`` would give of it."""

    def claim(self, channel: str, claim: Claim, limit: int, *, ranks: tuple[int, ...] = (0, 1, 2)) -> list[Notice]:
        """Take what is due on the channel in hand, in ``due``'s order: no two senders ever get the same one."""

    def take_over(self, name: str, but: str) -> int:
        """Let go what earlier lives of the sender ``name`` (``name/…``, not ``but``) had in hand. How many; all are in doubt."""

    def digests(self, now: int) -> list[Notice]:
        """Those whose time to go out together has come, by person and channel, the oldest first."""

    def next_due(self) -> int | None:
        """The earliest ``due`` of all that wait, digests as well."""

    def of_causes(self, causes: Sequence[str]) -> list[Notice]:
        """Everything told about these, the oldest first."""

    def find(self, wanted: NoticeFilter, cursor: str | None = None, limit: int = 50) -> Page[Notice]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

    def count(self, wanted: NoticeFilter) -> int:
        """How many match."""

    def tally(self) -> dict[tuple[str, str], int]:
        """(channel, state) → how many, of those that wait or are dead."""


class ChainRuns(Protocol):
    """Chains as they run."""

    def begin(self, run: ChainRun) -> ChainRun:
        """Insert; returns it with its id. Raises ``Conflict`` when one runs for that cause."""

    def update(self, run: ChainRun) -> ChainRun:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> ChainRun:
        """Raises ``NotFound``."""

    def running(self, causes: Iterable[str] | None = None) -> list[ChainRun]:
        """Those that go on, the oldest first; of these causes only, when given."""

    def of_order(self, work_order: int) -> list[ChainRun]:
        """Those that go on about what this order is for."""

    def of_cause(self, cause: str) -> list[ChainRun]:
        """All there ever were, the oldest first."""

    def due(self, now: int, limit: int = 100) -> list[ChainRun]:
        """Those that must tell somebody now, life safety first."""
