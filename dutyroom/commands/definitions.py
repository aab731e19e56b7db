"""What the commands over files of definitions share: where a site has them, and that a broken one ends the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from facility.definition_files.problem import Broken

if TYPE_CHECKING:
    from facility.register import Register

T = TypeVar("T")
_SHOWN = 20
"""So many errors of a register are printed."""


def inside(folders: list[Path] | None, name: str) -> list[Path]:
    """The folders; a site's folder stands for its ``name`` (chains, classes …)."""
    return [folder / name if (folder / name).is_dir() else folder for folder in folders or []]


def own(folders: list[Path] | None, name: str) -> list[Path]:
    """Only what lies under ``name`` in these sites' folders."""
    return [folder / name for folder in folders or [] if (folder / name).is_dir()]


def loaded(load: Callable[[], T]) -> T:
    """What ``load`` reads. Ends the command, with what is wrong, when files cannot be used."""
    from facility.register_files import RegisterRefused

    try:
        return load()
    except Broken as error:
        typer.echo(str(error), err=True)
    except RegisterRefused as refused:
        for wrong in refused.errors[:_SHOWN]:
            typer.echo(wrong.say("en"), err=True)
    raise typer.Exit(1)


def register_of(folder: Path) -> tuple[Register, Path]:
    """What a folder of register files says, or the one inside a site's folder, and which it was. Raises ``RegisterRefused``."""
    from dutyroom.register_files import read_folder

    inside = folder / "register" if (folder / "register").is_dir() else folder
    return read_folder(inside), inside
