"""``dutyroom rules …``: rules as files, proved before they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import loaded, register_of
from dutyroom.commands.replay import replay

if TYPE_CHECKING:
    from facility.register import Register
    from rules.book import RuleBook

app = typer.Typer(no_args_is_help=True)
app.command("replay")(replay)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="folders of rule files; the manual's own rules when none is given"),
]


def _load(folders: list[Path] | None, *, with_manual: bool) -> RuleBook:
    """The rules of the folders alone, or on top of the manual's. Ends the command when one is broken."""
    from rules.definition import load_book

    return loaded(lambda: load_book(*(folders or []), manual=with_manual or not folders))


@app.command("test")
def prove(
    folders: Folders = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also write what was found as JUnit XML, for a build server")
    ] = None,
) -> None:
    """Run every story, and show where what was found is not what was expected. Exit status 1 when a story fails."""
    from rules.junit import junit as as_junit
    from rules.stories import tell_all, told

    book = _load(_rule_folders(folders), with_manual=False)
    tellings = tell_all(book)
    if junit is not None:
        junit.write_text(as_junit(tellings), "utf-8")
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
def check(
    folders: Folders = None,
    *,
    site: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="a site's folder: check against its register/, not against the one in force"),
    ] = None,
) -> None:
    """Read the files on top of the manual's rules and hold them to the register: file, line, key, what is allowed.

    Errors end with exit status 1. Warnings do not: points that cannot be judged, limits that cannot be reached, points that
    no rule holds to a limit.
    """
    from rules.check import check as held_to

    own = _rule_folders(folders) or _site_rules()
    book = _load(own, with_manual=True)
    register, told = _register(site or _site_of(folders))
    found = held_to(book, register, _ids_in(book, own)) if register.points else []
    for finding in found:
        typer.echo(str(finding), err=finding.error)
    errors = sum(finding.error for finding in found)
    wrong = f"{errors} errors, {len(found) - errors} warnings" if found else "nothing wrong"
    typer.echo(f"{len(book)} rules against {told}: {wrong}")
    if errors:
        raise typer.Exit(1)


def _rule_folders(folders: list[Path] | None) -> list[Path]:
    """Folders of rule files; a site's folder stands for its rules/, if it has any."""
    found = [folder / "rules" if _is_site(folder) else folder for folder in folders or []]
    return [folder for folder in found if folder.is_dir() or not _is_site(folder.parent)]


def _is_site(folder: Path) -> bool:
    return (folder / "register").is_dir() or (folder / "rules").is_dir()


def _site_of(folders: list[Path] | None) -> Path | None:
    return next((folder for folder in folders or [] if (folder / "register").is_dir()), None)


def _site_rules() -> list[Path]:
    """The rules of the site that the settings name."""
    from dutyroom.settings import load

    folder = load().site_folder
    return [folder / "rules"] if folder is not None and (folder / "rules").is_dir() else []


def _ids_in(book: RuleBook, folders: list[Path]) -> set[str]:
    inside = {folder.resolve() for folder in folders}
    return {rule.id for rule in book if Path(rule.path).resolve().parent in inside}


def _register(site: Path | None) -> tuple[Register, str]:
    """The register of the site's folder, or the one in force, and what to call it."""
    return loaded(lambda: _register_of(site) if site is not None else _register_in_force())


def _register_of(site: Path) -> tuple[Register, str]:
    register, folder = register_of(site)
    return register, f"{len(register.points)} points of {folder}"


def _register_in_force() -> tuple[Register, str]:
    """Nothing is made here: a check leaves no database behind."""
    from dutyroom.settings import load
    from dutyroom.wiring import open_records
    from facility.register import Register as Empty

    settings = load()
    if settings.records.startswith("sqlite:///") and not Path(settings.records.removeprefix("sqlite:///")).exists():
        return Empty(), "no register (give a site's folder with --site, or import one)"
    records = open_records(settings)
    try:
        with records.read() as unit:
            register = unit.registers.load()
    finally:
        records.close()
    return register, f"{len(register.points)} points of the register in force"


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
