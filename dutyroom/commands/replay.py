"""``dutyroom rules replay``: stored history judged again with given rules, against what is stored."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dutyroom.commands.definitions import loaded
from facility.instant import duration, from_datetime

if TYPE_CHECKING:
    from rules.book import RuleBook
    from rules.past import Replayed, Setup

Folder = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="rule files on top of the manual's; those in force if left out"),
]
TIME = "2026-11-01, 2026-11-01T08:00, or how long ago: 30d, 12h"


class Wanted(NamedTuple):
    """What was asked for."""

    start: str
    end: str
    rules: Path | None
    points: list[str]
    only: list[str]
    processes: int


def replay(
    *,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=TIME)] = "30d",
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="the same; now if left out")] = "0s",
    rules: Folder = None,
    points: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="only these points, such as 't1-*'; may be given again")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--rule", metavar="ID", help="only this rule; may be given again")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="how many at once; one for each core if left out")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
) -> None:
    """Judge stored history again, and print what differs from what is stored: breaches added (+), removed (-), moved (~).

    Silence is judged by when readings arrived; the times in which the collector did not run, or had no link, are kept and count
    for nobody's silence. Not judged: lost gateways and links, and rules that fail, which are not stored with the readings.
    """
    from dutyroom.commands.replay_told import as_dict, line, summary

    setup, told, zone = _run(Wanted(start, end, rules, points or [], only or [], processes or 0))
    if as_json:
        typer.echo(json.dumps(as_dict(setup, told, zone), ensure_ascii=False, indent=2))
        return
    for difference in told.comparison.differences:
        typer.echo(line(difference, zone))
    for rule, text in told.found.errors.items():
        typer.echo(f"! {rule}: its code failed: {text}", err=True)
    typer.echo(summary(setup, told, zone))


def _run(wanted: Wanted) -> tuple[Setup, Replayed, tzinfo]:
    from dutyroom import wiring
    from dutyroom.settings import load
    from rules.past import run, set_up

    settings = load()
    records = wiring.open_records(settings)
    try:
        book = _book(wanted.rules)
        with records.read() as unit:
            register = unit.registers.load()
            zone = _zone(next((site.timezone for site in register.sites.values()), ""))
            bounds = _instant(wanted.start, "--from", zone), _instant(wanted.end, "--to", zone)
            if bounds[0] >= bounds[1]:
                raise typer.BadParameter("--from must be earlier than --to")
            setup = set_up(unit, book, *bounds, points=wanted.points, rules=wanted.only)
        many = wanted.processes or os.cpu_count() or 1
        opener = partial(wiring.open_readings, settings, records)
        told = run(setup, opener, processes=many, progress=_progress)
    finally:
        records.close()
    return setup, told, zone


def _book(folder: Path | None) -> RuleBook:
    from dutyroom import wiring
    from dutyroom.settings import load
    from rules.definition import load_book

    return loaded(lambda: load_book(folder) if folder is not None else wiring.load_rules(load()))


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _instant(text: str, option: str, zone: tzinfo) -> int:
    """A time of the property's clock, or how long ago."""
    from dutyroom.wiring import now

    try:
        return now() - duration(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        allowed = "2026-11-01, 2026-11-01T08:00, with an offset as in 2026-11-01T08:00+08:00, or how long ago: 30d"
        raise typer.BadParameter(f"{option}: {text!r} is no time; allowed: {allowed}") from None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} points" + ("\n" if done == total else ""))
        sys.stderr.flush()
    elif done == total or done * 10 // total != max(0, done - 10) * 10 // total:
        print(f"{done} of {total} points", file=sys.stderr)
