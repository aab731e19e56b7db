"""What the commands over folders of CSV files share: the records, what is wrong with the files, the terminal's language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from facility.register_files import RegisterError
    from facility.text import Text
    from storage.records.port import Records

R = TypeVar("R")
WHO = "system:command-line"
_SHOWN = 200
"""So many errors are printed; a wrong column gives one for every row."""


def opened() -> closing[Records]:
    """The records that the settings name, until the end of the block."""
    from dutyroom.settings import load
    from dutyroom.wiring import open_records

    return closing(open_records(load()))


def imported(run: Callable[[Records], R]) -> R:
    """What ``run`` makes of the records. Ends the command when others keep changing them meanwhile."""
    from storage.records.port import Conflict

    try:
        with opened() as records:
            return run(records)
    except Conflict as conflict:
        print(f"dutyroom: {conflict}; nothing was applied, try again", file=sys.stderr)
        raise typer.Exit(1) from None


def exported(run: Callable[[Records], list[Path]]) -> None:
    """Print the files that ``run`` writes. Ends the command when they cannot be written."""
    with opened() as records:
        try:
            for file in run(records):
                print(file)
        except OSError as error:
            print(f"dutyroom: {error.filename}: {error.strerror}", file=sys.stderr)
            raise typer.Exit(1) from None


def refused(errors: Sequence[RegisterError], notes: Sequence[Text]) -> None:
    """Print what was forgiven; with errors, which they are, and end the command."""
    for note in notes:
        print(note.say(language()), file=sys.stderr)
    for error in errors[:_SHOWN]:
        print(error.say(language()), file=sys.stderr)
    if errors:
        print(_nothing_applied(len(errors)), file=sys.stderr)
        raise typer.Exit(1)


def _nothing_applied(count: int) -> str:
    more = count - _SHOWN
    cut_short = said(f"……还有 {more} 处\n", f"… and {more} more\n") if more > 0 else ""
    many = "s" if count > 1 else ""
    return cut_short + said(f"共 {count} 处错误，未作任何更改", f"{count} error{many}: nothing was applied")


def language() -> str:
    """The terminal's language: Chinese where the locale says so, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


def said(zh: str, en: str) -> str:
    """In the terminal's language."""
    return zh if language() == "zh" else en
