"""Files of classes of work: TOML in, frozen classes out. A broken file is refused: which file, which field, what is allowed."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.promise import Promise
from facility.work_class import Check, Dispatch, Reach, WorkClass
from response.class_shape import CheckTable, ClassFile, ClockTable

SHIPPED = Path(__file__).parent / "classes"
"""The product's own."""


class BrokenClasses(ValueError):
    """Files that cannot be used; ``problems`` holds one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def load_classes(*folders: Path) -> dict[str, WorkClass]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenClasses``."""
    found: dict[str, WorkClass] = {}
    problems: list[str] = []
    for folder in (SHIPPED, *folders):
        here: dict[str, WorkClass] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                work = read_class(path.read_bytes(), str(path))
            except BrokenClasses as broken:
                problems += broken.problems
                continue
            if work.id in here:
                problems.append(f"{path}: id: {work.id!r} is that of {here[work.id].path}; allowed: one file an id")
            here[work.id] = work
        found |= here
    if problems:
        raise BrokenClasses(problems)
    return found


def read_class(content: bytes, path: str) -> WorkClass:
    """One file's content. Raises ``BrokenClasses``."""
    try:
        tables = tomllib.loads(content.decode())
        file = ClassFile.model_validate(tables)
    except UnicodeDecodeError as error:
        raise BrokenClasses([f"{path}: is not UTF-8 text: {error.reason}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenClasses([f"{path}: is not TOML: {error}"]) from None
    except ValidationError as error:
        raise BrokenClasses([f"{path}: {_told(one)}" for one in error.errors(include_url=False)]) from None
    wrong = [f"{path}: {text}" for text in _twice(file)]
    if wrong:
        raise BrokenClasses(wrong)
    return _work_class(file, _version(tables), path)


def _twice(file: ClassFile) -> Iterator[str]:
    ids = [check.id for check in file.check]
    for number, check in enumerate(file.check):
        if check.id in ids[:number]:
            yield f"check.{number}.id: {check.id!r} is there already; allowed: one line an id"
    if file.dispatch == "first" and not file.team:
        yield "team: is missing; allowed: a team of the rota, whose first person to take it has it"


def _version(tables: dict[str, Any]) -> str:
    canonical = json.dumps(tables, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _work_class(file: ClassFile, version: str, path: str) -> WorkClass:
    return WorkClass(
        id=file.id,
        version=version,
        title=file.title.text(),
        about=file.about.text(),
        severity=Severity[file.severity.upper()],
        clocks=_promises(file.clocks),
        emergency_clocks=_promises(file.emergency.clocks),
        dispatch=Dispatch(file.dispatch),
        team=file.team,
        skills=tuple(file.skills),
        reach=Reach(file.reach),
        together=file.together,
        checklist=tuple(map(_check, file.check)),
        playbook=file.playbook,
        chain=file.chain,
        path=path,
    )


def _promises(clocks: Mapping[Any, ClockTable]) -> tuple[Promise, ...]:
    return tuple(
        Promise(
            name=name,
            within=clock.within,
            by=clock.by,
            clause=clock.clause,
            source=clock.source,
            warn=clock.warn,
            every=clock.every,
            pausable=clock.pausable,
        )
        for name, clock in clocks.items()
    )


def _check(table: CheckTable) -> Check:
    return Check(id=table.id, title=table.title.text(), must=table.must, quantity=table.quantity, photo=table.photo)


def _told(details: ErrorDetails) -> str:
    place = [str(part) for part in details["loc"] if part != "[key]"]
    field = ".".join(place)
    match details["type"]:
        case "extra_forbidden":
            allowed = sorted(_keys(place[:-1]))
            near = difflib.get_close_matches(place[-1], allowed, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            return f"{field}: is not a key here; {hint}allowed: {', '.join(allowed)}"
        case "missing":
            return f"{field}: is missing"
        case "literal_error":
            expected = str(details["ctx"]["expected"]).replace(" or ", ", ")
            return f"{field}: {details['input']!r} is not possible; allowed: {expected}"
        case "value_error":
            return f"{field}: {details['msg'].removeprefix('Value error, ')}"
        case _:
            return f"{field}: {details['input']!r}: {details['msg'][0].lower()}{details['msg'][1:]}"


def _keys(place: list[str]) -> set[str]:
    """The keys of the table at ``place``."""
    if "clocks" in place:
        return set(ClockTable.model_fields)
    if place[:1] == ["check"]:
        return set(CheckTable.model_fields)
    if place[:1] == ["emergency"]:
        return {"clocks"}
    return {"zh", "en"} if place else set(ClassFile.model_fields)
