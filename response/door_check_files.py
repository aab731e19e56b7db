"""Files of door checks: TOML in, frozen checks out. A broken file, or a story that comes out otherwise, is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables, version
from facility.definition_files.telling import plain
from facility.door_check import DoorCheck, DoorStory
from facility.door_finding import DoorRule
from response.door_check_shape import DoorCheckFile
from response.door_tale import BadLine, tell
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "door_checks"


class BrokenDoorChecks(Broken):
    """Files of door checks that cannot be used."""


def load_door_checks(*folders: Path) -> Mapping[DoorRule, DoorCheck]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenDoorChecks``."""
    found, problems = read_folders((SHIPPED, *folders), read_door_check, "door checks")
    if problems:
        raise BrokenDoorChecks(problems)
    return {check.rule: check for check in found.values()}


def read_door_check(text: str, path: str) -> DoorCheck:
    """One file's content, its stories told. Raises ``BrokenDoorChecks``."""
    content = tables(text, path, BrokenDoorChecks)
    try:
        file = DoorCheckFile.model_validate(content)
    except ValidationError as error:
        raise BrokenDoorChecks([_invalid(one, text, path) for one in error.errors(include_url=False)]) from None
    check = _check(file, version(content), path, text)
    wrong = [Problem(path=path, line=line_of(text, key.split(".")), key=key, text=told) for key, told in _untrue(check)]
    if wrong:
        raise BrokenDoorChecks(wrong)
    return check


def _invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    key = details["loc"]
    told = plain(details, DoorCheckFile, key)
    return Problem(path=path, line=line_of(text, key), key=".".join(map(str, key)), text=told)


def _check(file: DoorCheckFile, version: str, path: str, text: str) -> DoorCheck:
    stories = (
        DoorStory(one.name, one.access, tuple(one.happens), tuple(word == "found" for word in one.expect))
        for one in file.story
    )
    return DoorCheck(
        rule=DoorRule(file.id),
        version=version,
        clause=file.clause,
        title=file.title.text(),
        do_first=file.do_first.text(),
        severity=Severity[file.severity.upper()],
        access=tuple(file.access),
        silent=file.silent,
        soft=file.soft,
        work=file.work,
        within=file.within,
        settle=file.settle,
        limit=file.limit,
        least=file.least,
        stories=tuple(stories),
        path=path,
        text=text,
    )


def _untrue(check: DoorCheck) -> Iterator[tuple[str, str]]:
    if check.silent and check.work:
        yield "work", "a silent check opens no work order, which would be read by everybody; allowed: to leave it out"
    for number, story in enumerate(check.stories):
        if len(story.happens) != len(story.expect):
            told = f"{len(story.happens)} lines happen and {len(story.expect)} are expected; allowed: one word a line"
            yield f"story.{number}.expect", told
            continue
        try:
            came = tell(check, story)
        except BadLine as bad:
            yield f"story.{number}.happens", str(bad)
            continue
        for line, (wanted, found) in enumerate(zip(story.expect, came, strict=True), 1):
            if wanted != found:
                words = ("found", "ok") if found else ("ok", "found")
                yield (
                    f"story.{number}.expect",
                    f"{story.name}: line {line} ({story.happens[line - 1]}) is {words[0]}, not {words[1]}",
                )
