"""The outbox: takes in hand what is due, has it sent outside of any unit, and marks it after the other side has taken it.

At least once: whoever falls between sending and marking leaves the notice claimed. It is sent again with the same key, and
the doubt is kept with it. Nothing is marked sent that was not, and nothing is forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from queue import Empty, SimpleQueue
from random import SystemRandom

import structlog

from facility.fact import Fact
from facility.instant import MINUTE
from facility.notice import Notice, delivered, given_up, postponed, untried
from notify.channel import Channel
from notify.lane import Lane, Outcome
from notify.pace import NOTE, Health, Pace, read_health
from notify.texts.rendering import Texts
from storage.records.notices import Claim
from storage.records.port import Conflict, Records, Unit

log = structlog.get_logger()

_CHANCE = SystemRandom()
WHO = "system:outbox"
CLAIMED_FOR = 2 * MINUTE
"""Longer than any channel takes: after this a sender that has not said how it went has fallen."""
_PORTION = 500
LIFE_SAFETY_AT_ONCE = 100
"""So many of life safety are taken in hand in a round, however busy the channel is."""


class Outbox:
    """``run`` is an errand's work, called by one thread. ``name`` is this process's for ever; several may share the records.

    ``dice`` gives chance in [0, 1). Raises nothing of what channels raise; ``RecordsUnavailable`` passes through, and what
    was sent meanwhile is marked at the next call.
    """

    def __init__(
        self,
        name: str,
        channels: Mapping[str, Channel],
        texts: Texts,
        *,
        pace: Pace | None = None,
        paces: Mapping[str, Pace] | None = None,
        dice: Callable[[], float] = _CHANCE.random,
    ) -> None:
        self._name, self.me = name, f"{name}/{secrets.token_hex(4)}"
        self._channels, self._texts, self._dice = dict(channels), texts, dice
        self._pace, self._paces = pace or Pace(), dict(paces or {})
        self._done: SimpleQueue[Outcome] = SimpleQueue()
        self._unmarked: list[Outcome] = []
        self._lanes: dict[str, Lane] = {}
        self.health: dict[str, Health] = {}
        self._told: dict[str, Health] = {}
        self._begun = False

    def run(self, records: Records, now: int) -> bool:
        """One round: mark what is done, take in hand what is due. Returns whether there may be more to do at once."""
        if not self._begun:
            self._begin(records)
        marked = self._collect()
        if self._unmarked:
            with records.begin() as unit:
                self._mark(unit, now)
            self._unmarked = []
        return bool(self._hand_over(records, now)) or marked

    def close(self, patience: float = 5.0) -> None:
        """Begin nothing more; wait a little for what is under way. What is not marked then is sent again by the next process."""
        for lane in self._lanes.values():
            lane.close(patience)

    def last_marks(self, records: Records, now: int) -> None:
        """After ``close``: what came to an end meanwhile is marked."""
        if self._collect():
            with records.begin() as unit:
                self._mark(unit, now)
            self._unmarked = []

    @property
    def busy(self) -> int:
        """How many are under way."""
        return sum(lane.busy for lane in self._lanes.values())

    def _begin(self, records: Records) -> None:
        """What an earlier life of this process had in hand is free again, in doubt."""
        with records.begin() as unit:
            taken = unit.notices.take_over(self._name, self.me)
            self.health = {name: read_health(name, unit.notes.get(NOTE + name)) for name in self._channels}
        if taken:
            log.warning("an earlier life of this process fell while it was sending", notices=taken)
        self._told, self._begun = dict(self.health), True

    def _collect(self) -> bool:
        before = len(self._unmarked)
        try:
            while len(self._unmarked) < _PORTION:
                outcome = self._done.get_nowait()
                self._lanes[outcome.notice.channel].busy -= 1
                self._unmarked.append(outcome)
        except Empty:
            pass
        return len(self._unmarked) > before

    def _mark(self, unit: Unit, now: int) -> None:
        """Facts last: on PostgreSQL the chain of facts is held from the first one to the commit."""
        facts = [fact for outcome in self._unmarked for fact in self._mark_one(unit, outcome, now)]
        for name, health in self.health.items():
            if _worth_telling(self._told.get(name), health):
                unit.notes.put(NOTE + name, health.note())
                self._told[name] = health
        for fact in facts:
            unit.facts.append(fact)

    def _mark_one(self, unit: Unit, outcome: Outcome, now: int) -> Iterable[Fact]:
        if not outcome.untried:
            self._note_health(outcome, now)
        before = outcome.notice
        try:
            after = unit.notices.update(self._marked(before, outcome, now))
        except Conflict:
            # Somebody acknowledged or dropped it, or took it over, while it was under way.
            before = unit.notices.get(before.id)
            after = unit.notices.update(self._marked(before, outcome, now))
        if after.state is not before.state or after.sent != before.sent:
            yield _fact(before, after, outcome, now)

    def _marked(self, notice: Notice, outcome: Outcome, now: int) -> Notice:
        pace = self._pace_of(notice.channel)
        if outcome.untried:
            return untried(notice)
        if not outcome.error:
            return delivered(notice, now, outcome.receipt)
        if outcome.for_good or pace.is_over(notice, now):
            return given_up(notice, outcome.error)
        return postponed(notice, outcome.error, now + pace.wait(notice, self._dice(), outcome.retry_after))

    def _note_health(self, outcome: Outcome, now: int) -> None:
        name = outcome.notice.channel
        health = self.health.get(name, Health(channel=name))
        if not outcome.error:
            self.health[name] = health.worked(now)
        elif not outcome.for_good:
            self.health[name] = health.failed(now, outcome.error, self._pace_of(name))
        else:
            # It was refused for what it is: the channel itself works.
            self.health[name] = replace(health, error=outcome.error, failed_at=now)

    def _hand_over(self, records: Records, now: int) -> int:
        with records.read() as unit:
            due = unit.notices.channels_due(now)
        wanted = {name: self._room(name, now) for name in sorted(due, key=lambda name: (due[name], name))}
        wanted = {name: room for name, room in wanted.items() if room or due[name] == 0}
        if not wanted:
            return 0
        claim = Claim(by=self.me, now=now, until=now + CLAIMED_FOR)
        claimed: list[Notice] = []
        with records.begin() as unit:
            for name, room in wanted.items():
                urgent = unit.notices.claim(name, claim, LIFE_SAFETY_AT_ONCE, ranks=(0,))
                ordinary = unit.notices.claim(name, claim, room, ranks=(1, 2)) if room else []
                claimed += urgent + ordinary
        for notice in claimed:
            self._lane(notice.channel).hand(notice)
        return len(claimed)

    def _room(self, name: str, now: int) -> int:
        lane = self._lane(name)
        return self.health.get(name, Health(channel=name)).room(lane.window(), lane.busy, now)

    def _pace_of(self, name: str) -> Pace:
        return self._paces.get(name, self._pace)

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            self._lanes[name] = Lane(self._channels.get(name), self._texts, self._done, self._pace_of(name))
        return self._lanes[name]


def _worth_telling(before: Health | None, after: Health) -> bool:
    """Every failure and the end of failing; of a channel that works, once a minute is enough."""
    if before is None or before.failures != after.failures or before.failed_at != after.failed_at:
        return True
    return (after.worked_at or 0) - (before.worked_at or 0) >= MINUTE


def _fact(before: Notice, after: Notice, outcome: Outcome, now: int) -> Fact:
    what = "sent" if not outcome.error else "undeliverable" if after.state.value == "dead" else "not-sent"
    data = {
        "cause": after.cause,
        "person": after.person,
        "channel": after.channel,
        "attempts": after.attempts,
        "doubt": after.doubt,
        "life_safety": after.life_safety,
        "test": after.test,
    }
    return Fact(
        at=now,
        noun="notice",
        subject=str(after.id),
        what=what,
        before=before.state.value,
        after=after.state.value,
        why=outcome.error,
        who=WHO,
        data=data,
    )
