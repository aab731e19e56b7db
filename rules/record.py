"""Writes what was found: alerts, work orders, facts and tracks, in the caller's unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from facility.alert import QUIET, Alert, Condition, Track, returned
from facility.breach import Breach
from facility.point import Point
from facility.text import Text
from rules.aside import Aside, read_aside
from rules.engine import Engine
from rules.inhibit import Inhibitor
from rules.judging import Outcome
from rules.levels import family, raised_by
from rules.orders import Orders
from rules.respond import (
    alert_fact,
    at_level,
    is_late,
    moved,
    new_alert,
)
from rules.rule import Rule
from rules.timeline import Move, Transition, What
from storage.records.port import NotFound, Unit

Key = tuple[str, str]
"""(rule, point)"""


class Recorder:
    """One unit of work's writing. ``open`` holds what is open after it: (rule, point) → alert, None where it closed."""

    def __init__(self, unit: Unit, engine: Engine, known: Mapping[Key, int | None], now: int) -> None:
        self._unit, self._engine, self._known, self._now = unit, engine, known, now
        self.open: dict[Key, int | None] = {}
        self._around: dict[Key, list[tuple[int, int]]] = {}
        self._parts: dict[int, str] = {}
        """For rows of rules that put several together: what they consist of."""
        self.errors: dict[str, str] = {}

    def write(self, outcome: Outcome) -> None:
        """Everything that was found, what happened first first."""
        for move in sorted(outcome.eventful, key=self._turn):
            self._write_move(move)
        if any(self._row_key(move.row)[0] in self._engine.inhibitors for move in outcome.eventful):
            self._inhibitor.look_again(self.order_for)
        self._unit.breaches.add([breach for move in outcome.found for breach in self._breaches(move)])
        tracks = {self._row_key(move.row): move.after for move in outcome.moves}
        if tracks:
            self._unit.alerts.put_tracks(tracks)

    def _turn(self, move: Move) -> tuple[bool, int]:
        """What explains others goes first: nobody is called for what it explains."""
        return self._row_key(move.row)[0] not in self._engine.inhibitors, move.transitions[0].track.last

    def retire(self, gone: Iterable[Key]) -> None:
        """Rules or points that are no longer there: their alerts are returned, and it is said why."""
        keys = sorted(gone)
        for rule, point in keys:
            alert = self._open_alert((rule, point))
            if alert is not None and alert.condition is not Condition.NORMAL:
                self._retire(alert, self._why_gone(rule, point))
            self._unit.breaches.end(rule, point, self._now, self._now)
        if keys:
            self._unit.alerts.put_tracks(dict.fromkeys(keys, QUIET))

    def _why_gone(self, rule: str, point: str) -> str:
        if point not in self._engine.index:
            return "point retired"
        if rule not in self._engine.rule_index:
            return "rule retired"
        return "point retired" if self._engine.row(rule, point) is None else "level retired"

    def _retire(self, alert: Alert, why: str) -> None:
        after = self._unit.alerts.update(returned(alert, self._now))
        self._fact(after, "returned", alert.state, why)
        if not after.open:
            self.open[alert.rule, alert.point] = None

    def look_again(self) -> None:
        """After a change of rules or register: what is inhibited now, and what is no longer."""
        self._inhibitor.look_again(self.order_for)
        self._inhibitor.let_go(self.order_for)

    @cached_property
    def _inhibitor(self) -> Inhibitor:
        """What inhibits what, read when the first such alert is raised."""
        return Inhibitor(self._unit, self._engine, self._now)

    @cached_property
    def _aside(self) -> Aside:
        """Tests and windows, read when the first alert is raised."""
        return read_aside(self._unit, self._engine.register, self._now)

    @cached_property
    def _orders(self) -> Orders:
        """Work orders, looked at when the first alert wants one."""
        return Orders(self._unit, self._engine, self._now)

    def order_for(self, alert: Alert) -> Alert:
        """With its work order, where its rule wants one."""
        number = self._engine.rule_index.get(alert.rule)
        return alert if number is None else self._with_work_order(alert, self._engine.rules[number])

    def _key(self, row: int) -> Key:
        """Under which the alert stands: that of the rule, whichever of its levels the row is."""
        rule, point = self._row_key(row)
        return family(rule), point

    def _row_key(self, row: int) -> Key:
        rule, point = self._engine.of(row)
        return rule.id, point.id

    def _open_alert(self, key: Key) -> Alert | None:
        """As it stands in the store now: people may have acted since."""
        number = self.open.get(key, self._known.get(key))
        if number is None:
            return None
        try:
            alert = self._unit.alerts.get(number)
        except NotFound:
            return None
        return alert if alert.open else None

    def _write_move(self, move: Move) -> None:
        rule, point = self._engine.of(move.row)
        alert = stored = self._open_alert((rule.id, point.id))
        raised = False
        for found, row in zip(move.transitions, move.levels or [move.row] * len(move.transitions), strict=True):
            if alert is None and found.what not in (What.RAISED, What.RAISED_SEVERITY):
                continue  # it was closed by hand while it fired
            if alert is None:
                alert = stored = self._raise(row, found)
            else:
                alert = self._go_on(alert, found, row)
            raised = raised or found.what in (What.RAISED, What.RAISED_SEVERITY)
            self._around.setdefault((rule.id, point.id), []).append((found.track.last, alert.id))
            if not alert.open:
                self._unit.alerts.update(alert)
                alert = stored = None
        if alert is not None:
            wanted = raised and not (is_late(_last_raise(move), self._now) and alert.condition is Condition.NORMAL)
            alert = self._with_work_order(alert, rule) if wanted else alert
            if alert != stored:
                self._unit.alerts.update(alert)
        self.open[rule.id, point.id] = alert.id if alert else None

    def _raise(self, row: int, found: Transition) -> Alert:
        draft = self._inhibitor.at_raise(self._new(row, found), self._engine.of(row)[0])
        alert = self._unit.alerts.open(self._aside.at_raise(draft))
        self._fact(alert, "raised", "normal", self._parts.get(row, ""))
        return alert

    def _go_on(self, alert: Alert, found: Transition, row: int) -> Alert:
        after = moved(alert, found, self._now)
        levelled = self._engine.of(row)[0].id in self._engine.levelled
        if found.what is What.RAISED or (levelled and found.track.firing):
            after = self._at_level(after, found, row)
        match found.what:
            case What.RAISED:
                self._fact(after, "re-raised", alert.state)
            case What.RETURNED:
                self._fact(after, "returned", alert.state)
            case What.RAISED_SEVERITY | What.LOWERED:
                self._fact(after, found.what.value, alert.state)
            case What.MOVED:
                pass
        return after

    def _at_level(self, alert: Alert, found: Transition, row: int) -> Alert:
        """With the version, the severity and the limits that decide now; a rise takes the acknowledgement back."""
        rule, point = self._engine.of(row)
        limit = self._limit_text(rule, point, row, found.track.last)
        raised = raised_by(rule.id)
        after = at_level(alert, rule.severity, self._engine.limits_at(row, found.track.last), limit, raised)
        return after if raised else replace(after, rule_version=rule.version)

    def _new(self, row: int, found: Transition) -> Alert:
        rule, point = self._engine.of(row)
        limits = self._engine.limits_at(row, found.track.raised)
        limit = self._limit_text(rule, point, row, found.track.raised)
        return new_alert(rule, point, self._engine.register, found=found, limits=limits, limit=limit, now=self._now)

    def _limit_text(self, rule: Rule, point: Point, row: int, at: int) -> Text:
        limits = self._engine.limits_at(row, at)
        if limits is None:
            return rule.title
        try:
            return rule.kind.limit_text(rule.spec_at(point, self._engine.register, at), point, limits)
        except Exception as error:  # noqa: BLE001 - an alarm goes out, whatever becomes of its wording
            self.errors[rule.id] = f"{type(error).__name__}: {error}"
            return rule.title

    def _with_work_order(self, alert: Alert, rule: Rule) -> Alert:
        if not (rule.response.work_order and alert.announces):
            return alert
        return self._orders.of(alert, rule)

    def _breaches(self, move: Move) -> Iterator[Breach]:
        """The breaches that began; the end of one that had begun before is written at once."""
        rule, point = self._row_key(move.row)
        begun: Breach | None = None
        for found in move.transitions:
            match found.what:
                case What.RAISED:
                    begun = self._breach(move.row, found)
                case What.RETURNED:
                    # News that was on its way when silence was found can be older than the silence's start.
                    ended = max(found.track.good_since, found.track.bad_since)
                    if begun is None:
                        self._unit.breaches.end(rule, point, ended, found.track.last)
                    else:
                        yield replace(begun, ended=ended, cleared=found.track.last)
                    begun = None
                case _:
                    pass
        if begun is not None:
            yield begun

    def _breach(self, row: int, found: Transition) -> Breach:
        rule, point = self._row_key(row)
        track = found.track
        return Breach(
            rule=rule,
            point=point,
            started=track.bad_since,
            raised=track.raised,
            value=found.value,
            late=is_late(track, self._now),
            alert=self._alert_around(self._key(row), track.raised),
        )

    def _alert_around(self, key: Key, at: int) -> int:
        """The alert that was open when it was raised; 0 where there was none."""
        alerts = self._around.get(key, [])
        earlier = [number for since, number in alerts if since <= at]
        return earlier[-1] if earlier else alerts[0][1] if alerts else self._known.get(key) or 0

    def _fact(self, alert: Alert, what: str, before: str, why: str = "") -> None:
        self._unit.facts.append(alert_fact(alert, what, before, self._now, why))


def _last_raise(move: Move) -> Track:
    rises = (What.RAISED, What.RAISED_SEVERITY)
    return next(found.track for found in reversed(move.transitions) if found.what in rises)
