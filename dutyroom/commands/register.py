"""``dutyroom register …``: the register as CSV files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.csv_folders import WHO, exported, imported, language, refused

if TYPE_CHECKING:
    from dutyroom.register_files import ImportResult

app = typer.Typer(no_args_is_help=True)


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

    result = imported(lambda records: import_folder(records, folder, who=who, at=now(), dry_run=dry_run, why=why))
    refused(result.errors, result.notes)
    if dry_run:
        _print_changes(result)
    print(_summary(result, dry_run=dry_run))


@app.command("export")
def export_register(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="folder to write; files of the same names are replaced")
    ],
) -> None:
    """Write the register in force as CSV files that import unchanged."""
    from dutyroom.register_files import export_folder

    exported(lambda records: export_folder(records, folder))


def _print_changes(result: ImportResult) -> None:
    from zoneinfo import ZoneInfo

    from facility.register_files import tell

    timezone = ZoneInfo(result.timezone)
    for change in result.changes:
        print(tell(change, timezone))


def _summary(result: ImportResult, *, dry_run: bool) -> str:
    counts = Counter(change.what for change in result.changes)
    added, changed, retired = (counts[what] for what in ("added", "changed", "retired"))
    if language() == "zh":
        told = f"新增 {added}，变更 {changed}，停用 {retired}"
        return f"{told}（试运行，未作更改）" if dry_run else f"{told}；台账版本 {result.version}"
    told = f"{added} added, {changed} changed, {retired} retired"
    return f"{told} (dry run: nothing applied)" if dry_run else f"{told}; register version {result.version}"
