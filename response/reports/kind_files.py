"""Files of kinds: TOML in, frozen kinds out. A broken file is refused with file, field, what was wrong and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables
from facility.report_kind import OTHER, ReportKind, ReportKinds, Story
from facility.text import Text
from response.reports.kind_shape import BothTexts, KindFile
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "kinds"


class BrokenKinds(Broken):
    """Files of kinds that cannot be used."""


def load_kinds(*folders: Path) -> ReportKinds:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenKinds``."""
    found, problems = read_folders((SHIPPED, *folders), read_kind, "kinds of reports")
    kinds = ReportKinds(found)
    problems += [] if problems else _stories_untrue(kinds, str(folders[-1] if folders else SHIPPED))
    if problems:
        raise BrokenKinds(problems)
    return kinds


def read_kind(text: str, path: str) -> ReportKind:
    """One file's content. Raises ``BrokenKinds``."""
    content = tables(text, path, BrokenKinds)
    try:
        file = KindFile.model_validate(content)
    except ValidationError as error:
        raise BrokenKinds([_invalid(one, path) for one in error.errors(include_url=False)]) from None
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


def _invalid(details: ErrorDetails, path: str) -> Problem:
    key = details["loc"]
    if details["type"] == "extra_forbidden":
        known = ", ".join(field.alias or name for name, field in KindFile.model_fields.items())
        text = f"there is no such field; allowed: {known}"
    elif details["type"] == "missing":
        text = f"is missing; allowed: {_about(str(key[0]))}"
    else:
        text = f"{details['input']!r} cannot be used: {details['msg']}; allowed: {_about(str(key[0]))}"
    return Problem(path=path, key=".".join(map(str, key)), text=text)


def _about(field: str) -> str:
    for name, known in KindFile.model_fields.items():
        if field in (name, known.alias):
            return known.description or "see kind.schema.json"
    return "see kind.schema.json"


def _stories_untrue(kinds: ReportKinds, path: str) -> Iterator[Problem]:
    """Every sentence in the files must come out as its file says, with the site's words too."""
    if OTHER not in kinds.by_id:
        yield Problem(path=path, text=f"the kind {OTHER!r} is missing: it takes what no word tells")
    for kind in kinds.by_id.values():
        for story in kind.stories:
            told = kinds.classify(story.say)
            if told.kind != story.is_:
                by = ", ".join(told.because) or "no word"
                text = f"{story.say!r} is told to be {told.kind} (by {by}), not {story.is_}"
                yield Problem(path=path, key=f"{kind.id}.story", text=text)
