"""``dutyroom report …``: reports of what was owed and what was done, made and proved."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from api.reports.room import ReportRoom
    from api.reports.verifying import Verdict

app = typer.Typer(no_args_is_help=True)
WHO = "system:command-line"
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@contextmanager
def _room() -> Iterator[ReportRoom]:
    from dutyroom import wiring
    from dutyroom.report_room import OpenedOnce, report_room, rules_in_force
    from dutyroom.settings import load

    settings = load()
    records = wiring.open_records(settings)
    readings = OpenedOnce(settings, records)
    try:
        yield report_room(settings, records, readings, rules_in_force(settings, records))
    finally:
        readings.close()
        records.close()


def _fail(text: str) -> typer.Exit:
    print(f"dutyroom: {text}", file=sys.stderr)
    return typer.Exit(2)


@app.command("make")
def make(
    *,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="the first day")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="the last day, included")],
    zone: Annotated[
        list[str] | None, typer.Option(help="a building or zone, with all that lies in it; several may be given")
    ] = None,
    clause: Annotated[list[str] | None, typer.Option(help="a clause of the manual; several may be given")] = None,
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
    anchor: Annotated[int | None, typer.Option(help="the last fact that it may know; the newest when left out")] = None,
    out: Annotated[Path, typer.Option(help="a file that ends in .pdf, .xlsx or .json (the figures alone)")],
) -> None:
    """Make a report. The same facts, up to the same anchor, make the same bytes."""
    from api.reports.making import LANGUAGES
    from api.reports.making import make as made_of
    from api.reports.snapshot import Unusable, asked_for
    from dutyroom.wiring import now
    from facility.fact import Fact

    form = out.suffix.removeprefix(".").lower()
    if form not in ("pdf", "xlsx", "json"):
        raise _fail(f"out: {out.name!r}; allowed: a name that ends in .pdf, .xlsx or .json")
    if language not in LANGUAGES:
        raise _fail(f"language: {language!r}; allowed: {', '.join(LANGUAGES)}")
    with _room() as room, _bar() as told:
        with room.records.read() as unit:
            local = unit.registers.load().time_zone
        try:
            asked = asked_for(
                first.date(), last.date(), local, zones=tuple(zone or ()), clauses=tuple(clause or ()), anchor=anchor
            )
            made = made_of(room, asked, language, forms=() if form == "json" else (form,), told=told)
        except Unusable as error:
            raise _fail(str(error)) from None
        out.write_bytes(made.figures if form == "json" else made.pdf if form == "pdf" else made.xlsx)
        data: dict[str, Any] = {
            "from": str(first.date()), "to": str(last.date()), "zones": list(zone or ()), "clauses": list(clause or ()),
            "form": form, "sha256": made.sha256(form), "anchor": made.snapshot.evidence.anchor.seq,
        }  # fmt: skip
        with room.records.begin() as unit:
            unit.facts.append(Fact(at=now(), noun="look", subject=WHO, what="exported", who=WHO, data=data))
    total = {one.id: one.value for one in made.snapshot.figures}
    typer.echo(
        f"{out}: {total['compliance/due']} due, {total['compliance/done']} in their window, "
        f"{total['compliance/missed']} missed; up to fact {made.snapshot.evidence.anchor.seq}"
    )


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="a PDF, an XLSX or a figures file", exists=True, dir_okay=False)],
    *,
    every: Annotated[bool, typer.Option("--all", help="also the figures that hold")] = False,
) -> None:
    """Walk the chain of facts up to the report's anchor and work every figure out again. Exit status 1 when anything differs."""
    from api.reports.verifying import NoReport
    from api.reports.verifying import verify as verdict_on

    with _room() as room, _bar() as told:
        try:
            verdict = verdict_on(room, file.read_bytes(), told)
        except NoReport as error:
            raise _fail(f"{file}: {error}") from None
    for line in lines_of(verdict, every=every):
        typer.echo(line)
    if not verdict.good:
        raise typer.Exit(1)


def lines_of(verdict: Verdict, *, every: bool = False) -> Iterator[str]:
    """What was found, a line each."""
    yield _line(
        verdict.sealed,
        "the figures in the file are as they were when it was made",
        "the figures in the file were changed",
    )
    if verdict.broken is not None:
        yield f"DIFFERS  the chain of facts is broken at fact {verdict.broken}"
    yield _line(
        verdict.anchored,
        f"the chain of facts leads to the anchor, fact {verdict.anchor}",
        f"fact {verdict.anchor} of this store is not the one that the report was made from",
    )
    if verdict.why:
        yield f"DIFFERS  the figures cannot be made again: {verdict.why}"
    if verdict.same_file is not None:
        yield _line(
            verdict.same_file,
            "made again it is this file, byte for byte",
            "made again it is another file: words around the figures, names or the program have changed",
        )
    for one in verdict.figures:
        if not one.holds:
            yield f"DIFFERS  {one.id}: the file says {one.said}, the facts up to the anchor say {one.then}"
        elif one.changed:
            behind = f" (facts {', '.join(map(str, one.facts))})" if one.facts else ""
            yield f"CHANGED  {one.id}: {one.then} then, {one.now} now{behind}"
        elif every:
            yield f"holds    {one.id}: {one.said}"
    holding = sum(one.holds for one in verdict.figures)
    said = f"{holding} of {len(verdict.figures)} figures hold as of fact {verdict.anchor}"
    yield f"{said}; {len(verdict.changed)} have changed since"


def _line(good: bool, yes: str, no: str) -> str:
    return f"ok       {yes}" if good else f"DIFFERS  {no}"


@contextmanager
def _bar() -> Iterator[Any]:
    """Progress on a terminal; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import Progress

    from inspections.report_reading import nobody

    console = Console(stderr=True)
    if not console.is_terminal:
        yield nobody
        return
    with Progress(console=console, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: float) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=1.0)
            progress.update(tasks[stage], completed=done)

        yield told
