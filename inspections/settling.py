"""A result settles an occurrence: done, done late, or made up for after it was missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facility.alert import NotAllowed
from facility.inspection import Result
from facility.occurrence import Occurrence, Standing
from facility.text import Text
from inspections.missing import end_missed
from inspections.occurrence_facts import fact_of
from inspections.standing import attend_at
from storage.records.port import Unit

_EARLY = Text("窗口还没有开始；请等到可以做的时候再提交", "its window is not open yet; submit it once it is")


def settle(unit: Unit, occurrence: Occurrence, result: Result, now: int, who: str) -> Occurrence:
    """What ``result`` makes of it. In the caller's unit, with its fact; returns it as it stands then.

    A further result of one that was settled changes nothing. What was missed stays missed for ever and keeps what made up for it;
    only what was done in its window and came late to us (``late_upload``) counts all the same, with its flag. Raises
    ``NotAllowed`` on what was done before its window, and ``Conflict``.
    """
    if result.done < occurrence.opens:
        raise NotAllowed("settle", occurrence.standing, [], _EARLY)
    after = _settled(occurrence, result)
    if after == occurrence:
        return occurrence
    kept = unit.occurrences.update(replace(after, attend_at=attend_at(after)))
    before = occurrence.standing
    if kept.standing is Standing.MISSED and before is not Standing.MISSED:
        unit.facts.append(fact_of(kept, "missed", before, now, who=who, when=kept.missed_at))
        before = Standing.MISSED
    what = "made-up" if kept.standing in (Standing.MISSED, Standing.SUSPENDED) else kept.standing.value
    told: dict[str, Any] = {"result": result.id, "done": result.done, "outcome": result.outcome.value}
    if result.late_upload:
        told["late_upload"] = True
    unit.facts.append(fact_of(kept, what, before, now, who=who, **told))
    end_missed(unit, kept, now, who, "done")
    return kept


def _settled(one: Occurrence, result: Result) -> Occurrence:
    in_time = result.done <= one.until
    match one.standing:
        case Standing.DONE | Standing.DONE_LATE:
            return one
        case Standing.MISSED if result.late_upload and in_time:
            return replace(one, standing=Standing.DONE, result=result.id)
        case Standing.MISSED | Standing.SUSPENDED:
            return one if one.made_up is not None else replace(one, made_up=result.id)
        case _ if in_time and (result.late_upload or result.received < one.missed_at):
            return replace(one, standing=Standing.DONE, result=result.id)
        case _ if result.done < one.missed_at and result.received < one.missed_at:
            return replace(one, standing=Standing.DONE_LATE, result=result.id)
        case _:
            # Its time was over, only nobody had looked yet: it is missed, whatever comes first.
            return replace(one, standing=Standing.MISSED, made_up=result.id)
