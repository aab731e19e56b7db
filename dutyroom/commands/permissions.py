"""``dutyroom permissions …``: who may enter where and when, as CSV files; and the door system's list beside it."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.csv_folders import WHO, exported, imported, language, opened, refused, said

if TYPE_CHECKING:
    from dutyroom.permission_files import PermissionImport
    from facility.door_list import Comparison, Difference
    from facility.permission import Permissions
    from facility.permission_files.columns import Hide

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_files(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder with holders.csv, credentials.csv …")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="check, and show what would change; apply nothing")
    ] = False,
    who: Annotated[str, typer.Option(help="who imports it, as the history will say")] = WHO,
    why: Annotated[str, typer.Option(help="why, as the history will say")] = "",
) -> None:
    """Make the permissions what the CSV files in DIR say: all of it, or, with an error anywhere, nothing. Other tables stay."""
    from dutyroom.permission_files import Importing, import_permissions
    from dutyroom.wiring import now

    how = Importing(hide=_hide(), who=who, at=now(), why=why, dry_run=dry_run)
    result = imported(lambda records: import_permissions(records, folder, how))
    refused(result.errors, result.notes)
    _print(result, dry_run=dry_run)


@app.command("export")
def export_files(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="folder to write; files of the same names are replaced")
    ],
) -> None:
    """Write the permissions as CSV files that import unchanged. They hold names: keep them as such."""
    from dutyroom.permission_files import export_permissions

    exported(lambda records: export_permissions(records, folder))


@app.command("list")
def list_them(
    access: Annotated[str, typer.Option(help="only for zones of this class or above")] = "",
) -> None:
    """Every permission in force: for whom, where, when, until, approved by whom."""
    from dutyroom.wiring import now
    from facility.permission import REASONS, standing
    from facility.permission_telling import hours_text, where_text, whom_text

    with opened() as records, records.read() as unit:
        permissions, register = unit.permissions.load(), unit.registers.load()
    at = now()
    for one in permissions.permissions.values():
        if access and one.access != access:
            continue
        parts = (
            one.id,
            whom_text(one, permissions).say(language()),
            where_text(one, register).say(language()),
            hours_text(one).say(language()),
            REASONS[standing(permissions, one, at)].say(language()),
            one.approver,
        )
        print(" · ".join(parts))
    if not permissions.permissions:
        print(
            said("还没有权限：dutyroom permissions import DIR", "no permissions yet: dutyroom permissions import DIR")
        )


@app.command("compare")
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the door system's list, as CSV")],
    mapping: Annotated[
        Path | None, typer.Option(help="what its columns are called; the site's door-list.toml when left out")
    ] = None,
    *,
    who: Annotated[str, typer.Option(help="who compares, as the history will say")] = WHO,
) -> None:
    """Hold the door system's own list against the permissions: who has more than they should, and who has less. Exit status 1
    when they differ."""
    from dutyroom.door_comparing import Comparing, compare_list
    from dutyroom.settings import load
    from dutyroom.wiring import now
    from facility.permission_files.door_list import BrokenDoorList
    from facility.register_files import RegisterRefused

    how = Comparing(hide=_hide(), who=who, at=now(), mapping=mapping, site=load().site_folder)
    try:
        found, permissions = imported(lambda records: compare_list(records, file.read_bytes(), how))
    except (BrokenDoorList, OSError) as error:
        print(f"dutyroom: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except RegisterRefused as wrong:
        refused(wrong.errors, [])
        raise
    for one in found.differences:
        print(_line(one, permissions))
    print(_figures(found))
    if found.differences:
        raise typer.Exit(1)


def _hide() -> Hide:
    from dutyroom.settings import load
    from dutyroom.wiring import hider

    return partial(hider(load()), "card")


def _line(one: Difference, permissions: Permissions) -> str:
    from facility.door_list import NAMES, TO_DO

    holder = permissions.holders.get(one.holder)
    who = " ".join(part for part in (holder.name if holder else "", f"…{one.tail}" if one.tail else "") if part)
    row = said(f"第 {one.row} 行", f"row {one.row}") if one.row else said("不在名单中", "not listed")
    parts = (NAMES[one.kind].say(language()), row, who or "—", one.door or one.called, TO_DO[one.kind].say(language()))
    return " · ".join(parts)


def _figures(found: Comparison) -> str:
    counts = ", ".join(f"{kind} {many}" for kind, many in found.figures.items() if many)
    told = counts or said("没有差异", "no difference")
    return said(
        f"名单 {found.rows} 条；权限版本 {found.version}：{told}",
        f"{found.rows} rows; permissions version {found.version}: {told}",
    )


def _print(result: PermissionImport, *, dry_run: bool) -> None:
    from facility.permission_files import COLUMNS
    from facility.register_files import tell

    if dry_run:
        for change in result.changes:
            print(tell(change, result.permissions.zone, COLUMNS))
    counts = Counter(change.what for change in result.changes)
    added, changed, removed = (counts[what] for what in ("added", "changed", "removed"))
    told = said(f"新增 {added}，变更 {changed}，删除 {removed}", f"{added} added, {changed} changed, {removed} removed")
    end = (
        said("（试运行，未作更改）", " (dry run: nothing applied)")
        if dry_run
        else said(f"；权限版本 {result.version}", f"; permissions version {result.version}")
    )
    print(told + end)
