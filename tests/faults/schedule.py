"""Which fault comes when: a deck is shuffled by the seed and dealt until the time is over. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORKER, RESPONDER, API, BROKER, INFLUX, POSTGRES = "worker", "responder", "api", "broker", "influx", "postgres"
OURS = (WORKER, RESPONDER, API)
LONGEST = 30.0
"""Seconds that a fault lasts at most; in short runs less."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to what, ``after`` seconds since the start, for ``seconds``."""

    after: float
    kind: str
    seconds: float


def deck(servers: Sequence[str], *, disks: bool) -> list[str]:
    """One of everything; kills three times, for they are what happens most."""
    kinds = [f"kill {part}" for part in (*OURS, *servers) for _ in range(3)] + ["kill all"]
    kinds += [f"pause {part}" for part in (*OURS, *servers)] + ["clock +1 h", "clock -1 h"]
    kinds += [f"{how} {server}" for server in servers for how in ("cut", "slow", "half-open", "reset")]
    kinds += ["starve influx"] if INFLUX in servers else []
    kinds += ["restart postgres in a transaction"] if POSTGRES in servers else []
    kinds += ["fill disk"] if disks else []
    return kinds


def schedule(seed: int, minutes: float, kinds: Sequence[str], every: float | None = None) -> Iterator[Fault]:
    """Faults overlap as they come. ``every``: seconds between two on average; by default so that a short run sees many."""
    chance = random.Random(f"faults/{seed}")
    longest = min(LONGEST, minutes * 60 / 8)
    gap = every if every is not None else min(6.0, max(1.0, minutes * 60 / 30))
    after, waiting = gap, list[str]()
    while after < minutes * 60:
        if not waiting:
            waiting = chance.sample(list(kinds), len(kinds))
        kind = waiting.pop()
        yield Fault(round(after, 2), kind, round(_length(kind, longest, chance), 2))
        after += chance.uniform(0.2, 1.8) * gap


def _length(kind: str, longest: float, chance: random.Random) -> float:
    """A kill: until it is started again, as a service manager does. A pause always as long as may be."""
    if kind.startswith("kill"):
        return chance.uniform(0.1, 2.0)
    if kind.startswith("pause"):
        return longest
    return chance.uniform(0.3, 1.0) * longest


class NoSuchFault(Exception):
    """Says what is allowed."""


def whole() -> list[str]:
    """Every kind that there is anywhere."""
    return deck((BROKER, INFLUX, POSTGRES), disks=True)


def parse_only(text: str, kinds: Sequence[str]) -> list[str]:
    """``kill,pause worker`` → the kinds that are meant. Raises ``NoSuchFault``."""
    chosen = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        meant = [kind for kind in kinds if kind == word or kind.startswith(f"{word} ")]
        if not meant:
            allowed = ", ".join(dict.fromkeys(kinds))
            raise NoSuchFault(f"{word!r} is no kind of fault here; allowed: {allowed}, or the first word of one")
        chosen += meant
    return chosen
