"""How a site takes its residents' reports: the shipped values with the site's own on top."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from facility.instant import DAY, MINUTE, duration
from facility.report_kind import ReportKinds
from response.reports.kind_files import load_kinds

SHIPPED = Path(__file__).parent / "settings.toml"
CONSENT = "2026-11"
"""The version of the notice on the form that a number is given under: what was agreed to stays known."""


class BrokenSettings(ValueError):
    """The file cannot be used: file, field, what was wrong, what is allowed."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("allowed: https://host, or empty")
    return value.rstrip("/")


Span = Annotated[int, BeforeValidator(lambda value: duration(value) if isinstance(value, str) else value), Field(gt=0)]
Dialled = Annotated[str, Field(pattern=r"^[0-9+ \-]{0,30}$")]


class ReportSettings(BaseModel):
    """Spans are milliseconds, written as 30m or 7d."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hotline: Dialled = ""
    fire_brigade: Dialled = "119"
    address: Annotated[str, AfterValidator(_web_address)] = ""
    look_within: Span = 30 * MINUTE
    number_kept: Span = 30 * DAY
    number_kept_at_most: Span = 180 * DAY
    link_kept: Span = 90 * DAY
    calls: int = Field(default=3, ge=1, le=20)
    wait_for_word: Span = 7 * DAY
    repeat_within: Span = 30 * DAY
    per_address: int = Field(default=12, ge=1, le=10_000)
    per_code: int = Field(default=30, ge=1, le=10_000)
    emergencies_per_address: int = Field(default=30, ge=1, le=10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBook:
    """Everything by which a site takes reports."""

    kinds: ReportKinds
    settings: ReportSettings = field(default_factory=ReportSettings)


def load_settings(*files: Path) -> ReportSettings:
    """The shipped values, each file's on top. Raises ``BrokenSettings``."""
    values: dict[str, Any] = {}
    for file in (SHIPPED, *files):
        try:
            values |= tomllib.loads(file.read_text("utf-8"))
            ReportSettings.model_validate(values)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BrokenSettings(f"{file}: is not TOML: {error}") from None
        except ValidationError as error:
            raise BrokenSettings("\n".join(_line(file, one) for one in error.errors(include_url=False))) from None
    return ReportSettings.model_validate(values)


def _line(file: Path, error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{file}: {field}: there is no such setting; allowed: {', '.join(ReportSettings.model_fields)}"
    return f"{file}: {field}: {error['input']!r} cannot be used: {error['msg'].removeprefix('Value error, ')}"


def load_report_book(folder: Path | None = None) -> ReportBook:
    """The shipped kinds and settings with those of ``folder`` (a site's ``residents/``) on top.

    Raises ``BrokenKinds``, ``BrokenSettings``.
    """
    own = folder / "settings.toml" if folder is not None else None
    kinds = folder / "kinds" if folder is not None else None
    return ReportBook(
        kinds=load_kinds(*([kinds] if kinds is not None and kinds.is_dir() else [])),
        settings=load_settings(*([own] if own is not None and own.is_file() else [])),
    )
