"""``dutyroom rules …``: rules as files, proved before they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rules.book import RuleBook

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="folders of rule files; the manual's own rules when none is given"),
]


def _load(folders: list[Path] | None, *, with_manual: bool) -> RuleBook:
    """The rules of the folders alone, or on top of the manual's. Ends the command when one is broken."""
    from rules.definition import BrokenRules, load_book

    try:
        return load_book(*(folders or []), manual=with_manual or not folders)
    except BrokenRules as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


@app.command("test")
def prove(folders: Folders = None) -> None:
    """Run every story, and show where what was found is not what was expected. Exit status 1 when a story fails."""
    from rules.stories import tell_all, told

    book = _load(folders, with_manual=False)
    tellings = tell_all(book)
    failed = [telling for telling in tellings if not telling.held]
    for telling in failed:
        typer.echo(told(telling))
    bare = [rule for rule in book if not rule.stories]
    for rule in bare:
        typer.echo(f"{rule.path}:1: {rule.id}: no story proves it")
    typer.echo(f"{len(book)} rules, {len(tellings)} stories, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files, on top of the manual's rules, and say what is wrong: file, line, key, what is allowed."""
    book = _load(folders, with_manual=True)
    typer.echo(f"{len(book)} rules, nothing wrong")


@app.command("list")
def list_(
    folders: Folders = None,
    language: Annotated[str, typer.Option(help="en or zh")] = "en",
) -> None:
    """Every rule in a sentence, the manual's with the folders' on top."""
    from rules.book import sentence

    for rule in sorted(_load(folders, with_manual=True), key=lambda rule: (rule.severity, rule.id)):
        typer.echo(f"{rule.id}  [{rule.clause or '-'}]  {rule.version[:12]}\n    {sentence(rule, language)}")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of rule files, for an editor to complete by."""
    from rules.schema import schema_text

    typer.echo(schema_text(), nl=False)
