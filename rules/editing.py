"""Changing one value of a rule's file and leaving the rest of it, comments included, as its author wrote it. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from facility.definition_files.locate import key_lines
from rules.rule import Rule

_LINE = re.compile(r"""^(\s*[A-Za-z0-9_-]+\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*')(.*)$""")


class CannotEdit(ValueError):
    """The file is laid out so that the value has no line of its own. ``key`` says which."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} has no line of its own in the file: edit the file itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """One value of the kind's table that is written as text."""

    key: str
    text: str
    """As it stands in the file; empty where it does not."""
    needed: bool
    about: str
    """What it is, in English, as the schema says it."""


def editable(rule: Rule) -> list[Editable]:
    """Limits, deadband, hold and clear times: every key of the kind's table that takes a text."""
    content = tomllib.loads(rule.text).get(rule.kind.NAME, {})
    found: list[Editable] = []
    for name, field in rule.kind.Table.model_fields.items():
        value = content.get(name, "")
        takes_text = field.annotation in (str, int, str | None, int | None)
        if takes_text and isinstance(value, str):
            about = field.description or ""
            found.append(Editable(key=name, text=value, needed=field.is_required(), about=about))
    return found


def edited(rule: Rule, values: Mapping[str, str]) -> str:
    """The file with these values of its kind's table; an empty one is taken out. Raises ``CannotEdit``.

    Whether the result is a rule is for ``rules.definition.read_rule`` to say.
    """
    text = rule.text
    for one in editable(rule):
        wanted = values.get(one.key, one.text).strip()
        if wanted != one.text:
            text = _with(text, rule.kind.NAME, one, wanted)
    return text


def _with(text: str, table: str, one: Editable, wanted: str) -> str:
    places, lines = key_lines(text), text.split("\n")
    header = places.get((table,), 0)
    place, value = places.get((table, one.key)), json.dumps(wanted, ensure_ascii=False)
    if place is not None and not wanted:
        del lines[place - 1]
    elif place is not None:
        lines[place - 1] = _replaced(lines[place - 1], table, one.key, value)
    elif not one.text and header and lines[header - 1].lstrip().startswith("["):
        lines.insert(header, f"{one.key} = {value}")
    else:
        raise CannotEdit(f"{table}.{one.key}")
    return "\n".join(lines)


def _replaced(line: str, table: str, key: str, value: str) -> str:
    match = _LINE.match(line)
    if match is None:
        raise CannotEdit(f"{table}.{key}")
    return f"{match.group(1)}{value}{match.group(3)}"
