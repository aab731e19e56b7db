"""Somebody is named for what is owed; nobody named leaves it to whoever of the team is on shift."""

from __future__ import annotations

from dataclasses import replace

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.occurrence import SETTLED, Occurrence
from facility.person import RIGHTS, Right
from facility.text import Text
from inspections.occurrence_facts import fact_of
from storage.records.port import NotFound, Unit

_NOBODY = Text(
    "没有这个可以做职责的人", "is nobody who may do duties; allowed: an account that is in use and may, or empty"
)
_OVER = Text("已有结果，不再派人", "nothing is owed of it any more")


def assign(unit: Unit, number: int, assignee: str, who: str, now: int) -> Occurrence:
    """With its fact; ``assignee`` empty takes the name off again. Raises ``NotAllowed``, ``FieldRefused``, ``NotFound``."""
    one = unit.occurrences.get(number)
    if one.standing in SETTLED:
        raise NotAllowed("assign", one.standing, [], _OVER)
    if assignee and not _may_do(unit, assignee):
        raise FieldRefused("assign", "assignee", _NOBODY)
    if assignee == one.assignee:
        return one
    kept = unit.occurrences.update(replace(one, assignee=assignee))
    unit.facts.append(fact_of(kept, "assigned", one.standing, now, who=who, assignee_before=one.assignee))
    return kept


def _may_do(unit: Unit, account: str) -> bool:
    try:
        found = unit.people.get(account)
    except NotFound:
        return False
    return found.disabled is None and Right.DO_DUTIES in RIGHTS[found.role]
