"""What the phone's pages say, as data for the page: English → Chinese, out of ``phone_words.toml``.

They stand apart from the catalog because a phone needs both languages at once, and says many things more shortly than a desk.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

CHINESE: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def texts(language: str) -> dict[str, str]:
    """English text → what is said in this language."""
    return dict(CHINESE) if language == "zh" else {text: text for text in CHINESE}
