"""How devices behave: who sends without end, and who speaks for others. What is told of it is over after a quiet time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collector.thinning import RATE
from facility.instant import DAY, MINUTE

CALM = 5 * MINUTE
"""A device that has sent no more than it may for so long has stopped sending without end."""
QUIET = DAY
"""So long after its last message under another's name nobody need look any more; before, only the register ends it."""
KEPT = 100
"""Of each; the ones that were heard of longest ago give way."""
CLAIMS = 20


class Claim(NamedTuple):
    """Whoever the topic says spoke as another device."""

    source: str
    speaker: str
    claimed: str


@dataclass(slots=True)
class _Excess:
    """One device that sends more than it may."""

    last: int
    thinned: int = 0
    told: bool = False
    """It lasts: once told, until it is over."""
    before: int = 0
    """Readings a minute as an earlier life of this process counted them; until there are newer ones."""
    seconds: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=120))

    def a_minute(self) -> int:
        """Readings in the last minute in which it sent any too many."""
        return sum(sent for at, sent in self.seconds if self.last - at < MINUTE) or self.before


@dataclass(slots=True)
class _Claims:
    """All that one speaker claimed."""

    last: int
    messages: int = 0
    claimed: dict[str, None] = field(default_factory=dict)


class Conduct:
    """Kept between starts by ``note`` and ``load``. Read by whoever raises alerts of it."""

    def __init__(self, rate: int = RATE) -> None:
        self._limit = rate * MINUTE // 1_000
        self._excesses: dict[str, _Excess] = {}
        self._claims: dict[tuple[str, str], _Claims] = {}

    def sent(self, device: str, at: int, readings: int, dropped: int) -> None:
        """Of one second; it is worth telling when a minute's worth of what is always kept has come."""
        found = self._excesses.pop(device, None) or _Excess(at)
        self._excesses[device] = found
        found.last, found.thinned = at, found.thinned + dropped
        if found.seconds and found.seconds[-1][0] == at:
            readings += found.seconds.pop()[1]
        found.seconds.append((at, readings))
        found.told = found.told or found.a_minute() >= self._limit
        _oldest_goes(self._excesses)

    def claimed(self, claims: Iterable[Claim], now: int) -> None:
        """By one message, which was refused for it."""
        for speaker in {claim[:2]: None for claim in claims}:
            found = self._claims.pop(speaker, None) or _Claims(now)
            self._claims[speaker] = found
            found.last, found.messages = now, found.messages + 1
            found.claimed |= {claim.claimed: None for claim in claims if claim[:2] == speaker}
            while len(found.claimed) > CLAIMS:
                del found.claimed[next(iter(found.claimed))]
            _oldest_goes(self._claims)

    def allow(self, may: Callable[[Claim], bool]) -> None:
        """The register has changed: what is allowed now was no offence."""
        for (source, speaker), found in list(self._claims.items()):
            found.claimed = {one: None for one in found.claimed if not may(Claim(source, speaker, one))}
            if not found.claimed:
                del self._claims[source, speaker]

    def note(self, now: int) -> dict[str, Any]:
        """What there is to tell, as JSON values."""
        self._excesses = {name: one for name, one in self._excesses.items() if now - one.last < CALM}
        self._claims = {name: one for name, one in self._claims.items() if now - one.last < QUIET}
        return {
            "floods": [
                {"device": device, "a_minute": one.a_minute(), "thinned": one.thinned, "last": one.last}
                for device, one in self._excesses.items()
                if one.told
            ],
            "claims": [
                {
                    "source": source, "speaker": speaker, "claimed": list(one.claimed), "messages": one.messages,
                    "last": one.last,
                }
                for (source, speaker), one in self._claims.items()
            ],
        }  # fmt: skip

    def load(self, note: Mapping[str, Any]) -> None:
        """As an earlier life of this process left it: a restart ends nothing."""
        for row in note.get("floods", ()):
            found = _Excess(row["last"], row["thinned"], told=True, before=row["a_minute"])
            self._excesses[row["device"]] = found
        for row in note.get("claims", ()):
            claimed = dict.fromkeys(row["claimed"])
            self._claims[row["source"], row["speaker"]] = _Claims(row["last"], row["messages"], claimed)


def _oldest_goes(found: dict[Any, Any]) -> None:
    """The one that was touched longest ago stands first."""
    if len(found) > KEPT:
        del found[next(iter(found))]
