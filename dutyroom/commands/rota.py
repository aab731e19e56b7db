"""``dutyroom rota …``: the rota as CSV files, and who is on duty."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.csv_folders import WHO, exported, imported, language, opened, refused, said

if TYPE_CHECKING:
    from dutyroom.rota_files import RotaImport
    from facility.rota import Rota

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_files(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder with people.csv, teams.csv, turns.csv …")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="check, and show what would change; apply nothing")
    ] = False,
    who: Annotated[str, typer.Option(help="who imports it, as the history will say")] = WHO,
    why: Annotated[str, typer.Option(help="why, as the history will say")] = "",
) -> None:
    """Make the rota what the CSV files in DIR say: all of it, or, with an error anywhere, nothing. Other tables stay."""
    from dutyroom.rota_files import import_rota
    from dutyroom.wiring import now

    result = imported(lambda records: import_rota(records, folder, who=who, at=now(), dry_run=dry_run, why=why))
    refused(result.errors, result.notes)
    _print(result, now(), dry_run=dry_run)


@app.command("export")
def export_files(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="folder to write; files of the same names are replaced")
    ],
) -> None:
    """Write the rota as CSV files that import unchanged."""
    from dutyroom.rota_files import export_rota

    exported(lambda records: export_rota(records, folder))


@app.command()
def show(
    at: Annotated[str, typer.Option(help="an instant, as in 2026-03-03T03:10:00+08:00; now when left out")] = "",
    days: Annotated[int, typer.Option(help="so many days ahead are looked over for gaps", min=0, max=400)] = 14,
    *,
    known_then: Annotated[
        bool, typer.Option("--known-then", help="by the rota as it was known at that time, not as it is now")
    ] = False,
) -> None:
    """Who is on duty by team, who comes next, and where people will be missing."""
    from dutyroom.wiring import now
    from facility.instant import parse

    try:
        when = parse(at) if at else now()
    except ValueError as error:
        print(f"dutyroom: --at: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    with opened() as records, records.read() as unit:
        rota = unit.rota.load(when if known_then else None)
    for line in [*_who(rota, when), *_ahead(rota, when, days)]:
        print(line)


def _who(rota: Rota, at: int) -> list[str]:
    lines, comma = [], said("、", ", ")
    for team in rota.teams.values():
        now = comma.join(person.name for person in rota.on_duty(at, team=team.id)) or "—"
        coming = rota.next_duties(at, team=team.id)
        people = comma.join(rota.people[duty.person].name for duty in coming)
        after = f"  → {_local(rota, coming[0].start)} {people}" if coming else ""
        lines.append(f"{team.name.say(language())}: {now}{after}")
    return lines or [said("排班是空的：dutyroom rota import DIR", "the rota is empty: dutyroom rota import DIR")]


def _ahead(rota: Rota, at: int, days: int) -> list[str]:
    from facility.instant import DAY
    from facility.rota_telling import gap_text, span_text, year_text

    end = at + days * DAY
    gaps = [
        f"! {span_text(gap.start, gap.end, rota.zone).say(language())} {gap_text(gap, rota).say(language())}"
        for gap in rota.gaps(at, end)
    ]
    twice = [
        f"? {rota.people[a.person].name}: {span_text(max(a.start, b.start), min(a.end, b.end), rota.zone).say(language())} "
        f"{a.team} + {b.team}"
        for a, b in rota.clashes(at, end)
        if a.person in rota.people
    ]
    years = [f"! {year_text(*one).say(language())}" for one in rota.unknown_years(at, end).items()]
    return [*gaps, *twice, *years]


def _local(rota: Rota, at: int) -> str:
    from facility.instant import to_datetime

    return to_datetime(at, rota.zone).strftime("%m-%d %H:%M")


def _print(result: RotaImport, now: int, *, dry_run: bool) -> None:
    from facility.register_files import tell
    from facility.rota_files import COLUMNS

    if dry_run:
        for change in result.changes:
            print(tell(change, result.rota.zone, COLUMNS))
    for line in _ahead(result.rota, now, 14):
        print(line, file=sys.stderr)
    print(_summary(result, dry_run=dry_run))


def _summary(result: RotaImport, *, dry_run: bool) -> str:
    counts = Counter(change.what for change in result.changes)
    added, changed, removed = (counts[what] for what in ("added", "changed", "removed"))
    told = said(f"新增 {added}，变更 {changed}，删除 {removed}", f"{added} added, {changed} changed, {removed} removed")
    if dry_run:
        return told + said("（试运行，未作更改）", " (dry run: nothing applied)")
    return told + said(f"；排班版本 {result.version}", f"; rota version {result.version}")
