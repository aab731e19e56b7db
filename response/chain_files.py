"""Chain files: TOML in, frozen chains out. A broken file is refused with file, line, key, and what is allowed."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.chain import About, Chain, Level, pick, whom
from facility.instant import SECOND
from response.chain_shape import ChainFile, LevelTable

SHIPPED = Path(__file__).parent / "chains"
"""The product's own chains."""
LEAST_EVERY = 30 * SECOND
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainProblem:
    """One thing that is wrong."""

    path: str
    line: int = 1
    key: str = ""
    """Dotted, levels by their number from 1; empty where no key is to blame."""
    text: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.path}:{self.line}: {key}{self.text}"


class BrokenChains(ValueError):
    """Files that cannot be used. ``problems`` holds all of them."""

    def __init__(self, problems: list[ChainProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def load_chains(*folders: Path, shipped: bool = True) -> dict[str, Chain]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenChains``."""
    found: dict[str, Chain] = {}
    problems: list[ChainProblem] = []
    for folder in ([SHIPPED] if shipped else []) + list(folders):
        if not folder.is_dir():
            problems.append(ChainProblem(path=str(folder), text="is not a folder; allowed: a folder of chains"))
            continue
        here, wrong = _load_folder(folder)
        found |= here
        problems += wrong
    problems += [] if problems else _nobody_told(found, str(folders[-1] if folders else SHIPPED))
    if problems:
        raise BrokenChains(problems)
    return found


def _load_folder(folder: Path) -> tuple[dict[str, Chain], list[ChainProblem]]:
    found: dict[str, Chain] = {}
    problems: list[ChainProblem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            chain = read_chain(path.read_text("utf-8"), str(path))
        except BrokenChains as error:
            problems += error.problems
        except UnicodeDecodeError as error:
            problems.append(ChainProblem(path=str(path), text=f"is not UTF-8 text: {error.reason}"))
        else:
            if chain.id in found:
                text = f"{chain.id!r} is the id of {found[chain.id].path} already; allowed: one file an id"
                problems.append(ChainProblem(path=str(path), key="id", text=text))
            found[chain.id] = chain
    return found, problems


def _nobody_told(chains: Mapping[str, Chain], path: str) -> Iterator[ChainProblem]:
    """Whatever happens, some chain is for it."""
    for severity in Severity:
        for life_safety in (True, False):
            if pick(chains, "", severity, life_safety=life_safety) is None:
                of = "life safety" if life_safety else "what is not life safety"
                text = f"no chain is for {severity.name.lower()}, {of}; allowed: chains that leave nothing out"
                yield ChainProblem(path=path, key="severities", text=text)


def read_chain(text: str, path: str) -> Chain:
    """One file's content. Raises ``BrokenChains``."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where.group(1)) if where else max(1, text.count("\n"))
        raise BrokenChains([ChainProblem(path=path, line=line, text=f"is not TOML: {error}")]) from None
    try:
        file = ChainFile.model_validate(content)
    except ValidationError as error:
        raise BrokenChains([_invalid(details, text, path) for details in error.errors()]) from None
    problems = [
        ChainProblem(path=path, line=_line(text, key), key=_dotted(key), text=words) for key, words in _misfits(file)
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


def _chain(file: ChainFile, content: Mapping[str, Any], text: str, path: str) -> Chain:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return Chain(
        id=file.id,
        version=hashlib.sha256(canonical.encode()).hexdigest(),
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


def _invalid(details: ErrorDetails, text: str, path: str) -> ChainProblem:
    key = tuple(details["loc"])
    return ChainProblem(path=path, line=_line(text, key), key=_dotted(key), text=_plain(details, key))


def _plain(details: ErrorDetails, key: Key) -> str:
    match details["type"]:
        case "extra_forbidden":
            table = LevelTable if key[0] == "level" else ChainFile
            return f"is not a key here; allowed: {', '.join(sorted(table.model_fields))}"
        case "missing":
            return "is missing"
        case "literal_error":
            expected = str(details["ctx"]["expected"]).replace(" or ", ", ")
            return f"{details['input']!r} is not possible; allowed: {expected}"
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            return f"{details['input']!r}: {details['msg'][0].lower()}{details['msg'][1:]}"


def _dotted(key: Key) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)


def _line(text: str, key: Key) -> int:
    """The line (from 1) of the key, or of the table that it is in."""
    lines = text.split("\n")
    start = 0
    if key[:1] == ("level",) and len(key) > 1:
        headers = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*level\s*\]\]", line)]
        start = headers[int(key[1])] if int(key[1]) < len(headers) else 0
    for name in reversed([part for part in key if isinstance(part, str)]):
        for number in range(start, len(lines)):
            if re.match(rf"\s*(\[+\s*)?{re.escape(name)}\s*([=\].]|$)", lines[number]):
                return number + 1
    return start + 1
