"""What the commands over files of definitions share: where a site has them, and that a broken one ends the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from facility.definition_files.problem import Broken

T = TypeVar("T")


def inside(folders: list[Path] | None, name: str) -> list[Path]:
    """The folders; a site's folder stands for its ``name`` (chains, classes …)."""
    return [folder / name if (folder / name).is_dir() else folder for folder in folders or []]


def own(folders: list[Path] | None, name: str) -> list[Path]:
    """Only what lies under ``name`` in these sites' folders."""
    return [folder / name for folder in folders or [] if (folder / name).is_dir()]


def loaded(load: Callable[[], T]) -> T:
    """What ``load`` reads. Ends the command, with all that is wrong, when files cannot be used."""
    try:
        return load()
    except Broken as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
