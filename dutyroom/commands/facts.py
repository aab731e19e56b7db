"""``dutyroom facts …``: the chained record of everything that happened, to take away and to check elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.records.port import Facts

app = typer.Typer(no_args_is_help=True)
AT_ONCE = 1_000


def lines(facts: Facts, until: int | None = None) -> Iterator[str]:
    """Every fact up to that one as a line of JSON, in the chain's order."""
    seq = 0
    while portion := facts.after(seq, AT_ONCE):
        for fact in portion:
            if until is not None and fact.seq > until:
                return
            yield json.dumps(asdict(fact), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        seq = portion[-1].seq


@app.command("export")
def export(
    *,
    out: Annotated[Path, typer.Option(help="the file to write: one fact a line, as JSON")],
    until: Annotated[int | None, typer.Option(help="the last fact; the newest when left out")] = None,
) -> None:
    """Write every fact as a line of JSON. Each carries the hash of the one before."""
    from dutyroom.settings import load
    from dutyroom.wiring import open_records

    records = open_records(load())
    count = 0
    try:
        with records.read() as unit, out.open("w", encoding="utf-8") as file:
            for line in lines(unit.facts, until):
                file.write(line + "\n")
                count += 1
    finally:
        records.close()
    typer.echo(f"{out}: {count} facts")


@app.command("verify")
def verify() -> None:
    """Walk the whole chain. Exit status 1 when a fact does not fit."""
    from dutyroom.settings import load
    from dutyroom.wiring import open_records

    records = open_records(load())
    try:
        with records.read() as unit:
            broken, head = unit.facts.verify(), unit.facts.head()
    finally:
        records.close()
    if broken is not None:
        typer.echo(f"the chain is broken at fact {broken}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{head} facts, each with the hash of the one before")
