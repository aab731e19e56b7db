"""A later end of the window: one person asks and says why, another one allows it. The date it was due stays what it was."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.cadence import nominal_hours
from facility.duty import Duty, Every
from facility.instant import DAY, HOUR
from facility.occurrence import SETTLED, Occurrence, Postponement, Standing
from facility.text import Text
from facility.work_order import MissingField
from inspections.occurrence_facts import fact_of
from inspections.standing import attend_at
from storage.records.port import Unit

ASKED, GRANTED, REFUSED = "postponement-asked", "postponed", "postponement-refused"
LONGEST = 30 * DAY
"""Of a duty that has no period of its own."""
_OVER = Text("已有结果或已漏做，不能再延期", "it is done or missed: nothing can be postponed any more")
_SAME = Text("不能批准自己提出的延期；请另一个人批准", "was asked for by yourself; allowed: somebody else decides")
_PAST = Text("申请的期限已过", "the time that was asked for has passed: ask for a later one")
_NONE = Text("没有人申请延期", "nobody has asked to postpone it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A postponement that waits for an answer."""

    until: int
    why: str
    who: str
    at: int


def ask(unit: Unit, duty: Duty | None, number: int, wish: Wish) -> Occurrence:
    """Written down; nothing moves yet. Raises ``NotAllowed``, ``MissingField``, ``FieldRefused``, ``NotFound``."""
    one = _open(unit, number, "ask")
    if not wish.why.strip():
        raise MissingField("ask", "why")
    latest = one.due + (longest(duty) if duty else LONGEST)
    if not one.until < wish.until <= latest or wish.until <= wish.at:
        wrong = Text(
            "须晚于现在的期限，最多推迟一个周期",
            f"must lie after {one.until} and now, and at most one period after the due date (until {latest})",
        )
        raise FieldRefused("ask", "until", wrong)
    told = {"postpone_until": wish.until}
    unit.facts.append(fact_of(one, ASKED, one.standing, wish.at, who=wish.who, why=wish.why.strip(), **told))
    return one


def longest(duty: Duty) -> int:
    """At most one period: what is postponed into the next one would be two in one."""
    return LONGEST if duty.cadence.every is Every.EVENT else nominal_hours(duty.cadence) * HOUR


def waiting(unit: Unit, one: Occurrence) -> Wish | None:
    """The wish that nobody has answered; None where there is none, or where it is too late for one."""
    if one.standing in SETTLED:
        return None
    found: Wish | None = None
    for fact in unit.facts.of("occurrence", str(one.id)):
        if fact.what == ASKED:
            found = Wish(until=int(fact.data["postpone_until"]), why=fact.why, who=fact.who, at=fact.at)
        elif fact.what in (GRANTED, REFUSED):
            found = None
    return found


def grant(unit: Unit, number: int, who: str, now: int) -> Occurrence:
    """``who`` allows what somebody else asked for. Raises ``NotAllowed``, ``FieldRefused``, ``Conflict``, ``NotFound``."""
    one, wish = _asked(unit, number, "grant", who)
    if wish.until <= now:
        raise NotAllowed("grant", one.standing, [], _PAST)
    given = Postponement(until=wish.until, why=wish.why, who=wish.who, approver=who, at=now)
    standing = Standing.OPEN if one.standing is Standing.LATE else one.standing
    after = replace(one, postponed=(*one.postponed, given), standing=standing)
    kept = unit.occurrences.update(replace(after, attend_at=attend_at(after)))
    told = {"asked_by": wish.who, "until_before": one.until}
    unit.facts.append(fact_of(kept, GRANTED, one.standing, now, who=who, why=wish.why, **told))
    return kept


def refuse(unit: Unit, number: int, who: str, why: str, now: int) -> Occurrence:
    """``who`` does not allow it. Raises as ``grant`` does."""
    one, wish = _asked(unit, number, "refuse", who)
    told = {"asked_by": wish.who, "postpone_until": wish.until}
    unit.facts.append(fact_of(one, REFUSED, one.standing, now, who=who, why=why.strip(), **told))
    return one


def _asked(unit: Unit, number: int, action: str, who: str) -> tuple[Occurrence, Wish]:
    one = _open(unit, number, action)
    wish = waiting(unit, one)
    if wish is None:
        raise NotAllowed(action, one.standing, [], _NONE)
    if wish.who == who:
        raise FieldRefused(action, "approver", _SAME)
    return one, wish


def _open(unit: Unit, number: int, action: str) -> Occurrence:
    one = unit.occurrences.get(number)
    if one.standing in SETTLED:
        raise NotAllowed(action, one.standing, [], _OVER)
    return one
