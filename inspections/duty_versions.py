"""Which duties were in force when: each change of a duty's file becomes a version in the records, with a fact."""

from __future__ import annotations

from collections.abc import Mapping

from facility.duty import Duty
from facility.duty_version import DutyVersion
from facility.fact import Fact
from inspections.duty_files import SHIPPED
from storage.records.port import Unit

WHO = "system:duties"
BEGUN = "duties/begun"
"""A note of ``owe_since``: what was registered up to ``known`` counts as if it had been at ``at``."""


def keep(unit: Unit, duties: Mapping[str, Duty], now: int) -> dict[str, DutyVersion]:
    """Write what differs from the newest versions; nothing where nothing does. Returns the newest of each duty there ever was.

    Of the very first versions no facts are written: nothing has changed. Raises ``Conflict`` when somebody else wrote them.
    """
    known = unit.duty_versions.newest()
    fresh = [_version(duty, known.get(duty.id), now) for duty in duties.values() if _differs(duty, known)]
    gone = [_ended(old, now) for id, old in known.items() if id not in duties and old.in_force]
    written = [unit.duty_versions.add(version) for version in (*fresh, *gone)]
    if known and written:
        unit.facts.append_all([version_fact(version, known.get(version.duty)) for version in written])
    return {**known, **{version.duty: version for version in written}}


def owe_since(unit: Unit, duties: Mapping[str, Duty], at: int, now: int) -> None:
    """What is in the register by ``now`` has been owed since ``at``: the first versions date from then. Once, at the start."""
    if not unit.duty_versions.newest():
        unit.notes.put(BEGUN, {"at": at, "known": now})
        keep(unit, duties, at)


def _differs(duty: Duty, known: Mapping[str, DutyVersion]) -> bool:
    return duty.id not in known or known[duty.id].version != duty.version


def _version(duty: Duty, old: DutyVersion | None, now: int) -> DutyVersion:
    author = "manual" if duty.path.startswith(str(SHIPPED)) else f"file:{duty.path}"
    number = old.number + 1 if old else 1
    return DutyVersion(duty=duty.id, number=number, version=duty.version, text=duty.text, author=author, at=now)


def _ended(old: DutyVersion, now: int) -> DutyVersion:
    return DutyVersion(duty=old.duty, number=old.number + 1, version="", text="", author=WHO, at=now)


def version_fact(version: DutyVersion, old: DutyVersion | None) -> Fact:
    """``duty added``, ``changed`` or ``retired``; the versions' hashes are what it was before and after."""
    what = "retired" if not version.in_force else "changed" if old and old.in_force else "added"
    return Fact(
        at=version.at,
        noun="duty",
        subject=version.duty,
        what=what,
        before=old.version if old else "",
        after=version.version,
        why=version.why,
        who=version.author,
        data={"number": version.number},
    )
