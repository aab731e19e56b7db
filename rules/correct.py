"""Writes what late readings changed: breaches that were not known, that were otherwise, or that never were; and their alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from facility.alert import QUIET, Alert, Condition, Track, settled, unseen
from facility.breach import Breach, Spell
from rules.engine import FOREVER
from rules.levels import raised_by
from rules.record import Recorder
from rules.rejudge import Rejudged
from rules.respond import at_level, is_late_at, late_alert
from rules.timeline import Transition, What


class Corrector(Recorder):
    """As the recorder, for what is found again. An alert is never deleted: it is corrected, or withdrawn with the reason."""

    WHY = "late readings"

    def correct(self, found: Iterable[Rejudged]) -> None:
        """All of it, row by row."""
        tracks: dict[tuple[str, str], Track] = {}
        found = list(found)
        for one in found:
            self._correct(one)
            if one.track is not None:
                tracks[self._row_key(one.row)] = one.track
        if tracks:
            self._unit.alerts.put_tracks(tracks)
        if any(self._key(one.row)[0] in self._engine.inhibitors for one in found):
            self._inhibitor.look_again(self.order_for)

    def _correct(self, one: Rejudged) -> None:
        track = one.track or QUIET
        touched = {breach.alert for breach in (*one.withdrawn, *(breach for breach, _ in one.moved))}
        for breach in one.withdrawn:
            self._unit.breaches.update(replace(breach, withdrawn=True))
        for breach, spell in one.moved:
            touched.add(self._move(one.row, breach, spell, track))
        for spell in one.added:
            touched.add(self._add(one.row, spell, track))
        for number in sorted(touched - {0}):
            self._resync(number, one.row, track)

    def _move(self, row: int, breach: Breach, spell: Spell, track: Track) -> int:
        value = breach.value if spell.value is None else spell.value
        alert = breach.alert
        if spell.cleared is None and not self._is_open(alert):
            alert = self._alert_for(row, spell, track)
        after = replace(breach, **spell._replace(value=value)._asdict(), alert=alert)
        self._unit.breaches.update(after)
        return alert

    def _is_open(self, alert: int) -> bool:
        return alert != 0 and self._unit.alerts.get(alert).open

    def _add(self, row: int, spell: Spell, track: Track) -> int:
        rule, point = self._row_key(row)
        alert = self._alert_for(row, spell, track)
        breach = Breach(rule=rule, point=point, late=not self._is_news(spell), alert=alert, **spell._asdict())
        self._unit.breaches.add([breach])
        return alert

    def _is_news(self, spell: Spell) -> bool:
        """Whether it is known in time, and goes on."""
        return spell.cleared is None and not is_late_at(spell.raised, self._now)

    def _alert_for(self, row: int, spell: Spell, track: Track) -> int:
        """The open alert of the row's rule, or a new one: returned at once when it is over, and then it pages nobody."""
        alert = self._open_alert(self._key(row))
        if alert is not None:
            return alert.id
        at = track if spell.cleared is None else QUIET._replace(condition=Condition.ACTIVE)
        found = Transition(What.RAISED, at._replace(bad_since=spell.started, raised=spell.raised), spell.value)
        if spell.cleared is None:
            alert = self._raise(row, found)
        else:
            ended = spell.started if spell.ended is None else spell.ended
            alert = self._unit.alerts.open(self._aside.at_raise(late_alert(self._new(row, found), ended)))
            self._fact(alert, "raised", "normal", self._parts.get(row) or self.WHY)
            self._fact(alert, "returned", "unacknowledged", self.WHY)
        self.open[self._key(row)] = alert.id if alert.open else None
        return alert.id

    def _resync(self, number: int, row: int, track: Track) -> None:
        """The alert as its breaches are now."""
        alert = self._unit.alerts.get(number)
        breaches = self._unit.breaches.of_alert(number)
        if not breaches:
            self._withdraw(alert)
            return
        after = settled(self._at_its_level(self._as(alert, breaches, track), breaches), self._now)
        goes_on = after.condition is not Condition.NORMAL
        wanted = alert.condition is Condition.NORMAL or after.work_order is None or after.severity < alert.severity
        if goes_on and after.open and wanted:
            after = self.order_for(after)
        if after == alert:
            return
        self._unit.alerts.update(after)
        self._fact(after, _what(alert, after), alert.state, self._why(alert, after, row))
        if not after.open and alert.open:
            self.open[alert.rule, alert.point] = None

    def _as(self, alert: Alert, breaches: Sequence[Breach], track: Track) -> Alert:
        after = _as(alert, breaches, track)
        if alert.condition is Condition.NORMAL and after.condition is not Condition.NORMAL and alert.realarm_after:
            return replace(after, realarm_at=self._now + alert.realarm_after)
        return after

    def _why(self, before: Alert, after: Alert, row: int) -> str:
        """What the fact of a change says."""
        del before, after, row
        return self.WHY

    def _at_its_level(self, alert: Alert, breaches: Sequence[Breach]) -> Alert:
        """Of a rule with several levels: as urgent as the most urgent that goes on, or that went on last."""
        if alert.rule not in self._engine.levelled:
            return alert
        latest = max(breach.cleared or FOREVER for breach in breaches)
        going = [breach for breach in breaches if (breach.cleared or FOREVER) == latest]
        rows = {self._engine.row(breach.rule, breach.point): breach.raised for breach in going}
        urgency = {row: self._engine.of(row)[0].severity for row in rows if row is not None}
        if not urgency:
            return alert
        row = min(urgency, key=lambda each: urgency[each])
        rule, point = self._engine.of(row)
        limit = self._limit_text(rule, point, row, rows[row])
        return at_level(alert, rule.severity, self._engine.limits_at(row, rows[row]), limit, raised_by(rule.id))

    def _withdraw(self, alert: Alert) -> None:
        """Nothing of it is left. It stays on the list until somebody has seen that."""
        if alert.withdrawn:
            return
        over = replace(alert, condition=Condition.NORMAL, ended=alert.ended or alert.raised, withdrawn=True)
        after = settled(replace(over, realarm_at=None), self._now)
        self._unit.alerts.update(after)
        self._fact(after, "withdrawn", alert.state, "late readings show that the limit was not broken for long enough")
        if not after.open and alert.open:
            self.open[alert.rule, alert.point] = None


def _as(alert: Alert, breaches: Sequence[Breach], track: Track) -> Alert:
    first = min(breaches, key=lambda breach: breach.started)
    goes_on = any(breach.cleared is None for breach in breaches)
    ended = max((breach.ended or breach.raised for breach in breaches), default=first.raised)
    after = replace(alert, started=first.started, raised=first.raised, withdrawn=False)
    if after.value is not None and first.value is not None:
        after = replace(after, value=first.value)
    if not goes_on:
        return replace(after, condition=Condition.NORMAL, ended=ended, realarm_at=None)
    condition = track.condition if track.firing else alert.condition
    if condition is Condition.NORMAL:
        condition = Condition.ACTIVE
    after = replace(after, condition=condition, ended=None)
    if alert.condition is not Condition.NORMAL:
        return after
    return unseen(after)


def _what(before: Alert, after: Alert) -> str:
    if before.condition is not Condition.NORMAL and after.condition is Condition.NORMAL:
        return "returned"
    if before.condition is Condition.NORMAL and after.condition is not Condition.NORMAL:
        return "re-raised"
    if before.severity != after.severity and after.condition is not Condition.NORMAL:
        return (What.RAISED_SEVERITY if after.severity < before.severity else What.LOWERED).value
    longer = after.started <= before.started and (after.ended or 0) >= (before.ended or 0)
    return "extended" if longer else "corrected"
