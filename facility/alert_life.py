"""What people and the clock do to an alert. One table for people: the API, the page's buttons and the tests all read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from facility.alert import Alert, AlertAction, Condition, NotAllowed, settled
from facility.instant import HOUR, duration_text
from facility.person import Right
from facility.text import Text
from facility.work_order import MissingField

SHELVE_MAX = 8 * HOUR
"""The longest that an alert may be shelved where its rule does not say otherwise: one shift."""

NEVER_SHELVED = Text(
    "这是生命安全报警，任何人都不能搁置；如果是测试或施工，请开启测试模式。",
    "This is a life-safety alert: nobody can shelve it. If it comes from a test or from work, start a test mode.",
)


class FieldRefused(ValueError):
    """A field of an action has a value that is not allowed. ``wrong`` says what was wrong and what is allowed."""

    def __init__(self, action: str, field: str, wrong: Text) -> None:
        self.action, self.field, self.wrong = action, field, wrong
        super().__init__(f"{action!r}, {field!r}: {wrong.en}")


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One row of the table."""

    action: AlertAction
    fits: Callable[[Alert], bool]
    """Whether it is possible now."""
    done: str
    """The fact's word for it."""
    needs: tuple[str, ...] = ()
    """Fields that must be given: reason, until."""
    right: Right = Right.ACT_ON_ALERTS


STEPS: tuple[AlertStep, ...] = (
    AlertStep(AlertAction.ACKNOWLEDGE, lambda alert: alert.open and not alert.acknowledged, "acknowledged"),
    AlertStep(
        AlertAction.SHELVE,
        lambda alert: alert.open and alert.shelved_until is None and not alert.life_safety,
        "shelved",
        ("reason", "until"),
    ),
    AlertStep(AlertAction.UNSHELVE, lambda alert: alert.open and alert.shelved_until is not None, "unshelved"),
    AlertStep(
        AlertAction.RESET,
        lambda alert: (
            alert.open and alert.latched and alert.condition is Condition.NORMAL and alert.shelved_until is None
        ),
        "reset",
        ("reason",),
    ),
    AlertStep(AlertAction.COMMENT, lambda _: True, "commented", ("reason",)),
)
STEP_OF: dict[AlertAction, AlertStep] = {step.action: step for step in STEPS}


def alert_actions(alert: Alert) -> list[AlertAction]:
    """What a person may do now."""
    return [step.action for step in STEPS if step.fits(alert)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One action with what it needs."""

    action: AlertAction
    who: str
    at: int
    reason: str = ""
    until: int | None = None
    """Until when it is to be shelved."""


def take_action(alert: Alert, wish: Wish, longest: int = SHELVE_MAX) -> Alert:
    """The alert after one action. ``longest`` is how long its rule lets it be shelved.

    Raises ``NotAllowed`` when the table has no such step, ``MissingField`` and ``FieldRefused`` over what it needs.
    """
    step = STEP_OF[wish.action]
    if not step.fits(alert):
        never = wish.action is AlertAction.SHELVE and alert.life_safety
        allowed = [action.value for action in alert_actions(alert)]
        raise NotAllowed(wish.action, alert.state, allowed, NEVER_SHELVED if never else None)
    for field in step.needs:
        given = getattr(wish, field)
        if given is None or (isinstance(given, str) and not given.strip()):
            raise MissingField(wish.action, field)
    return _taken(alert, wish, longest)


def _taken(alert: Alert, wish: Wish, longest: int) -> Alert:
    match wish.action:
        case AlertAction.ACKNOWLEDGE:
            return settled(_seen(alert, wish), wish.at)
        case AlertAction.SHELVE:
            until = _until(wish, longest)
            return replace(alert, shelved_until=until, shelved_by=wish.who, shelved_why=wish.reason.strip())
        case AlertAction.UNSHELVE:
            return _announced_soon(unshelved(alert, wish.at), wish.at)
        case AlertAction.RESET:
            # Whoever inspected the spot has seen it.
            seen = alert if alert.acknowledged else _seen(alert, wish)
            return settled(replace(seen, latched=False), wish.at)
        case AlertAction.COMMENT:
            return alert


def _seen(alert: Alert, wish: Wish) -> Alert:
    return replace(alert, acknowledged=True, acknowledged_by=wish.who, acknowledged_at=wish.at, realarm_at=None)


def _until(wish: Wish, longest: int) -> int:
    until = wish.until or 0
    if not wish.at < until <= wish.at + longest:
        span = duration_text(longest)
        raise FieldRefused(
            wish.action,
            "until",
            Text(
                f"搁置时间须大于 0，最长 {span}", f"an alert of this rule is shelved for more than 0 and at most {span}"
            ),
        )
    return until


def unshelved(alert: Alert, at: int) -> Alert:
    """Back on the list, or closed when nothing else keeps it there."""
    return settled(replace(alert, shelved_until=None, shelved_by="", shelved_why=""), at)


def _announced_soon(alert: Alert, at: int) -> Alert:
    """What went off again while it was put aside has called nobody yet: the clock announces it, and opens its work order."""
    goes_on = alert.condition is not Condition.NORMAL
    return replace(alert, realarm_at=at) if alert.open and goes_on and not alert.acknowledged else alert


def acknowledge(alert: Alert, who: str, at: int) -> Alert:
    """Acknowledged; closed as well when nothing else keeps it on the list. Raises ``NotAllowed``."""
    return take_action(alert, Wish(action=AlertAction.ACKNOWLEDGE, who=who, at=at))


class Happening(NamedTuple):
    """Something that the clock did to an alert, as its fact says it."""

    what: str
    after: Alert
    why: str = ""


def by_the_clock(alert: Alert, now: int, *, out_of_service: bool, testing: bool) -> list[Happening]:
    """What is due for an open alert at ``now``, one after the other.

    ``out_of_service`` and ``testing`` say whether a window, or a test, covers its point now. Nothing depends on how often
    this is asked: what was due while nobody asked is due at the first asking, once.
    """
    found: list[Happening] = []
    if alert.open and alert.shelved_until is not None and alert.shelved_until <= now:
        alert = unshelved(alert, now)
        found.append(Happening("unshelved", alert, "its time is over"))
    if alert.open and alert.out_of_service and not out_of_service:
        alert = replace(alert, out_of_service=False)
        found.append(Happening("back-in-service", alert))
    if alert.open and alert.test and not testing:
        alert = replace(alert, test=False)
        found.append(Happening("test-over", alert, "it still goes on: from now on it is no test"))
    if alert.open and alert.realarm_at is not None and alert.realarm_at <= now:
        alert = replace(alert, realarm_at=now + alert.realarm_after if alert.realarm_after else None)
        if alert.announces:
            unattended = f"unattended for {duration_text(alert.realarm_after)}"
            found.append(
                Happening("re-alarmed", alert, unattended if alert.realarm_after else "it went on while shelved")
            )
        else:
            # Not announced while it is set aside; the period begins again.
            found.append(Happening("", alert))
    return found
