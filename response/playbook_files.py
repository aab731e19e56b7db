"""Playbook files: TOML in, frozen playbooks out. A broken file is refused with file, line, key, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from facility.alert import Severity
from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import tables, version
from facility.definition_files.telling import plain
from facility.playbook import (
    Announcement,
    Choice,
    Command,
    Evidence,
    Joins,
    Phase,
    Playbook,
    Script,
    Tale,
    Twice,
)
from facility.text import Text
from facility.units import QUANTITIES
from response.playbook_shape import CommandTable, PlaybookFile, StepTable, StoryTable
from storage.definition_folders import read_folders

SHIPPED = Path(__file__).parent / "playbooks"
"""The product's own playbooks."""
_NOTHING = Text("", "")


class BrokenPlaybooks(Broken):
    """Playbook files that cannot be used."""


def load_playbooks(*folders: Path, shipped: bool = True) -> dict[str, Playbook]:
    """The product's, with each folder's on top: the same id replaces. All or nothing. Raises ``BrokenPlaybooks``."""
    inside = ([SHIPPED] if shipped else []) + list(folders)
    found, problems = read_folders(inside, read_playbook, "playbooks")
    problems += _rules_twice(found)
    if problems:
        raise BrokenPlaybooks(problems)
    return found


def _rules_twice(playbooks: Mapping[str, Playbook]) -> Iterator[Problem]:
    """One alert opens one incident: a rule belongs to one playbook."""
    owner: dict[str, Playbook] = {}
    for playbook in playbooks.values():
        for rule in playbook.rules:
            if rule in owner:
                text = f"{rule!r} opens {owner[rule].id!r} already; allowed: one playbook a rule"
                yield Problem(path=playbook.path, line=line_of(playbook.text, ("rules",)), key="rules", text=text)
            owner[rule] = playbook


def read_playbook(text: str, path: str) -> Playbook:
    """One file's content. Raises ``BrokenPlaybooks``."""
    content = tables(text, path, BrokenPlaybooks)
    try:
        file = PlaybookFile.model_validate(content)
    except ValidationError as error:
        raise BrokenPlaybooks([_invalid(details, content, text, path) for details in error.errors()]) from None
    problems = [
        Problem(path=path, line=line_of(text, key), key=_dotted(key, content), text=t) for key, t in _misfits(file)
    ]
    if problems:
        raise BrokenPlaybooks(problems)
    return _playbook(file, content, text, path)


Key = tuple[str | int, ...]


def _misfits(file: PlaybookFile) -> Iterator[tuple[Key, str]]:
    """Well-formed, and still not possible."""
    ids = [step.id for step in file.step]
    for number, step in enumerate(file.step):
        here: Key = ("step", number)
        if step.id in ids[:number]:
            yield (*here, "id"), f"{step.id!r} is there already; allowed: one step an id"
        yield from _branch_misfits(file, number)
        yield from _step_misfits(step, here)
    for number, story in enumerate(file.story):
        for name in [*(story.done or []), *(story.owed or []), *(story.late or [])]:
            if name not in ids:
                yield ("story", number), f"{name!r} is no step; allowed: {', '.join(ids)}"


def _branch_misfits(file: PlaybookFile, number: int) -> Iterator[tuple[Key, str]]:
    """Branches hang on answers that there are, of steps that come before."""
    step = file.step[number]
    earlier = [f"{one.id}={choice.id}" for one in file.step[:number] for choice in one.choice]
    for answer in step.when:
        if answer not in earlier:
            allowed = ", ".join(earlier) or "none, no step before it confirms anything"
            yield ("step", number, "when"), f"{answer!r} is no answer of an earlier step; allowed: {allowed}"
    own = [choice.id for choice in step.choice]
    for choice in step.choice:
        for other in choice.also_after:
            if other not in own:
                yield ("step", number, "choice"), f"also_after: {other!r} is no answer of it; allowed: {', '.join(own)}"


def _step_misfits(step: StepTable, here: Key) -> Iterator[tuple[Key, str]]:
    if step.choice and step.command:
        yield (*here, "command"), "a step that confirms does not act; allowed: choices, or a command"
    if step.command and step.evidence != "none":
        yield (*here, "evidence"), "what acts is proved by its feedback; allowed: none"
    if step.evidence in ("number", "time", "text") and step.asks is None:
        yield (*here, "evidence"), f"{step.evidence!r} needs asks: what is to be entered, in both languages"
    if step.command:
        states = QUANTITIES[step.command.quantity].states
        if step.command.state not in states:
            text = f"{step.command.state!r} is no state of {step.command.quantity}; allowed: {', '.join(states)}"
            yield (*here, "command", "state"), text


def _playbook(file: PlaybookFile, content: dict[str, Any], text: str, path: str) -> Playbook:
    return Playbook(
        id=file.id,
        version=version(content),
        clause=file.clause,
        title=file.title.text(),
        about=file.about.text(),
        severity=Severity[file.severity.upper()],
        life_safety=file.life_safety,
        rules=tuple(file.rules),
        by_hand=file.by_hand,
        joins=Joins(file.joins),
        work_order=file.work_order,
        steps=tuple(_script(step) for step in file.step),
        announcements=tuple(
            Announcement(id=one.id, title=one.title.text(), body=one.body.text()) for one in file.announcement
        ),
        tales=tuple(_tale(story) for story in file.story),
        path=path,
        text=text,
    )


def _script(step: StepTable) -> Script:
    return Script(
        id=step.id,
        title=step.title.text(),
        how=step.how.text() if step.how else _NOTHING,
        who=step.who.text(),
        team=step.team,
        skill=step.skill,
        within=step.within,
        phase=Phase(step.phase),
        when=tuple(step.when),
        evidence=Evidence(step.evidence),
        asks=step.asks.text() if step.asks else _NOTHING,
        unit=step.unit,
        clause=step.clause,
        must=step.must,
        choices=tuple(
            Choice(id=c.id, title=c.title.text(), false_alarm=c.false_alarm, also_after=tuple(c.also_after))
            for c in step.choice
        ),
        command=_command(step.command) if step.command else None,
        link=step.link,
    )


def _command(table: CommandTable) -> Command:
    return Command(
        assets=tuple(table.assets),
        quantity=table.quantity,
        state=table.state,
        send=table.send,
        around=Joins(table.around),
        twice=Twice(table.twice),
        within=table.within,
    )


def _tale(story: StoryTable) -> Tale:
    def listed(names: list[str] | None) -> tuple[str, ...] | None:
        return None if names is None else tuple(names)

    return Tale(
        name=story.name,
        acts=tuple(story.acts),
        state=story.state,
        at=-1 if story.at is None else story.at,
        done=listed(story.done),
        owed=listed(story.owed),
        late=listed(story.late),
    )


def _invalid(details: ErrorDetails, content: dict[str, Any], text: str, path: str) -> Problem:
    key = tuple(details["loc"])
    return Problem(
        path=path, line=line_of(text, key), key=_dotted(key, content), text=plain(details, PlaybookFile, key)
    )


def _dotted(key: Key, content: dict[str, Any]) -> str:
    """Steps by their ids, not by their numbers: ``step.confirm.within``."""
    parts: list[str] = []
    current: Any = content
    for part in key:
        try:
            current = current[part]
        except (KeyError, IndexError, TypeError):
            current = None
        named = isinstance(part, int) and isinstance(current, dict) and isinstance(current.get("id"), str)
        parts.append(current["id"] if named else str(part))
    return ".".join(parts)
