"""``dutyroom doors …``: what is looked for at doors, as files, proved before anybody is told by them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, own

if TYPE_CHECKING:
    from facility.door_check import DoorCheck
    from facility.door_finding import DoorRule

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...", help="folders of door checks, or a site's folder; the shipped ones when none is given"
    ),
]


def _load(folders: list[Path] | None) -> Mapping[DoorRule, DoorCheck]:
    """On top of the shipped ones, every story told. Ends the command when one is broken."""
    from response.door_check_files import load_door_checks

    return loaded(lambda: load_door_checks(*inside(folders, "doors")))


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files on top of the shipped ones, tell every story, and look up the classes of work that they name. Exit
    status 1 when something is wrong."""
    from response.class_files import load_classes

    checks = _load(folders)
    classes = loaded(lambda: load_classes(*own(folders, "classes")))
    unknown = [one for one in checks.values() if one.work and one.work not in classes]
    for one in unknown:
        typer.echo(f"{one.path}: work: {one.work!r} is no class of work; allowed: {', '.join(classes)}", err=True)
    typer.echo(f"{len(checks)} door checks, {sum(len(one.stories) for one in checks.values())} stories, 0 failed")
    if unknown:
        raise typer.Exit(1)


@app.command("list")
def list_(folders: Folders = None, language: Annotated[str, typer.Option(help="en or zh")] = "en") -> None:
    """Every check with its severity, where it looks, and what it does."""
    for one in _load(folders).values():
        silent = "  silent" if one.silent else "  soft" if one.soft else ""
        at = ", ".join(one.access)
        typer.echo(
            f"{one.id}  [{one.clause or '-'}]  {one.severity.name.lower()}  {one.title.say(language)}  ({at}){silent}"
        )


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of door checks, for an editor to complete by."""
    from response.door_check_shape import schema_text

    typer.echo(schema_text(), nl=False)
