"""``report-schedules.toml`` of a site: which reports are made by themselves, and who gets them."""

from __future__ import annotations

import re
import tomllib
from email.utils import parseaddr
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from facility.clause import CLAUSES
from inspections.report_schedule import ReportSchedule

FILE = "report-schedules.toml"
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class BrokenSchedules(ValueError):
    """The file cannot be used: field, what was wrong, what is allowed."""


def _clause(value: str) -> str:
    if value not in CLAUSES:
        raise ValueError(f"{value!r} is no clause of the manual; allowed: {', '.join(CLAUSES)}")
    return value


def _address(value: str) -> str:
    if "@" not in parseaddr(value)[1] or len(value) > 200:
        raise ValueError(f"{value!r} is no e-mail address; allowed: fire@example.com")
    return value


def _time(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError(f"{value!r} is no time of day; allowed: 08:00")
    return value


class ScheduleTable(BaseModel):
    """``[[report]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    day: int = Field(default=1, ge=1, le=28, description="of the month after the one that it is about")
    at: Annotated[str, AfterValidator(_time)] = "08:00"
    zones: list[str] = []
    clauses: list[Annotated[str, AfterValidator(_clause)]] = []
    language: str = Field(default="zh", pattern="^(zh|en)$")
    to: list[Annotated[str, AfterValidator(_address)]] = []


class ScheduleFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: list[ScheduleTable] = []


def read_schedules(text: str, path: str) -> tuple[ReportSchedule, ...]:
    """Raises ``BrokenSchedules``."""
    try:
        file = ScheduleFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BrokenSchedules(f"{path}: is not TOML: {error}") from None
    except ValidationError as error:
        raise BrokenSchedules("\n".join(_line(path, one) for one in error.errors(include_url=False))) from None
    found = tuple(map(_schedule, file.report))
    names = [one.id for one in found]
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise BrokenSchedules(f"{path}: report.id: {', '.join(double)} stands there twice; allowed: one table an id")
    return found


def _line(path: str, error: Any) -> str:
    return f"{path}: {'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"


def _schedule(table: ScheduleTable) -> ReportSchedule:
    hours, minutes = table.at.split(":")
    return ReportSchedule(
        id=table.id,
        day=table.day,
        at=int(hours) * 60 + int(minutes),
        zones=tuple(table.zones),
        clauses=tuple(table.clauses),
        language=table.language,
        to=tuple(table.to),
    )
