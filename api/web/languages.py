"""Chinese and English: catalogs read from their ``.po`` files at start, and which one a request gets."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"zh": "中文", "en": "English"}
FOLDER = Path(__file__).parent / "translations"


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "translated later"
    """Marks a text for the catalog; it is translated where it is shown."""
    return text


def read_catalog(language: str) -> Catalog:
    """All ``LANGUAGE/*.po``, one file a room, as one; empty for English, whose texts are the message ids.

    Raises ``ValueError`` where two files translate the same text: one of them would never be seen.
    """
    whole = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            part = read_po(file, locale=language)
        for message in part:
            if message.id and message.id in whole:
                raise ValueError(f"{path}: {message.id!r} is translated in another file of {path.parent} already")
            if message.id:
                whole[message.id] = message
    return whole


@cache
def translations(language: str) -> gettext.NullTranslations:
    """What Jinja and ``_`` translate with. Plural forms are compiled in memory, so no ``.mo`` is ever built."""
    import io

    catalog = read_catalog(language)
    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def wanted(header: str, known: Iterable[str] = LANGUAGES) -> str:
    """The best of ``known`` for an Accept-Language header, or "". ``zh-TW`` counts as ``zh``."""
    best, weight = "", 0.0
    for part in header.split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = _quality(parameters)
        if language in known and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
