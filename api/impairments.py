"""Stopping fire facilities and putting them back, by people: rights first, then the room that knows how."""

from __future__ import annotations

from api.access import Visitor
from api.acting import TooLate, last_fact
from api.context import Context
from api.problems import permit
from facility.alert import NotAllowed
from facility.impairment import Impairment
from facility.person import Right
from inspections import impairing
from inspections.impairing import Stop
from storage.records.port import Unit


def begin_stop(unit: Unit, context: Context, visitor: Visitor, stop: Stop) -> Impairment:
    """Raises ``NotPermitted``, ``MissingField``, ``FieldRefused``, ``Conflict``."""
    permit(visitor.actor, Right.ACT_ON_WORK)
    return impairing.begin(unit, context.register(unit), stop, visitor.actor.id, context.clock())


def report_stop(unit: Unit, visitor: Visitor, number: int, how: str, now: int) -> Impairment:
    """Raises ``NotPermitted``, ``MissingField``, ``TooLate``, ``NotFound``."""
    permit(visitor.actor, Right.ACT_ON_WORK)
    try:
        return impairing.report(unit, number, how, visitor.actor.id, now)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "impairment", number)) from None


def prolong_stop(unit: Unit, visitor: Visitor, number: int, wish: tuple[int, str], now: int) -> Impairment:
    """``wish`` is (until, why). Raises as ``report_stop`` does, and ``FieldRefused``."""
    permit(visitor.actor, Right.ACT_ON_WORK)
    try:
        return impairing.prolong(unit, number, wish, visitor.actor.id, now)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "impairment", number)) from None


def end_stop(unit: Unit, visitor: Visitor, number: int, result: str, now: int) -> Impairment:
    """Raises as ``report_stop`` does."""
    permit(visitor.actor, Right.ACT_ON_WORK)
    try:
        return impairing.end(unit, number, result, visitor.actor.id, now)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "impairment", number)) from None
