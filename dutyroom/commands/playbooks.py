"""``dutyroom playbooks …``: what people do, as files, proved before they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, own

if TYPE_CHECKING:
    from facility.playbook import Playbook

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...", help="folders of playbook files, or a site's folder; the shipped ones when none is given"
    ),
]


def _load(folders: list[Path] | None) -> dict[str, Playbook]:
    """On top of the shipped ones. Ends the command when one is broken."""
    from response.playbook_files import load_playbooks

    return loaded(lambda: load_playbooks(*inside(folders, "playbooks")))


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files on top of the shipped ones, tell every story, and look up the rules that they name. Exit status 1 when
    something is wrong."""
    from response.playbook_tales import tell
    from rules.definition import load_book

    playbooks = _load(folders)
    rules = {rule.id for rule in load_book(*own(folders, "rules"))}
    unknown = [(book, rule) for book in playbooks.values() for rule in book.rules if rule not in rules]
    for book, rule in unknown:
        typer.echo(f"{book.path}: rules: {rule!r} is no rule; see: dutyroom rules list", err=True)
    tellings = [telling for book in playbooks.values() for telling in tell(book)]
    failed = [telling for telling in tellings if telling.wrong]
    for telling in failed:
        typer.echo(str(telling), err=True)
    for book in playbooks.values():
        if not book.tales:
            typer.echo(f"{book.path}: {book.id}: no story proves it", err=True)
    typer.echo(f"{len(playbooks)} playbooks, {len(tellings)} stories, {len(failed)} failed")
    if failed or unknown:
        raise typer.Exit(1)


@app.command("list")
def list_(folders: Folders = None, language: Annotated[str, typer.Option(help="en or zh")] = "en") -> None:
    """Every playbook with what opens it and its steps."""
    from facility.instant import duration_text

    for book in _load(folders).values():
        opens = ", ".join(book.rules) or "by hand"
        typer.echo(f"{book.id}  [{book.clause or '-'}]  {book.title.say(language)}  ({opens})")
        for step in book.steps:
            within = f"  ≤ {duration_text(step.within)}" if step.within else ""
            after = f"  after {' or '.join(step.when)}" if step.when else ""
            typer.echo(f"    {step.id}: {step.title.say(language)} · {step.who.say(language)}{within}{after}")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of playbook files, for an editor to complete by."""
    from response.playbook_shape import schema_text

    typer.echo(schema_text(), nl=False)
