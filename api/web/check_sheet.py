"""A checklist as a form at a desk: what stands in it, how it was filled in, and what was wrong with which line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from facility.duty import CheckKind, Duty, DutyCheck
from facility.inspection import Finding, Result
from facility.instrument import Instrument
from facility.text import Text
from facility.units import UnitError, parse_quantity_text
from inspections.draft import Answer, Wrong
from inspections.judging import SIGNED

MOST = 40
"""So many things of one line at most."""
SPARE = 3
"""So many empty rows stand below those of last time."""
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the form, or one of several things of a line. Field names are ``check.index.field``."""

    check: DutyCheck
    index: int
    given: Mapping[str, str]
    """Field → what stands in it."""
    last: Finding | None
    """The same line last time."""
    wrong: tuple[Text, ...] = ()

    @property
    def name(self) -> str:
        """What its fields' names begin with."""
        return f"{self.check.id}.{self.index}"

    @property
    def kept(self) -> list[str]:
        """Files that were taken in with an earlier try."""
        return _SHA.findall(self.given.get("kept", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the checklist with its rows."""

    check: DutyCheck
    rows: tuple[Row, ...]
    instruments: tuple[Instrument, ...] = ()
    """Those of the kind that it asks for."""
    wrong: tuple[Text, ...] = ()
    """About the line as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it came: answers, and what could not even be read."""

    answers: tuple[Answer, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Row → files that came with it, or with an earlier try."""


def lines(
    duty: Duty,
    instruments: Mapping[str, Instrument],
    last: Sequence[Finding],
    *,
    given: Mapping[str, str] | None = None,
    wrong: Sequence[Wrong] = (),
) -> list[Line]:
    """The form. ``last`` is what was found last time, of each line and thing once; ``given`` how it was filled in before, None
    where it is new."""
    return [_line(check, instruments, last, given or {}, wrong, new=given is None) for check in duty.checks]


def _line(
    check: DutyCheck,
    instruments: Mapping[str, Instrument],
    last: Sequence[Finding],
    given: Mapping[str, str],
    wrong: Sequence[Wrong],
    *,
    new: bool,
) -> Line:
    before = [one for one in last if one.check == check.id]
    rows = []
    for index in range(_rows(check, before, given)):
        mine = _fields(given, f"{check.id}.{index}")
        was = before[index] if index < len(before) else None
        if check.per and new and was is not None:
            mine = {"item": was.item, "phase": str(dict(was.conditions).get("phase", ""))}
        told = tuple(one.text for one in wrong if _is_about(one.field, check.id, mine.get("item", "").strip()))
        rows.append(Row(check=check, index=index, given=mine, last=_same(before, check, mine), wrong=told))
    whole = tuple(one.text for one in wrong if check.per and re.fullmatch(_named(check.id), one.field))
    return Line(
        check=check,
        rows=tuple(rows),
        instruments=tuple(one for one in instruments.values() if one.kind == check.instrument),
        wrong=whole,
    )


def _rows(check: DutyCheck, before: Sequence[Finding], given: Mapping[str, str]) -> int:
    if check.per is None:
        return 1
    filled = [int(name.split(".")[1]) for name, value in given.items() if value and name.startswith(f"{check.id}.")]
    return min(MOST, max(len(before), 1 + max(filled, default=-1)) + SPARE)


def _same(before: Sequence[Finding], check: DutyCheck, given: Mapping[str, str]) -> Finding | None:
    if check.per is None:
        return before[0] if before else None
    return next((one for one in before if one.item == given.get("item")), None)


def _fields(given: Mapping[str, str], row: str) -> dict[str, str]:
    return {name[len(row) + 1 :]: value for name, value in given.items() if name.startswith(row + ".")}


def _named(check: str) -> str:
    return rf"answers\.{re.escape(check)}(\.item)?"


def _is_about(field: str, check: str, item: str) -> bool:
    whole = rf"answers\.{re.escape(check)}" + (re.escape(f"[{item}]") if item else "")
    return re.fullmatch(whole + r"(\.[\w.]+)?", field) is not None


def last_found(results: Iterable[Result]) -> list[Finding]:
    """The newest finding of each line and of each thing of a line: a re-test may have measured one circuit alone."""
    found: dict[tuple[str, str, str], Finding] = {}
    for result in results:
        for one in result.findings:
            found.setdefault((one.check, one.item, str(dict(one.conditions).get("phase", ""))), one)
    return sorted(found.values(), key=lambda one: (one.check, one.item))


def prefilled(result: Result) -> dict[str, str]:
    """The fields of a result that is to be corrected."""
    found: dict[str, str] = {}
    index: dict[str, int] = {}
    for one in result.findings:
        number = index[one.check] = index.get(one.check, -1) + 1
        found |= {f"{one.check}.{number}.{name}": value for name, value in _as_fields(one) if value}
    return found


def answered(answers: Sequence[Answer]) -> dict[str, str]:
    """The fields of what sensors said: a signature stays for a person to give."""
    found: dict[str, str] = {}
    index: dict[str, int] = {}
    for one in answers:
        if one.choice == SIGNED:
            continue
        number = index[one.check] = index.get(one.check, -1) + 1
        value = "" if one.value is None else f"{one.value:g} {one.unit}".strip()
        told = {"item": one.item, "value": value, "choice": one.choice, "text": one.text, "instrument": one.instrument}
        found |= {f"{one.check}.{number}.{name}": text for name, text in told.items() if text}
    return found


def _as_fields(one: Finding) -> Iterator[tuple[str, str]]:
    yield "item", one.item
    yield "value", "" if one.value is None else f"{one.value:g}"
    yield "over", "yes" if one.over_range else ""
    yield "choice", one.choice
    yield "text", one.text
    yield "code", one.code
    yield "kept", " ".join(one.files)
    yield "instrument", one.instrument.id if one.instrument else ""
    for name, value in one.conditions:
        yield name, f"{value:g}" if isinstance(value, float | int) else value


def read(duty: Duty, given: Mapping[str, str], files: Mapping[str, tuple[str, ...]], sworn: Sequence[str]) -> Filled:
    """A filled-in form as answers. ``sworn`` are those who gave their password."""
    answers: list[Answer] = []
    wrong: list[Wrong] = []
    for check in duty.checks:
        for index in range(MOST if check.per else 1):
            row = f"{check.id}.{index}"
            mine = {"instrument": given.get(f"{check.id}.0.instrument", ""), **_fields(given, row)}
            answer, refused = _answer(check, mine, files.get(row, ()), sworn)
            wrong += refused
            if answer is not None:
                answers.append(answer)
    return Filled(answers=tuple(answers), wrong=tuple(wrong), given=given, files=files)


def _answer(
    check: DutyCheck, given: Mapping[str, str], files: tuple[str, ...], sworn: Sequence[str]
) -> tuple[Answer | None, list[Wrong]]:
    said = {name: given.get(name, "").strip() for name in ("item", "value", "choice", "text", "code", "instrument")}
    over = given.get("over") == "yes"
    signature = check.kind is CheckKind.SIGNATURE
    if not (said["value"] or said["choice"] or said["text"] or said["code"] or files or over):
        return None, []
    value, unit, wrong = _value(check, said["item"], said["value"])
    answer = Answer(
        check=check.id,
        item=said["item"],
        value=value,
        unit=unit,
        over_range=over,
        choice=said["choice"] if not signature else SIGNED,
        text=said["text"],
        files=() if signature else files,
        sworn=tuple(sworn) if signature else (),
        code=said["code"],
        instrument=said["instrument"],
        conditions=tuple(_conditions(given)),
        order=given.get("order") == "yes",
    )
    return answer, wrong


def _value(check: DutyCheck, item: str, entered: str) -> tuple[float | None, str, list[Wrong]]:
    """``2.35``, or with another unit of the same: ``2350 kΩ``."""
    if not entered or check.kind is not CheckKind.NUMBER:
        return None, "", []
    try:
        value, unit = parse_quantity_text(entered.replace(",", "."))
    except UnitError:
        field = f"answers.{check.id}" + (f"[{item}]" if item else "") + ".value"
        like = f"2.5 {check.unit}".strip()
        told = Text(f"{entered!r} 不是数值；可以像 {like}", f"{entered!r} is no number; allowed: as in {like}")
        return None, "", [Wrong(field, told)]
    return value, unit, []


def _conditions(given: Mapping[str, str]) -> Iterator[tuple[str, float | str]]:
    if given.get("phase", "").strip():
        yield "phase", given["phase"].strip()[:40]
    volts = given.get("volts", "").strip()
    if volts in ("250", "500", "1000"):
        yield "volts", float(volts)
