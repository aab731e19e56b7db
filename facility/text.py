"""Words that a person reads, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One piece of text in Chinese and English. Where one is missing the other stands in."""

    zh: str
    en: str = ""

    def say(self, language: str) -> str:
        """The text in ``language`` (``"zh"`` or ``"en"``)."""
        first, second = (self.zh, self.en) if language.startswith("zh") else (self.en, self.zh)
        return first or second
