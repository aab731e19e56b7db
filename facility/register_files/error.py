"""What is wrong with a register file, by file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facility.text import Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterError:
    """One thing that is wrong. ``row`` counts as a spreadsheet does (the header is 1); 0 means the file as a whole."""

    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    message: Text
    """What is wrong with the value, as the rest of a sentence that begins with it."""
    allowed: Text = NOTHING

    def say(self, language: str) -> str:
        """One line for a person: where, what, what is allowed."""
        message, allowed = self.message.say(language), self.allowed.say(language)
        if language.startswith("zh"):
            place = self.file + (f" 第 {self.row} 行" if self.row else "") + (f"，{self.column}" if self.column else "")
            value = f"“{self.value}”" if self.value else ""
            return f"{place}：{value}{message}" + (f"；可用：{allowed}" if allowed else "")
        place = self.file + (f" row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        value = f"{self.value!r} " if self.value else ""
        return f"{place}: {value}{message}" + (f"; allowed: {allowed}" if allowed else "")

    def __str__(self) -> str:
        return self.say("en")


class RegisterRefused(ValueError):
    """The files cannot become a register. ``errors`` are all that was found, in the order of tables and rows."""

    def __init__(self, errors: Sequence[RegisterError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))
