"""Scenarios: what happens in the building and what the duty room must then raise, one TOML file each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from facility.instant import SECOND, duration, parse
from facility.text import Text

FOLDER = Path(str(files("simulators").joinpath("scenarios")))


class ScenarioError(ValueError):
    """A scenario file is wrong. The text names the file, the key, what was wrong and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """At ``at`` after the start, ``what`` happens to the thing of kind ``noun`` called ``id``."""

    at: int
    noun: str
    """asset · device · route"""
    id: str
    what: str
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An alert that must be raised. Times are offsets from the start; None: not looked at."""

    rule: str
    point: str
    raised: tuple[int, int]
    """Event time at which the hold is fulfilled: not before, not after."""
    severity: str | None = None
    work_order: str | bool | None = None
    """The class of the work order, or whether there is one at all."""
    ended: tuple[int, int] | None = None
    """Event time since which it is normal again."""
    stays: bool = False
    """It is still not normal at the end of the scenario."""
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Readings that must be in the store: at least so many on the point, of that quality, in test or not."""

    point: str
    at_least: int
    test: bool | None = None
    value: float | None = None
    quality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``start`` is the simulated instant at which it is judged; played live it starts when it is started."""

    id: str
    title: Text
    about: Text
    start: int
    duration: int
    tick: int = SECOND
    """How often the duty room's tick is called when it is judged."""
    repeat: int = 0
    """Played live, the steps come again after this time; 0: once."""
    steps: tuple[Step, ...] = ()
    expected: tuple[Expected, ...] = ()
    none_other: bool = True
    """Nothing else may be raised."""
    evidence: tuple[Evidence, ...] = ()


def _duration(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration; write it in quotes, as in '30s' or '1h30m'")  # noqa: TRY004
    return duration(value)


def _instant(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a time; write it in quotes, as in '2026-11-24T08:00:00+08:00'")  # noqa: TRY004
    return parse(value)


Duration = Annotated[int, BeforeValidator(_duration)]
Instant = Annotated[int, BeforeValidator(_instant)]
Severities = Literal["critical", "high", "medium", "low"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Step(_Strict):
    at: Duration
    asset: str = ""
    device: str = ""
    route: str = ""
    what: str
    given: dict[str, str | int | float] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _one_target(self) -> _Step:
        if sum(map(bool, (self.asset, self.device, self.route))) != 1:
            raise ValueError("name exactly one of asset, device, route")
        return self

    def step(self) -> Step:
        noun = "asset" if self.asset else "device" if self.device else "route"
        return Step(at=self.at, noun=noun, id=getattr(self, noun), what=self.what, given=self.given)


class _Span(_Strict):
    after: Duration
    before: Duration

    @model_validator(mode="after")
    def _ordered(self) -> _Span:
        if self.after >= self.before:
            raise ValueError("after must be less than before")
        return self


class _Expect(_Strict):
    rule: str
    point: str
    raised: _Span
    ended: _Span | None = None
    stays: bool = False
    severity: Severities | None = None
    work_order: str | bool | None = None
    late: bool | None = None

    def expected(self) -> Expected:
        return Expected(
            rule=self.rule,
            point=self.point,
            raised=(self.raised.after, self.raised.before),
            ended=(self.ended.after, self.ended.before) if self.ended else None,
            stays=self.stays,
            severity=self.severity,
            work_order=self.work_order,
            late=self.late,
        )


class _Evidence(_Strict):
    point: str
    at_least: int = Field(ge=1)
    test: bool | None = None
    value: float | None = None
    quality: str | None = None


class _File(_Strict):
    title: _Text
    about: _Text
    start: Instant
    duration: Duration
    tick: Duration = SECOND
    repeat: Duration = 0
    none_other: bool = True
    step: list[_Step] = Field(default_factory=list)
    expect: list[_Expect] = Field(default_factory=list)
    evidence: list[_Evidence] = Field(default_factory=list)

    @model_validator(mode="after")
    def _inside(self) -> _File:
        for number, step in enumerate(self.step, 1):
            if step.at >= (self.repeat or self.duration):
                raise ValueError(f"step {number} is at or after the end of the scenario")
        return self


def read(path: Path) -> Scenario:
    """One scenario; its id is the file's name. Raises ``ScenarioError``."""
    try:
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name}: not TOML: {error}") from None
    except ValidationError as error:
        raise ScenarioError(_explained(path, error)) from None
    return Scenario(
        id=path.stem,
        title=Text(found.title.zh, found.title.en),
        about=Text(found.about.zh, found.about.en),
        start=found.start,
        duration=found.duration,
        tick=found.tick,
        repeat=found.repeat,
        steps=tuple(sorted((s.step() for s in found.step), key=lambda s: s.at)),
        expected=tuple(e.expected() for e in found.expect),
        none_other=found.none_other,
        evidence=tuple(Evidence(**e.model_dump()) for e in found.evidence),
    )


def _explained(path: Path, error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in problem["loc"])
        lines.append(f"{path.name}: {where or 'file'}: {_message(problem)}")
    return "\n".join(lines)


def _message(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown key"
    return str(problem["msg"]).removeprefix("Value error, ")


def find(name: str, folder: Path = FOLDER) -> Scenario:
    """The scenario called ``name``. Raises ``ScenarioError`` that lists what there is."""
    names = available(folder)
    if name not in names:
        raise ScenarioError(f"no scenario {name!r}; there are: {', '.join(names)}")
    return read(folder / f"{name}.toml")


def available(folder: Path = FOLDER) -> list[str]:
    """Names of all scenarios, in order."""
    return sorted(path.stem for path in folder.glob("*.toml"))
