"""Files of classes of work: TOML in, frozen classes out. A broken file is refused: which file, which field, what is allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import version
from facility.definition_files.telling import plain
from facility.promise import Promise
from facility.work_class import Check, Dispatch, Reach, WorkClass
from response.class_shape import CheckTable, ClassFile, ClockTable
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "classes"
"""The product's own."""


class BrokenClasses(Broken):
    """Files of classes that cannot be used."""


def load_classes(*folders: Path) -> dict[str, WorkClass]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenClasses``."""
    found, problems = read_folders((SHIPPED, *folders), read_class, "classes")
    if problems:
        raise BrokenClasses(problems)
    return found


def read_class(text: str, path: str) -> WorkClass:
    """One file's content. Raises ``BrokenClasses``."""
    try:
        content = tomllib.loads(text)
        file = ClassFile.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise BrokenClasses([Problem(path=path, text=f"is not TOML: {error}")]) from None
    except ValidationError as error:
        raise BrokenClasses([_invalid(one, path) for one in error.errors(include_url=False)]) from None
    wrong = [Problem(path=path, key=key, text=told) for key, told in _misfits(file)]
    if wrong:
        raise BrokenClasses(wrong)
    return _work_class(file, version(content), path)


def _misfits(file: ClassFile) -> Iterator[tuple[str, str]]:
    """Well-formed, and still not possible."""
    ids = [check.id for check in file.check]
    for number, check in enumerate(file.check):
        if check.id in ids[:number]:
            yield f"check.{number}.id", f"{check.id!r} is there already; allowed: one line an id"
    if file.dispatch == "first" and not file.team:
        yield "team", "is missing; allowed: a team of the rota, whose first person to take it has it"


def _invalid(details: ErrorDetails, path: str) -> Problem:
    key = [part for part in details["loc"] if part != "[key]"]
    return Problem(path=path, key=".".join(map(str, key)), text=plain(details, ClassFile, key))


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
