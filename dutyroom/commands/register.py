"""``dutyroom register …``: the register as CSV files."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dutyroom.register_files import ImportResult
    from storage.records.port import Records

app = typer.Typer(no_args_is_help=True)

WHO = "system:command-line"
_SHOWN = 200
"""So many errors are printed; a wrong column gives one for every row."""


@app.command("import")
def import_register(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder with sites.csv, zones.csv, points.csv …")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="check, and show what would change; apply nothing")
    ] = False,
    who: Annotated[str, typer.Option(help="who imports it, as the history will say")] = WHO,
    why: Annotated[str, typer.Option(help="why, as the history will say")] = "",
) -> None:
    """Make the register what the CSV files in DIR say: all of it, or, with an error anywhere, nothing."""
    from dutyroom.register_files import import_folder
    from dutyroom.wiring import now
    from storage.records.port import Conflict

    records = _open()
    try:
        result = import_folder(records, folder, who=who, at=now(), dry_run=dry_run, why=why)
    except Conflict as conflict:
        print(f"dutyroom: {conflict}; nothing was applied, try again", file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        records.close()
    _print(result, dry_run=dry_run)
    if result.errors:
        raise typer.Exit(1)


@app.command("export")
def export_register(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="folder to write; files of the same names are replaced")
    ],
) -> None:
    """Write the register in force as CSV files that import unchanged."""
    from dutyroom.register_files import export_folder

    records = _open()
    try:
        for file in export_folder(records, folder):
            print(file)
    except OSError as error:
        print(f"dutyroom: {error.filename}: {error.strerror}", file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        records.close()


def _open() -> Records:
    from dutyroom.settings import load
    from dutyroom.wiring import open_records

    return open_records(load())


def language() -> str:
    """The terminal's language: Chinese where the locale says so, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


def _print(result: ImportResult, *, dry_run: bool) -> None:
    for note in result.notes:
        print(note.say(language()), file=sys.stderr)
    for error in result.errors[:_SHOWN]:
        print(error.say(language()), file=sys.stderr)
    if result.errors:
        print(_refused(len(result.errors)), file=sys.stderr)
        return
    if dry_run:
        _print_changes(result)
    print(_summary(result, dry_run=dry_run))


def _print_changes(result: ImportResult) -> None:
    from zoneinfo import ZoneInfo

    from facility.register_files import tell

    timezone = ZoneInfo(result.timezone)
    for change in result.changes:
        print(tell(change, timezone))


def _refused(count: int) -> str:
    more = count - _SHOWN
    if language() == "zh":
        return (f"……还有 {more} 处\n" if more > 0 else "") + f"共 {count} 处错误，未作任何更改"
    return (
        f"… and {more} more\n" if more > 0 else ""
    ) + f"{count} error{'s' if count > 1 else ''}: nothing was applied"


def _summary(result: ImportResult, *, dry_run: bool) -> str:
    counts = Counter(change.what for change in result.changes)
    added, changed, retired = (counts[what] for what in ("added", "changed", "retired"))
    if language() == "zh":
        told = f"新增 {added}，变更 {changed}，停用 {retired}"
        return f"{told}（试运行，未作更改）" if dry_run else f"{told}；台账版本 {result.version}"
    told = f"{added} added, {changed} changed, {retired} retired"
    return f"{told} (dry run: nothing applied)" if dry_run else f"{told}; register version {result.version}"
