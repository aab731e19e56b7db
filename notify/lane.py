"""A channel's own threads: what one gateway takes its time over holds up no other."""

from __future__ import annotations

import heapq
import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue

from facility.notice import Notice
from notify.channel import Channel, NotNow, Refused
from notify.pace import Pace
from notify.texts.rendering import NoText, Texts

LONGEST_ERROR = 300
PATIENCE = 60.0
"""Seconds in which a notice in hand must get its turn. Later it is let go: its claim must not run out while it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How sending one notice went."""

    notice: Notice
    receipt: str = ""
    error: str = ""
    """Empty: it was taken."""
    for_good: bool = False
    """It will never go out like this."""
    retry_after: float | None = None
    untried: bool = False
    """Its turn did not come in time."""


class Lane:
    """Some threads for everything, some kept free for life safety, which goes before all that waits.

    They die with the process; what they had in hand is in doubt then. ``hand``, ``window`` and ``busy`` are the one thread's
    that hands over and collects.
    """

    def __init__(self, channel: Channel | None, texts: Texts, done: SimpleQueue[Outcome], pace: Pace) -> None:
        self._channel, self._texts, self._done, self._pace = channel, texts, done, pace
        self._turn = threading.Condition()
        self._waiting: list[tuple[tuple[int, int, int], float, Notice]] = []
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._window = pace.at_once
        self.busy = 0
        """Handed over and not yet collected."""

    def window(self) -> int:
        """How many to take in hand at a time: more as long as they are done by the next look, fewer when they wait."""
        with self._turn:
            waiting = len(self._waiting)
        if not waiting:
            self._window = min(self._pace.in_hand, self._window * 2)
        elif waiting > self._window // 2:
            self._window = max(self._pace.at_once, self._window // 2)
        return self._window

    def hand(self, notice: Notice) -> None:
        """To be sent as soon as a thread is free."""
        self.busy += 1
        with self._turn:
            heapq.heappush(self._waiting, ((notice.rank, notice.due, notice.id), time.monotonic(), notice))
            self._turn.notify_all()
        if not self._threads:
            everything = [
                threading.Thread(target=self._work, args=(2,), daemon=True) for _ in range(self._pace.at_once)
            ]
            kept_free = [
                threading.Thread(target=self._work, args=(0,), daemon=True) for _ in range(self._pace.kept_free)
            ]
            self._threads = everything + kept_free
            for thread in self._threads:
                thread.start()

    def close(self, patience: float) -> None:
        """Begin nothing more, and wait so many seconds for what is under way."""
        with self._turn:
            self._closed = True
            left, self._waiting = self._waiting, []
            self._turn.notify_all()
        for _, _, notice in left:
            self._done.put(Outcome(notice=notice, untried=True))
        end = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _work(self, worst_rank: int) -> None:
        while (taken := self._next(worst_rank)) is not None:
            self._done.put(self._outcome(*taken))

    def _next(self, worst_rank: int) -> tuple[float, Notice] | None:
        with self._turn:
            while not (self._waiting and self._waiting[0][0][0] <= worst_rank):
                if self._closed:
                    return None
                self._turn.wait()
            _, handed, notice = heapq.heappop(self._waiting)
            return handed, notice

    def _outcome(self, handed: float, notice: Notice) -> Outcome:
        if time.monotonic() - handed > PATIENCE:
            return Outcome(notice=notice, untried=True)
        if self._channel is None:
            return Outcome(notice=notice, error=f"this house has no channel {notice.channel!r}", for_good=True)
        try:
            receipt = self._channel.send(self._texts.message(notice))
        except NoText as error:
            return Outcome(notice=notice, error=_told(error), for_good=True)
        except Refused as error:
            return Outcome(notice=notice, error=_told(error), for_good=True)
        except NotNow as error:
            return Outcome(notice=notice, error=_told(error), retry_after=error.retry_after)
        except Exception as error:  # noqa: BLE001 - whatever a channel raises, the others go on
            return Outcome(notice=notice, error=f"{type(error).__name__}: {_told(error)}")
        return Outcome(notice=notice, receipt=receipt.id)


def _told(error: Exception) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:LONGEST_ERROR]
