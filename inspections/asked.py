"""What a draft is about: the occurrence, the duty in the version of its checklist, the thing, and the result that it corrects."""

from __future__ import annotations

from dataclasses import dataclass

from facility.duty import Duty, Target
from facility.duty_targets import targets
from facility.inspection import Result
from facility.occurrence import Occurrence
from facility.text import Text
from inspections.draft import Draft, DraftRefused, Wrong
from inspections.duty_known import duty_known
from inspections.result_room import ResultRoom
from inspections.retests import measured_again
from storage.records.port import NotFound, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Looked up."""

    duty: Duty
    target: Target
    occurrence: Occurrence | None = None
    old: Result | None = None
    """The result that it corrects."""
    retest_of: int | None = None


def look_up(unit: Unit, room: ResultRoom, draft: Draft) -> Asked:
    """Raises ``NotFound``, ``DraftRefused``."""
    old = unit.results.get(draft.corrects) if draft.corrects is not None else None
    number = old.occurrence if old is not None else draft.occurrence
    occurrence = unit.occurrences.get(number) if number is not None else None
    about = old or occurrence
    if about is None:
        return _unowed(unit, room, draft)
    if draft.duty not in ("", about.duty):
        told = Text(f"这一次属于 {about.duty}", f"{draft.duty!r} is not its duty; allowed: {about.duty}, or left out")
        raise DraftRefused((Wrong("duty", told),))
    duty = _version(unit, room, about.duty, draft.duty_version or about.duty_version)
    target = Target(id=about.target, asset=about.asset, zone=about.zone, name=name_of(room, about.target), since=0)
    retest = draft.retest_of or (measured_again(occurrence) if occurrence else None)
    return Asked(duty=duty, target=target, occurrence=occurrence, old=old, retest_of=old.retest_of if old else retest)


def _version(unit: Unit, room: ResultRoom, duty: str, version: str) -> Duty:
    try:
        return duty_known(unit, room.duties, duty, version)
    except NotFound:
        zh, en = (
            f"{duty} 没有这个版本；请刷新检查表",
            f"{version!r} was never in force for {duty}; load the checklist again",
        )
        raise DraftRefused((Wrong("duty_version", Text(zh, en)),)) from None


def _unowed(unit: Unit, room: ResultRoom, draft: Draft) -> Asked:
    """Done without being owed."""
    duty = duty_known(unit, room.duties, draft.duty, draft.duty_version)
    target = next((one for one in targets(duty, room.register) if one.id == draft.target), None)
    if target is None:
        told = Text(f"{duty.id} 不适用于 {draft.target!r}", f"{draft.target!r} is nothing that {duty.id} is owed for")
        raise DraftRefused((Wrong("target", told),))
    return Asked(duty=duty, target=target, retest_of=draft.retest_of)


def name_of(room: ResultRoom, target: str) -> Text:
    """As the register calls it; its id where it is retired."""
    register = room.register
    found = register.assets.get(target) or register.zones.get(target) or register.sites.get(target)
    return found.name if found else Text(target)
