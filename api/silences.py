"""Silences in Prometheus' sense, read from and written to the one thing that there is: alerts that a person has shelved.

No silence is stored. Alerts shelved by the same person, for the same reason, until the same time are one silence, whether it
was set by ``amtool``, by Grafana or on our own page; when they are off the shelf it is gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from api.acting import longest_shelf, take_alert
from api.matchers import Matcher
from facility.alert import Alert, AlertAction
from facility.alert_life import NEVER_SHELVED, Wish
from facility.instant import MINUTE, iso
from facility.person import Actor
from rules.book import RuleBook
from storage.records.port import Unit

_NAMESPACE = uuid.UUID("6f1f1d0a-3c6c-5a55-9d0b-64757479726d")
SLACK = MINUTE
"""By how much another machine's clock may be ahead of ours where it says "from now on"."""


class SilenceRefused(ValueError):
    """In words for the person at ``amtool`` or Grafana."""


class NoSuchSilence(LookupError):
    """It never was, or is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that are put aside together."""

    id: str
    who: str
    why: str
    since: int
    until: int
    alerts: tuple[Alert, ...]

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """They fit these alerts and no others."""
        return (
            _one_of("alertname", [alert.rule for alert in self.alerts]),
            _one_of("alert", [str(alert.id) for alert in self.alerts]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWish:
    """What somebody asks for. ``replaces``: the silence that it takes the place of, or empty."""

    fits: Callable[[Alert], bool]
    since: int
    until: int
    why: str
    replaces: str = ""


def _one_of(name: str, values: Iterable[str]) -> Matcher:
    different = sorted(set(values))
    if len(different) == 1:
        return Matcher(name, different[0])
    return Matcher(name, "|".join(different), regex=True)


def id_of(alert: Alert) -> str:
    """The silence that a shelved alert belongs to; empty for one that is not shelved."""
    if alert.shelved_until is None:
        return ""
    return str(uuid.uuid5(_NAMESPACE, f"{alert.shelved_by}\n{alert.shelved_until}\n{alert.shelved_why}"))


def silences(unit: Unit) -> list[Silence]:
    """Those in force, the one that ends last first."""
    found: dict[str, list[Alert]] = {}
    for alert in unit.alerts.open_ones():
        if alert.shelved_until is not None:
            found.setdefault(id_of(alert), []).append(alert)
    return sorted((_silence(unit, name, alerts) for name, alerts in found.items()), key=lambda one: -one.until)


def silence(unit: Unit, wanted: str) -> Silence:
    """Raises ``NoSuchSilence``."""
    for one in silences(unit):
        if one.id == wanted:
            return one
    raise NoSuchSilence(wanted)


def _silence(unit: Unit, name: str, alerts: Sequence[Alert]) -> Silence:
    first = alerts[0]
    shelved = [fact.at for alert in alerts for fact in unit.facts.of("alert", str(alert.id)) if fact.what == "shelved"]
    return Silence(
        id=name,
        who=first.shelved_by,
        why=first.shelved_why,
        since=max(shelved, default=first.opened),
        until=first.shelved_until or 0,
        alerts=tuple(sorted(alerts, key=lambda alert: alert.id)),
    )


def shelve(unit: Unit, book: RuleBook, actor: Actor, wish: SilenceWish, now: int) -> str:
    """Shelve every alert that fits, or none. Returns the silence's id.

    Raises ``SilenceRefused``, ``NoSuchSilence``, and what ``take_alert`` raises.
    """
    if wish.since > now + SLACK:
        raise SilenceRefused("a silence begins now: shelving ahead of an alert is what maintenance windows are for")
    if wish.replaces:
        expire(unit, book, actor, wish.replaces, now)
    fitting = [alert for alert in unit.alerts.open_ones() if wish.fits(alert)]
    if not fitting:
        raise SilenceRefused("no open alert fits these matchers; a silence shelves alerts that are open")
    if guarded := [alert for alert in fitting if alert.life_safety]:
        named = ", ".join(f"{alert.id} ({alert.rule})" for alert in guarded[:5])
        raise SilenceRefused(f"{NEVER_SHELVED.en} It fits: {named}. Nothing was shelved.")
    _check_until(book, fitting, wish, now)
    for alert in fitting:
        _shelve_one(unit, book, alert, actor=actor, wish=wish, now=now)
    return id_of(unit.alerts.get(fitting[0].id))


def _check_until(book: RuleBook, fitting: Sequence[Alert], wish: SilenceWish, now: int) -> None:
    shortest = min(fitting, key=lambda alert: longest_shelf(book, alert))
    latest = now + longest_shelf(book, shortest)
    if not now < wish.until <= latest:
        raise SilenceRefused(
            f"endsAt is {iso(wish.until)}; allowed: later than now and, for alerts of {shortest.rule}, "
            f"not after {iso(latest)}"
        )


def _shelve_one(unit: Unit, book: RuleBook, alert: Alert, *, actor: Actor, wish: SilenceWish, now: int) -> None:
    if alert.shelved_until is not None:
        off = Wish(action=AlertAction.UNSHELVE, who=actor.id, at=now, reason="shelved anew")
        if not take_alert(unit, alert.id, actor, off, book=book).open:
            return
    on = Wish(action=AlertAction.SHELVE, who=actor.id, at=now, reason=wish.why, until=wish.until)
    take_alert(unit, alert.id, actor, on, book=book)


def expire(unit: Unit, book: RuleBook, actor: Actor, wanted: str, now: int) -> None:
    """Its alerts come off the shelf. Raises ``NoSuchSilence``."""
    for alert in silence(unit, wanted).alerts:
        off = Wish(action=AlertAction.UNSHELVE, who=actor.id, at=now, reason="the silence was ended")
        take_alert(unit, alert.id, actor, off, book=book)
