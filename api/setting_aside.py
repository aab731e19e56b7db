"""Tests and maintenance windows as people start and end them: each in one transaction with its fact."""

from __future__ import annotations

from dataclasses import dataclass

from api.acting import TooLate, last_fact
from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.instant import MINUTE
from facility.maintenance import LONGEST as LONGEST_WINDOW
from facility.maintenance import Maintenance, end_window
from facility.person import Actor
from facility.register import Register
from facility.scope import Extent, Scope
from facility.test_mode import LONGEST as LONGEST_TEST
from facility.test_mode import TestMode, default_expected, end_test
from facility.text import Text
from facility.work_order import MissingField
from storage.records.port import NotFound, Unit

EARLIEST = 5 * MINUTE
"""How far back a window may begin: a form takes a while to fill in, and the past is not rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestWish:
    """A test that somebody wants to start now."""

    __test__ = False

    extent: Extent
    scope: str
    length: int
    why: str
    expected: tuple[str, ...] = ()
    """Empty: the life-safety points in the scope; all its points where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowWish:
    """A window that somebody wants, planned or at once."""

    extent: Extent
    scope: str
    since: int | None
    until: int
    why: str
    second: str = ""


def start_test(unit: Unit, register: Register, actor: Actor, at: int, wish: TestWish) -> TestMode:
    """Raises ``MissingField``, ``FieldRefused``."""
    _check("test", register, Scope(wish.extent, wish.scope), wish.why)
    if not 0 < wish.length <= LONGEST_TEST:
        raise FieldRefused(
            "test", "minutes", Text("测试时间须大于 0，最长 4 小时", "a test lasts more than 0 and at most 240 minutes")
        )
    mode = unit.test_modes.add(
        TestMode(
            extent=wish.extent,
            scope=wish.scope,
            since=at,
            until=at + wish.length,
            who=actor.id,
            why=wish.why.strip(),
            expected=_expected(register, wish),
        )
    )
    _tell_test(unit, mode, "begun", actor, at)
    return mode


def _expected(register: Register, wish: TestWish) -> tuple[str, ...]:
    scope = Scope(wish.extent, wish.scope)
    inside = scope.points(register)
    outside = [point for point in wish.expected if point not in set(inside)]
    if outside:
        wrong = Text(f"{outside[0]} 不在测试范围内", f"{outside[0]} is no point of what is tested")
        raise FieldRefused("test", "expected", wrong)
    return wish.expected or default_expected(scope, register) or tuple(inside)


def stop_test(unit: Unit, number: int, actor: Actor, at: int) -> TestMode:
    """Ended early; its report follows within seconds. Raises ``TooLate``, ``NotFound``, ``Conflict``."""
    mode = unit.test_modes.get(number)
    try:
        ended = unit.test_modes.update(end_test(mode, actor.id, at))
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "test-mode", number)) from None
    _tell_test(unit, ended, "stopped", actor, at)
    return ended


def plan_window(unit: Unit, register: Register, actor: Actor, at: int, wish: WindowWish) -> Maintenance:
    """Raises ``MissingField``, ``FieldRefused``."""
    _check("plan", register, Scope(wish.extent, wish.scope), wish.why)
    since = at if wish.since is None else wish.since
    if since < at - EARLIEST or not max(since, at) < wish.until <= since + LONGEST_WINDOW:
        wrong = Text(
            "须从现在或以后开始，结束晚于开始，最长 30 天",
            "it begins now or later, ends after that, and lasts at most 30 days",
        )
        raise FieldRefused("plan", "until", wrong)
    window = unit.maintenance.add(
        Maintenance(
            extent=wish.extent,
            scope=wish.scope,
            since=max(since, at),
            until=wish.until,
            who=actor.id,
            why=wish.why.strip(),
            second=_second(unit, actor, wish.second.strip()),
            created=at,
        )
    )
    _tell_window(unit, window, "planned", actor, at)
    return window


def stop_window(unit: Unit, number: int, actor: Actor, at: int) -> Maintenance:
    """Ended early, or called off. Raises ``TooLate``, ``NotFound``, ``Conflict``."""
    window = unit.maintenance.get(number)
    try:
        ended = unit.maintenance.update(end_window(window, actor.id, at))
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "maintenance", number)) from None
    _tell_window(unit, ended, "stopped", actor, at)
    return ended


def _second(unit: Unit, actor: Actor, second: str) -> str:
    """Another person than the one who asks, who can sign in."""
    if not second:
        return ""
    try:
        usable = second != actor.id and unit.people.get(second).disabled is None
    except NotFound:
        usable = False
    if not usable:
        raise FieldRefused(
            "plan",
            "second",
            Text("须是另一个人的有效账号", "this must be the account of another person who can sign in"),
        )
    return second


def _check(action: str, register: Register, scope: Scope, why: str) -> None:
    if not scope.known(register):
        wrong = Text(f"登记表里没有 {scope.id or '（空）'}", f"the register has no {scope.extent.value} {scope.id!r}")
        raise FieldRefused(action, "scope", wrong)
    if not why.strip():
        raise MissingField(action, "reason")


def _tell_test(unit: Unit, mode: TestMode, what: str, actor: Actor, at: int) -> None:
    data = {"extent": mode.extent.value, "scope": mode.scope, "until": mode.over(), "expected": list(mode.expected)}
    unit.facts.append(
        Fact(at=at, noun="test-mode", subject=str(mode.id), what=what, why=mode.why, who=actor.id, data=data)
    )


def _tell_window(unit: Unit, window: Maintenance, what: str, actor: Actor, at: int) -> None:
    data = {"extent": window.extent.value, "scope": window.scope, "since": window.since, "until": window.until}
    data["second"] = window.second
    unit.facts.append(
        Fact(at=at, noun="maintenance", subject=str(window.id), what=what, why=window.why, who=actor.id, data=data)
    )
