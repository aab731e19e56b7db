"""What must be there at the end, and what is: pure, so that its own tests can lose, double and alter things on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.faults.town import CLEAR, HOLD, LIMIT, Message, Told


class Stored(NamedTuple):
    """A reading as a store has it."""

    point: str
    at: int
    value: float
    good: bool = True


class Raised(NamedTuple):
    """An alert as the records have it: the rule's only, and none of our own troubles."""

    point: str
    started: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the stores hold."""

    readings: Sequence[Stored] = ()
    alerts: Sequence[Raised] = ()
    letters: Sequence[bytes] = ()
    broken_fact: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Figures, and what is wrong. ``lost_with_broker`` is what a broker that keeps queues in memory took with it: never ours."""

    acknowledged: int
    stored: int
    lost_with_broker: int
    alerts_wanted: int
    alerts_found: int
    letters_wanted: int
    letters_found: int
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """What kind of wrong → which."""

    @property
    def good(self) -> bool:
        """Nothing is lost, doubled, altered or made up."""
        return not self.wrong

    def count(self, kind: str) -> int:
        """How many of that kind."""
        return len(self.wrong.get(kind, []))


def judge(issued: Sequence[Message], acknowledged: set[int], doubtful: set[int], found: Found) -> Verdict:
    """``acknowledged``: numbers of messages. ``doubtful``: those that the broker may have lost when it was killed."""
    certain = acknowledged - doubtful
    sure = {told for m in issued if m.number in certain for told in m.readings}
    perhaps = {told for m in issued if m.number in acknowledged for told in m.readings} - sure
    known = {(told.point, told.at): told for m in issued for told in m.readings}
    here = {Told(s.point, s.at, s.value) for s in found.readings}
    # What is missing is counted once, as missing: alerts are held against what is there, and what was promised.
    wanted = sorted(Raised(point, start) for point, start in conditions(here | sure))
    poison = {m.payload for m in issued if m.poison and m.number in certain}
    letters = set(found.letters)
    wrong = {
        "missing": [str(told) for told in sorted(sure - here)],
        "doubled": _twice((s.point, s.at) for s in found.readings),
        "altered": [str(s) for s in found.readings if (s.point, s.at) in known and not _as_issued(s, known)],
        "made up": [str(s) for s in found.readings if (s.point, s.at) not in known],
        "alerts missing": [str(one) for one in wanted if one not in found.alerts],
        "alerts uncalled for": [str(one) for one in sorted(set(found.alerts)) if one not in wanted],
        "alerts doubled": _twice(found.alerts),
        "letters missing": [repr(one) for one in sorted(poison - letters)],
        "letters uncalled for": [repr(one) for one in sorted(letters - {m.payload for m in issued if m.poison})],
        "facts broken": [] if found.broken_fact is None else [str(found.broken_fact)],
    }
    return Verdict(
        acknowledged=len(sure | perhaps),
        stored=len(here),
        lost_with_broker=len(perhaps - here),
        alerts_wanted=len(wanted),
        alerts_found=len(found.alerts),
        letters_wanted=len(poison),
        letters_found=len(letters),
        wrong={kind: which for kind, which in wrong.items() if which},
    )


def _as_issued(one: Stored, known: dict[tuple[str, int], Told]) -> bool:
    return one.good and known[one.point, one.at].value == one.value


def _twice(things: Iterable[object]) -> list[str]:
    return [str(thing) for thing, times in Counter(things).items() if times > 1]


def conditions(readings: Iterable[Told]) -> Iterator[tuple[str, int]]:
    """(point, first bad reading) of each time in which a point was in breach for the hold: told from the values alone."""
    start: int | None = None
    good_since: int | None = None
    raised, point = False, ""
    for told in sorted(readings):
        if told.point != point:
            point, start, good_since, raised = told.point, None, None, False
        if told.value > LIMIT:
            start = told.at if start is None else start
            good_since = None
            if not raised and told.at - start >= HOLD:
                raised = True
                yield point, start
        elif not raised:
            start = None
        else:
            good_since = told.at if good_since is None else good_since
            if told.at - good_since >= CLEAR:
                raised, start = False, None


class Kill(NamedTuple):
    """Of a broker that keeps its queues in memory between two saves; wall clock in seconds."""

    saved: float
    """A little before its last save began."""
    up: float
    """When it was there again."""
    taken: frozenset[bytes]
    """Payloads that Dutyroom had acknowledged to it by then."""


def in_doubt(issued: Sequence[Message], acknowledged: dict[int, float], kills: Sequence[Kill]) -> set[int]:
    """Messages that were the broker's alone when it was killed: acknowledged after its last save, and not yet taken over."""
    return {
        message.number
        for message in issued
        for kill in kills
        if kill.saved <= acknowledged.get(message.number, 0.0) <= kill.up and message.payload not in kill.taken
    }
