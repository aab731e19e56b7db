"""Escalation chains: whom to tell, by which channels, after how long without an answer, how often. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from facility.alert import Severity
from facility.chain_run import ChainRun, Turn
from facility.text import Text


class About(StrEnum):
    """What a chain is for."""

    ALARM = "alarm"
    """An alert, or a work order that nobody has taken: it runs until somebody answers."""
    CLOCK_WARNING = "clock-warning"
    CLOCK_BREACH = "clock-breach"
    ORDER_DISPATCHED = "order-dispatched"
    ORDER_RETURNED = "order-returned"
    DUTY = "duty"
    """A duty that falls due soon, or is late and can still be done."""
    NEWS = "news"
    """Whatever else another part of the product has to tell."""


RUNNING = frozenset({About.ALARM})
"""These go on by levels until somebody answers; the others tell their people once."""


class WhomKind(StrEnum):
    """How a level names people."""

    ON_DUTY = "on-duty"
    """On duty in the team, or in any where none is named."""
    NEXT = "next"
    """Whoever in the team comes on duty next."""
    TEAM = "team"
    """Everybody in the team, on duty or not."""
    SKILL = "skill"
    """On duty, with the skill."""
    PERSON = "person"
    ROOM = "room"
    """Nobody in particular: a channel that many read, such as a group's robot."""
    MANAGER = "manager"
    CONTRACTOR = "contractor"
    """A contractor's team: whoever of them is on duty, else its own telephone."""
    ASSIGNEE = "assignee"
    """Whoever the work order is given to."""
    DOER = "doer"
    """Whoever is named for the duty; else its team: whoever is on duty, or comes next."""


NEEDS_NAME = frozenset(
    {WhomKind.NEXT, WhomKind.TEAM, WhomKind.SKILL, WhomKind.PERSON, WhomKind.CONTRACTOR, WhomKind.ROOM},
)
TAKES_NAME = NEEDS_NAME | {WhomKind.ON_DUTY}


@dataclass(frozen=True, slots=True)
class Whom:
    """``on-duty:engineering`` · ``skill:electrical`` · ``manager``"""

    kind: WhomKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


def whom(text: str) -> Whom:
    """One entry of a level's ``whom``. Raises ``ValueError`` that says what is allowed."""
    kind, colon, name = (part.strip() for part in text.partition(":"))
    if kind not in set(WhomKind):
        raise ValueError(f"{text!r} names nobody; allowed: {ALLOWED_WHOM}")
    found = Whom(WhomKind(kind), name)
    if bool(colon) != bool(name) or (name and found.kind not in TAKES_NAME) or (found.kind in NEEDS_NAME and not name):
        raise ValueError(f"{text!r} names nobody; allowed: {ALLOWED_WHOM}")
    return found


ALLOWED_WHOM = (
    "on-duty, on-duty:TEAM, next:TEAM, team:TEAM, skill:SKILL, person:ID, contractor:TEAM, "
    "room:CHANNEL, manager, assignee, doer"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One step of a chain."""

    whom: tuple[Whom, ...]
    by: tuple[str, ...]
    """Channels; whoever has an account finds it in their own list as well."""
    after: int = 0
    """How long after the level before (after the beginning, for the first), when nobody has answered."""
    every: int = 0
    """It tells them again so often; 0: once."""
    times: int = 0
    """How often in all; 0: until somebody answers."""
    most: int = 0
    """So many people at most, those to call first first; 0: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One file."""

    id: str
    version: str
    title: Text
    about: About = About.ALARM
    classes: tuple[str, ...] = ()
    """Classes of work; empty: all."""
    severities: tuple[Severity, ...] = ()
    """Empty: all."""
    life_safety: bool | None = None
    """Only life safety, only what is not, or (None) both."""
    levels: tuple[Level, ...]
    when_over: bool = False
    """It goes on when the thing is normal again and nobody has answered."""
    quiet: bool = True
    """Quiet hours of people who are not on duty are kept. Never for life safety."""
    digest: tuple[int, ...] = ()
    """Local minutes of the day at which what came together goes out as one; empty: each by itself. Never for life safety."""
    path: str = ""
    text: str = ""

    def fits(self, kind: str, severity: Severity, *, life_safety: bool) -> bool:
        """Whether it is for such a thing."""
        return (
            (not self.classes or kind in self.classes)
            and (not self.severities or severity in self.severities)
            and self.life_safety in (None, life_safety)
        )

    @property
    def closeness(self) -> tuple[bool, bool, int]:
        """How closely it says what it is for: of those that fit, the greatest decides."""
        return self.life_safety is not None, bool(self.classes), -len(self.severities or tuple(Severity))


class Firing(NamedTuple):
    """A level tells its people."""

    level: int
    told: int
    """For the how-many-eth time, from 1."""
    planned: int
    """When it was to be."""


def pick(
    chains: Mapping[str, Chain],
    kind: str,
    severity: Severity,
    *,
    life_safety: bool,
    about: About = About.ALARM,
    named: str = "",
) -> Chain | None:
    """The chain for such a thing: the one that its class of work names, if it is for so urgent a thing; else the closest."""
    own = chains.get(named)
    if own is not None and replace(own, classes=()).fits(kind, severity, life_safety=life_safety):
        return own
    fitting = [
        chain
        for chain in chains.values()
        if chain.about is about and chain.fits(kind, severity, life_safety=life_safety)
    ]
    return max(sorted(fitting, key=lambda chain: chain.id), key=lambda chain: chain.closeness, default=None)


def begin(chain: Chain, cause: str, at: int, *, severity: Severity, life_safety: bool) -> ChainRun:
    """A run that has told nobody yet."""
    return ChainRun(
        cause=cause,
        chain=chain.id,
        chain_version=chain.version,
        severity=severity,
        life_safety=life_safety,
        began=at,
        level_at=at + chain.levels[0].after,
    )


def begin_again(run: ChainRun, chain: Chain, at: int, severity: Severity) -> ChainRun:
    """After a rise in severity: from the first level, perhaps along another chain."""
    return replace(
        run,
        chain=chain.id,
        chain_version=chain.version,
        severity=severity,
        began=at,
        round=run.round + 1,
        level=-1,
        level_at=at + chain.levels[0].after,
        turns=(),
    )


def go_on(run: ChainRun, chain: Chain, now: int) -> tuple[ChainRun, list[Firing]]:
    """What falls due by ``now``, in order. Of repeats that were slept through only one is made up for."""
    fired: list[Firing] = []
    turns = []
    for turn in run.turns:
        again, after = _repeat(turn, chain, now)
        fired += again
        turns.append(after)
    level, level_at = run.level, run.level_at
    while level_at is not None and level_at <= now:
        level += 1
        if level >= len(chain.levels):
            # The file has fewer levels than it had when the run began.
            level, level_at = len(chain.levels) - 1, None
            break
        fired.append(Firing(level, 1, level_at))
        turns.append(_first(level, chain.levels[level], level_at, now))
        level_at = level_at + chain.levels[level + 1].after if level + 1 < len(chain.levels) else None
    fired.sort(key=lambda firing: (firing.planned, firing.level))
    return replace(run, level=level, level_at=level_at, turns=tuple(turns)), fired


def pass_on(run: ChainRun, now: int) -> ChainRun:
    """The level reached nobody: the next one does not wait."""
    return run if run.level_at is None else replace(run, level_at=min(run.level_at, now))


def stop(run: ChainRun, at: int, why: str) -> ChainRun:
    """It tells nobody any more."""
    return replace(run, ended=at, why=why)


def _first(number: int, level: Level, at: int, now: int) -> Turn:
    if not level.every or level.times == 1:
        return Turn(level=number, told=1, next=None)
    return Turn(level=number, told=1, next=_after(at, level.every, now))


def _repeat(turn: Turn, chain: Chain, now: int) -> tuple[list[Firing], Turn]:
    level = chain.levels[turn.level] if turn.level < len(chain.levels) else None
    if level is None or not level.every:
        return [], replace(turn, next=None)
    if turn.next is None or turn.next > now:
        return [], turn
    told = turn.told + 1
    last = bool(level.times) and told >= level.times
    return [Firing(turn.level, told, turn.next)], Turn(
        level=turn.level, told=told, next=None if last else _after(turn.next, level.every, now)
    )


def _after(at: int, every: int, now: int) -> int:
    """The first of ``at + every``, ``at + 2 * every`` … that is later than ``now``."""
    return at + every * max(1, (now - at) // every + 1)


def planned(chain: Chain, repeats: int = 1) -> Iterable[tuple[int, Firing]]:
    """Who would be told when, were nobody to answer: (milliseconds from the beginning, firing), each level's first repeats."""
    at = 0
    for number, level in enumerate(chain.levels):
        at += level.after
        yield at, Firing(number, 1, at)
        many = min(repeats, level.times - 1) if level.times else repeats
        for again in range(1, many + 1 if level.every else 1):
            yield at + again * level.every, Firing(number, again + 1, at + again * level.every)
