"""Files of duties: TOML in, frozen duties out. A broken file is refused: which file, which field, what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.cadence import nominal_hours
from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables, version
from facility.definition_files.telling import plain
from facility.duty import (
    EVIDENCE_SETS,
    Anchor,
    Basis,
    Cadence,
    CheckKind,
    Duty,
    DutyCheck,
    DutyStory,
    Every,
    EvidenceKind,
    Trigger,
)
from facility.instant import HOUR
from facility.text import Text
from inspections.duty_shape import BasisTable, CheckTable, DutyFile, StoryTable, TriggerTable
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "duties"
"""The manual's and the law's."""
LONG_AGO = date(2020, 1, 1)


class BrokenDuties(Broken):
    """Files of duties that cannot be used."""


def load_duties(*folders: Path) -> dict[str, Duty]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenDuties``."""
    found, problems = read_folders((SHIPPED, *folders), read_duty, "duties")
    if problems:
        raise BrokenDuties(problems)
    return found


def read_duty(text: str, path: str) -> Duty:
    """One file's content. Raises ``BrokenDuties``."""
    content = tables(text, path, BrokenDuties)
    try:
        file = DutyFile.model_validate(content)
    except ValidationError as error:
        raise BrokenDuties([_invalid(one, text, path) for one in error.errors(include_url=False)]) from None
    wrong = [Problem(path=path, line=line_of(text, key.split(".")), key=key, text=told) for key, told in _misfits(file)]
    if wrong:
        raise BrokenDuties(wrong)
    return _duty(file, version(content), path, text)


def _invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    key = details["loc"]
    return Problem(path=path, line=line_of(text, key), key=".".join(map(str, key)), text=plain(details, DutyFile, key))


def _misfits(file: DutyFile) -> Iterator[tuple[str, str]]:
    """Well-formed, and still not possible."""
    applies = file.applies
    if sum(map(bool, (applies.asset, applies.zone, applies.site))) != 1:
        yield "applies", "names one of three; allowed: asset = [kinds], zone = [kinds], or site = true"
    yield from _too_seldom(file)
    yield from _windows(file)
    if (file.every[0] is Every.EVENT) != (file.after_event is not None):
        yield "after_event", "belongs to every = 'event', and only to it"
    ids = [check.id for check in file.check]
    for number, check in enumerate(file.check):
        if check.id in ids[:number]:
            yield f"check.{number}.id", f"{check.id!r} is there already; allowed: one line an id"
        if check.kind != "number" and (check.unit or check.low is not None or check.high is not None):
            yield f"check.{number}.kind", "only a number has a unit and limits; allowed: kind = 'number'"
        if check.low is not None and check.high is not None and check.low > check.high:
            yield f"check.{number}.low", f"{check.low} is above high ({check.high})"
        if (check.kind == "choice") != bool(check.choices):
            yield f"check.{number}.choices", "a choice, and only a choice, has choices"
    yield from _named_checks(file, ids)


def _named_checks(file: DutyFile, ids: list[str]) -> Iterator[tuple[str, str]]:
    """Tables that speak of lines of the checklist."""
    named = [(f"evidence.sets.{one}", one) for one in (file.evidence.sets if file.evidence else ())]
    if file.evidence:
        able = EVIDENCE_SETS[EvidenceKind(file.evidence.kind)]
        for check, word in file.evidence.sets.items():
            if word not in able:
                yield (
                    f"evidence.sets.{check}",
                    f"a {file.evidence.kind} cannot enter {word!r}; allowed: {', '.join(able)}",
                )
    if file.insulation:
        named += [(f"insulation.{role}", one) for role, one in file.insulation.lines().items()]
        if (file.insulation.reference is None) != (file.insulation.halves_every is None) or (
            file.insulation.reference is not None and not file.insulation.source
        ):
            yield "insulation.reference", "a correction needs reference, halves_every and source; allowed: all or none"
    for key, check in named:
        if check not in ids:
            yield key, f"{check!r} is no check of this duty; allowed: {', '.join(ids)}"


def _too_seldom(file: DutyFile) -> Iterator[tuple[str, str]]:
    ours = nominal_hours(_cadence(file))
    for key, basis in (("manual", file.manual), ("law", file.law)):
        if basis is not None and basis.every is not None:
            theirs = nominal_hours(Cadence(every=basis.every[0], count=basis.every[1]))
            if ours > theirs:
                yield "every", f"is less often than the {key} asks for; allowed: at least as often"


def _windows(file: DutyFile) -> Iterator[tuple[str, str]]:
    hours = nominal_hours(_cadence(file))
    if file.every[0] is not Every.HOURS and (file.opens, file.closes) != (0, 24 * 60):
        yield "opens", "only hours have opening hours; allowed: every = '2 hours'"
    if file.opens >= file.closes:
        yield "closes", "is not after opens"
    if file.anchor == "completion" and (file.every[0] is Every.HOURS or file.months):
        yield "anchor", "hours and months of the year go by the calendar; allowed: schedule"
    if file.after + file.grace > hours * HOUR:
        yield "grace", "reaches past the next due date; allowed: after and grace together at most one period"


def _cadence(file: DutyFile) -> Cadence:
    every, count = file.every
    return Cadence(
        every=every,
        count=count,
        by=file.by,
        opens=file.opens,
        closes=file.closes,
        anchor=Anchor(file.anchor),
        months=tuple(file.months),
    )


def _duty(file: DutyFile, version: str, path: str, text: str) -> Duty:
    return Duty(
        id=file.id,
        version=version,
        clause=file.clause,
        also=tuple(file.also),
        title=file.title.text(),
        do=file.do.text(),
        asset_kinds=tuple(file.applies.asset),
        zone_kinds=tuple(file.applies.zone),
        site=file.applies.site,
        cadence=_cadence(file),
        manual=_basis(file.manual),
        law=_basis(file.law),
        trigger=_trigger(file.after_event),
        before=file.before,
        after=file.after,
        grace=file.grace,
        warn=tuple(file.warn),
        team=file.who.team,
        skills=tuple(file.who.skills),
        people=file.who.people,
        checks=tuple(map(_check, file.check)),
        severity=Severity[file.severity.upper()],
        work_order=file.work_order,
        fail_order=file.fail_order,
        retest=file.retest,
        retest_within=file.retest_within,
        evidence=file.evidence.evidence() if file.evidence else None,
        insulation=file.insulation.insulation() if file.insulation else None,
        stories=tuple(map(_story, file.story)),
        path=path,
        text=text,
    )


def _trigger(table: TriggerTable | None) -> Trigger | None:
    if table is None:
        return None
    return Trigger(noun=table.noun, what=tuple(table.what), kinds=tuple(table.kinds), within=table.within)


def _basis(table: BasisTable | None) -> Basis | None:
    if table is None:
        return None
    cadence = Cadence(every=table.every[0], count=table.every[1]) if table.every else None
    return Basis(text=Text(table.zh, table.en), cadence=cadence, source=table.source)


def _check(table: CheckTable) -> DutyCheck:
    return DutyCheck(
        id=table.id,
        title=table.title.text(),
        kind=CheckKind(table.kind),
        must=table.must,
        unit=table.unit,
        low=table.low,
        high=table.high,
        over_range=table.over_range,
        choices=tuple((one.id, one.title.text(), one.outcome) for one in table.choices),
        instrument=table.instrument,
        photo_on_fail=table.photo_on_fail,
        per=table.per.text() if table.per else None,
    )


def _story(table: StoryTable) -> DutyStory:
    return DutyStory(
        name=table.name,
        since=table.since or LONG_AGO,
        first=table.first,
        last=table.last,
        done=tuple(table.done),
        happened=tuple(table.happened),
        expect=tuple(table.expect),
    )
