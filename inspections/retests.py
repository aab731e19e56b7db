"""A fail asks to be measured again after the repair: the two belong together, and the second is owed like anything else."""

from __future__ import annotations

from dataclasses import replace

from facility.duty import Duty
from facility.inspection import Outcome, Result
from facility.occurrence import SETTLED, Occurrence, Standing
from inspections.occurrence_facts import fact_of
from inspections.standing import attend_at
from storage.records.port import NotFound, Unit

CAUSE = "result:"


def measured_again(occurrence: Occurrence) -> int | None:
    """The result that failed, of an occurrence that is a re-test of it."""
    number = occurrence.cause.removeprefix(CAUSE)
    return int(number) if occurrence.cause.startswith(CAUSE) and number.isdigit() else None


def retest_key(duty: str, target: str, failed: int) -> str:
    """One re-test a fail, however often it is corrected."""
    return f"{duty}/{target}/{CAUSE}{failed}"


def ask_for_retest(unit: Unit, duty: Duty, result: Result, now: int, who: str) -> None:
    """Owed from now on when it failed; called off when a correction says that it did not fail after all."""
    first = original(unit, result)
    if result.outcome is Outcome.FAIL:
        unit.occurrences.plan([_occurrence(duty, result, first.id, now)])
    elif result.corrects is not None:
        _call_off(unit, retest_key(duty.id, result.target, first.id), result, now, who)


def original(unit: Unit, result: Result) -> Result:
    """What was first submitted, of a chain of corrections."""
    while result.corrects is not None:
        result = unit.results.get(result.corrects)
    return result


def _occurrence(duty: Duty, result: Result, failed: int, now: int) -> Occurrence:
    due = now + duty.retest_within
    return Occurrence(
        key=retest_key(duty.id, result.target, failed),
        duty=duty.id,
        duty_version=duty.version,
        clause=duty.clause,
        target=result.target,
        asset=result.asset,
        zone=result.zone,
        opens=now,
        due=due,
        closes=due,
        missed=due + duty.grace,
        standing=Standing.PLANNED,
        team=duty.team,
        cause=f"{CAUSE}{failed}",
        attend_at=now,
    )


def _call_off(unit: Unit, key: str, result: Result, now: int, who: str) -> None:
    try:
        asked = unit.occurrences.by_key(key)
    except NotFound:
        return
    if asked.standing in SETTLED:
        return
    why = f"{CAUSE}{result.id}"
    off = replace(asked, standing=Standing.SUSPENDED, why=why)
    kept = unit.occurrences.update(replace(off, attend_at=attend_at(off)))
    unit.facts.append(fact_of(kept, "suspended", asked.standing, now, who=who, why=why))
