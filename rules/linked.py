"""Follows links that are lost and come back: what it means for this batch, and the alerts of it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from facility.alert import Alert, Condition, again, returned
from rules.engine import Engine
from rules.judging import Outcome
from rules.levels import family
from rules.links import (
    BROKER_RULE,
    CUT_FOR,
    GATEWAY,
    GATEWAY_RULE,
    Gateway,
    Links,
    broker_alert,
    gateway_alert,
    heard_since,
    lost_since,
)
from rules.memory import Memory
from rules.record import Key, Recorder
from rules.respond import alert_fact
from rules.rule import Rule
from rules.timeline import Move, Transition, What


@dataclass(slots=True, kw_only=True)
class LinkChanges:
    """What became of gateways."""

    lost: dict[str, int] = field(default_factory=dict)
    """Newly lost → since when."""
    regained: list[str] = field(default_factory=list)
    inhibited: dict[int, str] = field(default_factory=dict)
    """Row → the lost gateway whose alert stands for it."""
    released: list[int] = field(default_factory=list)
    """Rows that are still silent though their gateway is back: each gets an alert of its own now."""


def by_the_clock(known: Mapping[str, Gateway], memory: Memory, links: Links, outcome: Outcome, now: int) -> LinkChanges:
    """What the tick finds."""
    firing = _firing(memory, outcome) if known else frozenset()
    found = LinkChanges(
        regained=[
            name for name, since in links.lost.items() if name not in known or heard_since(known[name], memory, since)
        ]
    )
    for name, gateway in known.items():
        since = None if name in links.lost else lost_since(gateway, memory, now, firing)
        if since is not None:
            found.lost[name] = since
    return _stands(found, known, links)


def by_word(known: Mapping[str, Gateway], memory: Memory, links: Links, outcome: Outcome, now: int) -> LinkChanges:
    """What a batch finds: a gateway, or somebody for it, said that all behind it is gone."""
    if not any(move.transitions for move in outcome.moves):
        return LinkChanges()
    fell = {move.row for move in outcome.moves if move.after.firing}
    told = [name for name, gateway in known.items() if name not in links.lost and fell & gateway.grouped]
    firing = _firing(memory, outcome) if told else frozenset()
    lost = {name: now for name in told if firing.issuperset(known[name].rows.tolist())}
    return _stands(LinkChanges(lost=lost), known, links)


def _firing(memory: Memory, outcome: Outcome) -> frozenset[int]:
    tracks = memory.tracks | {move.row: move.after for move in outcome.moves}
    return frozenset(row for row, track in tracks.items() if track.firing)


def _stands(found: LinkChanges, known: Mapping[str, Gateway], links: Links) -> LinkChanges:
    lost = (links.lost.keys() | found.lost.keys()) - set(found.regained)
    found.inhibited = {row: name for name in lost if name in known for row in known[name].grouped}
    return found


def released(  # noqa: PLR0917 - what is known of links, and when
    engine: Engine,
    known: Mapping[str, Gateway],
    memory: Memory,
    links: Links,
    changes: LinkChanges,
    opened: Container[Key],
    now: int,
) -> list[int]:
    """What still says nothing, though its gateway has been back for as long as its silence may last, and has no alert yet."""
    behind = {row: name for name, gateway in known.items() for row in gateway.grouped}
    return [
        row
        for row, track in memory.tracks.items()
        if row in behind and row not in changes.inhibited and behind[row] not in changes.regained and track.firing
        if now - max(links.back.get(behind[row], 0), _since(engine, memory, row)) >= _allowed(engine, row)
        if _key(engine, row) not in opened
    ]


def _since(engine: Engine, memory: Memory, row: int) -> int:
    group = engine.group_of(row)
    return int(memory.since[group.point[row - group.base]])


def _key(engine: Engine, row: int) -> Key:
    rule, point = engine.of(row)
    return family(rule.id), point.id


def _allowed(engine: Engine, row: int) -> int:
    group = engine.group_of(row)
    return int(group.limits.after[row - group.base])


class LinkRecorder(Recorder):
    """As the recorder, for links."""

    def follow(self, found: LinkChanges, outcome: Outcome, known: Mapping[str, Gateway], memory: Memory) -> None:
        """Write what became of gateways, and take from ``outcome`` what their alerts stand for."""
        for name, since in found.lost.items():
            self._lose(known[name], since)
        for name in found.regained:
            self._regain(name, known.get(name))
        for row in found.released:
            self._release(row, memory)
        outcome.moves = [self._instead(move, found.inhibited) for move in outcome.moves]

    def _lose(self, gateway: Gateway, since: int) -> None:
        self._raise_link(gateway_alert(gateway, self._engine, since, self._now), GATEWAY_RULE)
        for row in sorted(gateway.grouped):
            self._set_suppressed(self._key(row), GATEWAY)

    def _raise_link(self, draft: Alert, rule: Rule) -> None:
        key = (draft.rule, draft.point)
        alert = self._open_alert(key)
        if alert is None:
            after = self._unit.alerts.open(self._aside.at_raise(draft))
        else:
            after = replace(again(alert), behind=draft.behind, title=draft.title)
        what, before = ("raised", "normal") if alert is None else ("re-raised", alert.state)
        fact = alert_fact(after, what, before, self._now)
        self._unit.facts.append(replace(fact, data={**fact.data, "behind": list(after.behind)}))
        self.open[key] = self._unit.alerts.update(self._with_work_order(after, rule)).id

    def _regain(self, name: str, gateway: Gateway | None) -> None:
        self._return_link((GATEWAY, name), "" if gateway else "nothing is behind it any more")
        for row in sorted(gateway.grouped if gateway else ()):
            self._set_suppressed(self._key(row), "")

    def _return_link(self, key: Key, why: str = "") -> None:
        alert = self._open_alert(key)
        if alert is None or alert.condition is Condition.NORMAL:
            return
        after = self._unit.alerts.update(returned(alert, self._now))
        self._fact(after, "returned", alert.state, why)
        if not after.open:
            self.open[key] = None

    def _set_suppressed(self, key: Key, by: str) -> None:
        alert = self._open_alert(key)
        if alert is None or alert.suppressed_by not in (GATEWAY, "") or alert.suppressed_by == by:
            return
        after = self._unit.alerts.update(replace(alert, suppressed_by=by))
        self._fact(after, "suppressed" if by else "unsuppressed", alert.state, by or GATEWAY)

    def _instead(self, move: Move, inhibited: Mapping[int, str]) -> Move:
        """A point behind a lost gateway falls silent: it is known there, and makes no alert of its own."""
        key = self._key(move.row)
        falls = bool(move.transitions) and move.transitions[0].what is What.RAISED
        if move.row not in inhibited or not falls or self._open_alert(key) is not None:
            return move
        alert = self.open.get((GATEWAY, inhibited[move.row])) or self._known.get((GATEWAY, inhibited[move.row])) or 0
        self._around[key] = [(move.after.last, alert)]
        return move._replace(transitions=())

    def _release(self, row: int, memory: Memory) -> None:
        track = memory.track(row)
        alert = self._raise(row, Transition(What.RAISED, track, None))
        self._unit.alerts.update(self._with_work_order(alert, self._engine.of(row)[0]))
        self.open[self._key(row)] = alert.id
        rule, point = self._row_key(row)
        for breach in self._unit.breaches.about(rule, point, self._now, self._now):
            self._unit.breaches.update(replace(breach, alert=alert.id))

    def broker(self, worker: str, links: Links) -> None:
        """The alert of the collector's own link."""
        key = (BROKER_RULE.id, worker)
        if links.cut is None:
            self._return_link(key)
        elif self._now - links.cut >= CUT_FOR:
            alert = self._open_alert(key)
            if alert is None or alert.condition is Condition.NORMAL:
                self._raise_link(broker_alert(worker, links.cut, self._now), BROKER_RULE)
