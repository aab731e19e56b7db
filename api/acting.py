"""What people do to alerts and letters: each in one transaction with its fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from api.context import Context
from api.discreet import as_seen_by
from api.problems import permit
from facility.alert import Alert, NotAllowed
from facility.alert_facts import deed_fact
from facility.alert_life import SHELVE_MAX, STEP_OF, Wish, take_action
from facility.fact import Fact
from facility.person import Actor
from facility.work_order import MissingField
from rules.book import RuleBook
from storage.records.port import Conflict, Unit

T = TypeVar("T")
TRIES = 4
LONGEST_TEXT = 2000

FINDINGS = ("real", "false", "test")
"""What the person who acknowledges found; "false" needs a reason."""


class TooLate(NotAllowed):
    """Somebody else was first; ``last`` is the fact of what they did."""

    def __init__(self, refused: NotAllowed, last: Fact | None) -> None:
        super().__init__(refused.action, refused.state, refused.allowed, refused.why)
        self.last = last


def write(context: Context, do: Callable[[Unit], T]) -> T:
    """Run ``do`` in a unit that commits. A lost race is read and decided again; what is then impossible says why."""
    for _ in range(TRIES - 1):
        try:
            with context.records.begin() as unit:
                return do(unit)
        except Conflict:
            continue
    with context.records.begin() as unit:
        return do(unit)


def take_alert(
    unit: Unit, number: int, actor: Actor, wish: Wish, finding: str = "", *, book: RuleBook | None = None
) -> Alert:
    """One action on an alert; ``finding`` is what an acknowledgement found. The rule in force says how long it is shelved.

    Raises ``TooLate``, ``MissingField``, ``FieldRefused``, ``NotPermitted``, ``Conflict``, ``NotFound``.
    """
    permit(actor, STEP_OF[wish.action].right)
    if finding == "false" and not wish.reason.strip():
        raise MissingField(wish.action, "reason")
    alert = as_seen_by(actor, unit).alerts.get(number)
    try:
        changed = take_action(alert, wish, longest_shelf(book, alert) if book else SHELVE_MAX)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "alert", number)) from None
    if changed != alert:
        changed = unit.alerts.update(changed)
    unit.facts.append(deed_fact(alert, changed, wish, {"finding": finding} if finding else {}))
    return changed


def longest_shelf(book: RuleBook, alert: Alert) -> int:
    """How long the alert may be shelved."""
    rule = book.rules.get(alert.rule)
    return rule.shelve_max if rule else SHELVE_MAX


def last_fact(unit: Unit, noun: str, number: int) -> Fact | None:
    """The newest fact about what was done to a thing: no comment, and no clock that ran out over it."""
    done = [fact for fact in unit.facts.of(noun, str(number)) if fact.what != "commented" and not _only_noted(fact)]
    return done[-1] if done else None


def _only_noted(fact: Fact) -> bool:
    """The product itself said something of a thing and left it as it was."""
    return fact.who.startswith("system:") and fact.before == fact.after != ""


def ask_retry(unit: Unit, number: int, actor: Actor, at: int) -> None:
    """Ask the collector to try a dead letter again. Raises ``NotFound``."""
    unit.letters.ask_retry(number, at)
    unit.facts.append(Fact(at=at, noun="letter", subject=str(number), what="retry-asked", who=actor.id))


def put_away(unit: Unit, number: int, actor: Actor, at: int, why: str) -> None:
    """Put a dead letter away unsolved; that needs a reason. Raises ``MissingField``, ``NotFound``."""
    if not why.strip():
        raise MissingField("put-away", "reason")
    unit.letters.resolve(number, at)
    unit.facts.append(Fact(at=at, noun="letter", subject=str(number), what="put-away", why=why.strip(), who=actor.id))
