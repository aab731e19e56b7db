"""Chain files: TOML in, frozen chains out. A broken file is refused with file, line, key, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.chain import About, Chain, Level, pick, whom
from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables, version
from facility.definition_files.telling import allowed, plain
from facility.instant import SECOND
from response.chain_shape import ChainFile, LevelTable
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "chains"
"""The product's own chains."""
LEAST_EVERY = 30 * SECOND
Key = tuple[str | int, ...]


class BrokenChains(Broken):
    """Chain files that cannot be used."""


def load_chains(*folders: Path, shipped: bool = True) -> dict[str, Chain]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenChains``."""
    inside = ([SHIPPED] if shipped else []) + list(folders)
    found, problems = read_folders(inside, read_chain, "chains")
    problems += [] if problems else _nobody_told(found, str(folders[-1] if folders else SHIPPED))
    if problems:
        raise BrokenChains(problems)
    return found


def _nobody_told(chains: Mapping[str, Chain], path: str) -> Iterator[Problem]:
    """Whatever happens, some chain is for it."""
    for severity in Severity:
        for life_safety in (True, False):
            if pick(chains, "", severity, life_safety=life_safety) is None:
                of = "life safety" if life_safety else "what is not life safety"
                text = f"no chain is for {severity.name.lower()}, {of}; allowed: chains that leave nothing out"
                yield Problem(path=path, line=1, key="severities", text=text)


def read_chain(text: str, path: str) -> Chain:
    """One file's content. Raises ``BrokenChains``."""
    content = tables(text, path, BrokenChains)
    try:
        file = ChainFile.model_validate(content)
    except ValidationError as error:
        raise BrokenChains([_invalid(details, text, path) for details in error.errors()]) from None
    problems = [
        Problem(path=path, line=line_of(text, key), key=_dotted(key), text=words) for key, words in _misfits(file)
    ]
    if problems:
        raise BrokenChains(problems)
    return _chain(file, content, text, path)


def _misfits(file: ChainFile) -> Iterator[tuple[Key, str]]:
    """Well-formed, and still not possible."""
    for number, level in enumerate(file.level):
        if level.times and not level.every:
            yield ("level", number, "times"), "needs every: how often it tells them again"
        if level.every and level.every < LEAST_EVERY:
            yield ("level", number, "every"), "is too short for anybody to answer; allowed: 30s or longer"
    if file.about != About.ALARM and len(file.level) > 1:
        yield ("level", 1), f"a chain about {About(file.about).value!r} tells its people once; allowed: one level"
    if file.life_safety is not True:
        return
    if file.digest:
        yield ("digest",), "life safety never waits to go out with others; allowed: none"
    if file.level[0].after:
        yield ("level", 0, "after"), "life safety is told at once; allowed: 0s, or nothing"
    if not any(level.every and not level.times for level in file.level):
        yield (
            ("level",),
            "life safety is told until somebody answers; allowed: every without times, in one level at least",
        )


def _chain(file: ChainFile, content: dict[str, Any], text: str, path: str) -> Chain:
    return Chain(
        id=file.id,
        version=version(content),
        title=file.title.text(),
        about=About(file.about),
        classes=tuple(file.classes),
        severities=tuple(Severity[word.upper()] for word in file.severities),
        life_safety=file.life_safety,
        levels=tuple(_level(level) for level in file.level),
        when_over=file.when_over,
        quiet=file.quiet,
        digest=tuple(sorted(file.digest)),
        path=path,
        text=text,
    )


def _level(table: LevelTable) -> Level:
    return Level(
        whom=tuple(whom(text) for text in table.whom),
        by=tuple(table.by),
        after=table.after,
        every=table.every,
        times=table.times,
        most=table.most,
    )


def _invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    key = tuple(details["loc"])
    return Problem(path=path, line=line_of(text, key), key=_dotted(key), text=_plain(details, key))


def _plain(details: ErrorDetails, key: Key) -> str:
    if details["type"] == "extra_forbidden":
        return f"is not a key here; allowed: {', '.join(allowed(ChainFile, key[:-1]))}"
    return plain(details, ChainFile, key)


def _dotted(key: Key) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)
