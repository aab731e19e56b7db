"""``dutyroom classes …``: classes of work as files, proved before they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, own

if TYPE_CHECKING:
    from facility.work_class import WorkClass

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...", help="folders of class files, or a site's folder; the shipped ones when none is given"
    ),
]


def _load(folders: list[Path] | None) -> dict[str, WorkClass]:
    """On top of the shipped ones. Ends the command when one is broken."""
    from response.class_files import load_classes

    return loaded(lambda: load_classes(*inside(folders, "classes")))


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files on top of the shipped ones, and look up the playbooks and chains that they name. Exit status 1 when
    something is wrong."""
    classes = _load(folders)
    unknown = _unknown(classes, folders)
    for line in unknown:
        typer.echo(line, err=True)
    typer.echo(f"{len(classes)} classes, {len(unknown)} wrong names")
    if unknown:
        raise typer.Exit(1)


def _unknown(classes: dict[str, WorkClass], folders: list[Path] | None) -> list[str]:
    """What they name and is not there. The folders' own chains and playbooks count."""
    from response.chain_files import BrokenChains, load_chains
    from response.playbook_files import BrokenPlaybooks, load_playbooks

    try:
        chains = load_chains(*own(folders, "chains"))
        playbooks = load_playbooks(*own(folders, "playbooks"))
    except (BrokenChains, BrokenPlaybooks) as error:
        return str(error).splitlines()
    wrong = []
    for one in classes.values():
        if one.chain and one.chain not in chains:
            wrong.append(f"{one.path}: chain: {one.chain!r} is no chain; allowed: {', '.join(chains)}")
        if one.playbook and one.playbook not in playbooks:
            wrong.append(f"{one.path}: playbook: {one.playbook!r} is no playbook; allowed: {', '.join(playbooks)}")
    return wrong


@app.command("list")
def list_(folders: Folders = None, language: Annotated[str, typer.Option(help="en or zh")] = "en") -> None:
    """Every class with what it promises and its checklist."""
    from facility.instant import duration_text

    for one in _load(folders).values():
        promised = ", ".join(f"{clock.name} ≤ {duration_text(clock.within)}" for clock in one.clocks)
        typer.echo(f"{one.id}  {one.title.say(language)}  ({one.dispatch.value})  {promised or '-'}")
        for line in one.checklist:
            asks = [word for word, wanted in (("must", line.must), ("photo", line.photo)) if wanted]
            asks += [line.quantity] if line.quantity else []
            typer.echo(f"    {line.id}: {line.title.say(language)}{'  · ' + ', '.join(asks) if asks else ''}")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of class files, for an editor to complete by."""
    from response.class_shape import schema_text

    typer.echo(schema_text(), nl=False)
