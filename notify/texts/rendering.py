"""From a stored notice to the message that goes out, in the person's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

from facility.notice import Notice
from facility.site import time_zone
from notify.channel import Message
from notify.texts import words

SHIPPED = Path(__file__).parent
LANGUAGES = ("zh", "en")
PARTS = ("title", "short", "body")
LONGEST_TITLE = 60
LONGEST_SHORT = 500


class NoText(ValueError):
    """There is no such text: the notice cannot be told."""


class Texts:
    """The product's texts, with the site's ``texts/zh`` and ``texts/en`` before them. Thread-safe."""

    def __init__(self, *folders: Path, link: str = "") -> None:
        self._folders = tuple(folders)
        self._link = link.rstrip("/")
        """The address under which people reach the pages, such as https://duty.example.com; empty: links are left out."""

    def message(self, notice: Notice) -> Message:
        """What goes out. Raises ``NoText``."""
        language = notice.language if notice.language in LANGUAGES else "zh"
        parts = render(_template(self._folders, language, notice.template), notice, language)
        link = str(notice.data.get("link") or "")
        return Message(
            key=notice.wire_key,
            address=notice.address,
            language=language,
            title=_short(parts["title"], LONGEST_TITLE),
            short=_short(parts["short"], LONGEST_SHORT),
            body=parts["body"],
            link=f"{self._link}{link}" if self._link and link.startswith("/") else "",
            severity=notice.severity,
            life_safety=notice.life_safety,
            test=notice.test,
            cause=notice.cause,
            person=notice.person,
            data=notice.data,
        )


def render(template: Template, notice: Notice, language: str) -> dict[str, str]:
    """Title, short and body."""
    zone = time_zone(str(notice.data.get("zone", "")))

    def say(text: Mapping[str, str] | None) -> str:
        found = text or {}
        return found.get(language) or next((one for one in found.values() if one), "")

    context = template.new_context(
        {
            **dict.fromkeys(("value", "order", "first", "limit", "point", "late", "over", "again", "site")),
            **notice.data,
            "mark": _mark(notice, language),
            "test": notice.test,
            "why_told": notice.why,
            "say": say,
            "at": lambda instant: words.local(instant, zone, language),
            "span": lambda milliseconds: words.span(milliseconds, language),
            "clock_word": lambda name: words.CLOCKS.get(name, {}).get(language, name),
        }
    )
    return {part: _tidy("".join(template.blocks[part](context))) for part in PARTS}


def _mark(notice: Notice, language: str) -> str:
    """How urgent it is, in a word; a test says so before anything else."""
    if notice.test:
        return words.TEST[language]
    if notice.life_safety:
        return words.LIFE_SAFETY[language]
    return words.SEVERITIES[language][int(notice.severity)]


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, none of them empty."""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


def _short(text: str, most: int) -> str:
    one_line = text.replace("\n", " ")
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"


@cache
def _environment(folders: Sequence[Path], language: str) -> Environment:
    loaders = [FileSystemLoader(folder / language) for folder in (*folders, SHIPPED)]
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=False,  # noqa: S701 - plain text: each channel escapes for what it speaks
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(folders: tuple[Path, ...], language: str, name: str) -> Template:
    try:
        found = _environment(folders, language).get_template(f"{name}.txt")
    except TemplateNotFound:
        raise NoText(f"there is no text {name!r} in {language!r}") from None
    missing = [part for part in PARTS if part not in found.blocks]
    if missing:
        raise NoText(f"the text {name!r} in {language!r} lacks {', '.join(missing)}")
    return found
