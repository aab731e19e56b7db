"""Files of kinds: TOML in, frozen kinds out. A broken file is refused with file, field, what was wrong and what is allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from facility.report_kind import OTHER, ReportKind, ReportKinds, Story
from facility.text import Text
from response.reports.kind_shape import BothTexts, KindFile

SHIPPED = Path(__file__).parent / "kinds"


class BrokenKinds(ValueError):
    """Files that cannot be used; ``problems`` holds one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def load_kinds(*folders: Path) -> ReportKinds:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenKinds``."""
    found: dict[str, ReportKind] = {}
    problems: list[str] = []
    for folder in (SHIPPED, *folders):
        seen: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                kind = read_kind(path.read_bytes(), path)
            except BrokenKinds as broken:
                problems += broken.problems
                continue
            if kind.id in seen:
                problems.append(
                    f"{path}: id: {kind.id!r} is the id of {seen[kind.id]} already; allowed: one file an id"
                )
            seen[kind.id] = path
            found[kind.id] = kind
    problems += problems or _stories_untrue(ReportKinds(found))
    if problems:
        raise BrokenKinds(problems)
    return ReportKinds(found)


def read_kind(content: bytes, path: Path) -> ReportKind:
    """One file. Raises ``BrokenKinds``."""
    try:
        file = KindFile.model_validate(tomllib.loads(content.decode()))
    except UnicodeDecodeError as error:
        raise BrokenKinds([f"{path}: is not UTF-8 text: {error.reason}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenKinds([f"{path}: is not TOML: {error}"]) from None
    except ValidationError as error:
        raise BrokenKinds(list(_wrong(error, path))) from None
    return ReportKind(
        id=file.id,
        title=_text(file.title),
        place=file.place,
        work=file.work,
        clause=file.clause,
        emergency=file.emergency,
        life_safety=file.life_safety,
        advice=_text(file.advice) if file.advice else Text(""),
        assets=tuple(file.assets),
        words_zh=tuple(file.words.zh),
        words_en=tuple(file.words.en),
        not_zh=tuple(file.not_.zh),
        not_en=tuple(file.not_.en),
        stories=tuple(Story(say=story.say, is_=story.is_) for story in file.story),
    )


def _text(found: BothTexts) -> Text:
    return Text(found.zh, found.en)


def _wrong(error: ValidationError, path: Path) -> Iterator[str]:
    known = ", ".join(field.alias or name for name, field in KindFile.model_fields.items())
    for one in error.errors(include_url=False):
        field = ".".join(str(part) for part in one["loc"])
        if one["type"] == "extra_forbidden":
            yield f"{path}: {field}: there is no such field; allowed: {known}"
        elif one["type"] == "missing":
            yield f"{path}: {field}: is missing; allowed: {_about(str(one['loc'][0]))}"
        else:
            yield f"{path}: {field}: {one['input']!r} cannot be used: {one['msg']}; allowed: {_about(str(one['loc'][0]))}"


def _about(field: str) -> str:
    for name, known in KindFile.model_fields.items():
        if field in (name, known.alias):
            return known.description or "see kind.schema.json"
    return "see kind.schema.json"


def _stories_untrue(kinds: ReportKinds) -> list[str]:
    """Every sentence in the files must come out as its file says, with the site's words too."""
    untrue = [] if OTHER in kinds.by_id else [f"the kind {OTHER!r} is missing: it takes what no word tells"]
    for kind in kinds.by_id.values():
        for story in kind.stories:
            told = kinds.classify(story.say)
            if told.kind != story.is_:
                by = ", ".join(told.because) or "no word"
                untrue.append(f"{kind.id}: story: {story.say!r} is told to be {told.kind} (by {by}), not {story.is_}")
    return untrue
