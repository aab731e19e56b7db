"""``dutyroom chains …``: who is told when, as files, proved before they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, own

if TYPE_CHECKING:
    from facility.chain import Chain

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...", help="folders of chain files, or a site's folder; the shipped ones when none is given"
    ),
]


def _load(folders: list[Path] | None) -> dict[str, Chain]:
    """On top of the shipped ones. Ends the command when one is broken, or when a case would have no chain."""
    from response.chain_files import load_chains

    return loaded(lambda: load_chains(*inside(folders, "chains")))


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files on top of the shipped ones: every case has a chain, and the classes that they name are there. Exit
    status 1 when something is wrong."""
    from facility.door_check import SILENT
    from response.class_files import load_classes

    chains = _load(folders)
    classes = loaded(lambda: load_classes(*own(folders, "classes")))
    unknown = [
        (chain, name) for chain in chains.values() for name in chain.classes if name not in classes and name != SILENT
    ]
    for chain, name in unknown:
        typer.echo(f"{chain.path}: classes: {name!r} is no class of work; see: dutyroom classes list", err=True)
    typer.echo(f"{len(chains)} chains, {len(unknown)} wrong names")
    if unknown:
        raise typer.Exit(1)


@app.command("list")
def list_(folders: Folders = None, language: Annotated[str, typer.Option(help="en or zh")] = "en") -> None:
    """Every chain with its levels: after how long whom, by which channels."""
    from facility.instant import duration_text

    for chain in _load(folders).values():
        typer.echo(f"{chain.id}  {chain.title.say(language)}  ({chain.about.value})")
        after = 0
        for level in chain.levels:
            after += level.after
            again = f"  again every {duration_text(level.every)}" if level.every else ""
            whom = ", ".join(str(one) for one in level.whom)
            typer.echo(f"    {duration_text(after) if after else 'at once'}: {whom} · {', '.join(level.by)}{again}")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of chain files, for an editor to complete by."""
    from response.chain_shape import schema_text

    typer.echo(schema_text(), nl=False)
