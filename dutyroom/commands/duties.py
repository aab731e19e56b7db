"""``dutyroom duties …``: what is owed, as files, proved before anybody is asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, own, register_of

if TYPE_CHECKING:
    from datetime import date

    from facility.duty import Duty

app = typer.Typer(no_args_is_help=True)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...", help="folders of duty files, or a site's folder; the shipped ones when none is given"
    ),
]
Language = Annotated[str, typer.Option(help="en or zh")]


def _load(folders: list[Path] | None) -> dict[str, Duty]:
    """On top of the shipped ones. Ends the command when one is broken."""
    from inspections.duty_files import load_duties

    return loaded(lambda: load_duties(*inside(folders, "duties")))


@app.command("check")
def check(folders: Folders = None) -> None:
    """Read the files on top of the shipped ones, tell every story, and look up the classes of work that they name. Exit
    status 1 when something is wrong."""
    from facility.site import BEIJING, time_zone
    from inspections.duty_trial import tell

    duties = _load(folders)
    unknown = _unknown(duties, folders)
    tellings = [telling for duty in duties.values() for telling in tell(duty, time_zone(BEIJING))]
    failed = [str(telling) for telling in tellings if telling.wrong]
    unproved = [f"{duty.path}: {duty.id}: no story proves it" for duty in duties.values() if not duty.stories]
    for line in (*unknown, *failed, *unproved):
        typer.echo(line, err=True)
    typer.echo(f"{len(duties)} duties, {len(tellings)} stories, {len(failed)} failed")
    if failed or unknown:
        raise typer.Exit(1)


def _unknown(duties: dict[str, Duty], folders: list[Path] | None) -> list[str]:
    """Classes of work that they name and that are not there. The folders' own count."""
    from response.class_files import load_classes

    classes = loaded(lambda: load_classes(*own(folders, "classes")))
    return [
        f"{duty.path}: {key}: {name!r} is no class of work; allowed: {', '.join(classes)}"
        for duty in duties.values()
        for key, name in (("work_order", duty.work_order), ("fail_order", duty.fail_order))
        if name and name not in classes
    ]


@app.command("list")
def list_(folders: Folders = None, language: Language = "en") -> None:
    """Every duty: clause, how often, for what, by whom, and what the manual and the law each ask for."""
    from facility.duty_telling import applies_text, cadence_text

    for duty in _load(folders).values():
        team = f"  · {duty.team}" if duty.team else ""
        often, what = cadence_text(duty.cadence).say(language), applies_text(duty).say(language)
        typer.echo(f"{duty.id}  [{' '.join(duty.clauses)}]  {duty.title.say(language)}  ({often}, {what}){team}")
        for name, basis in (("manual", duty.manual), ("law", duty.law)):
            if basis is not None:
                source = f"  ({basis.source})" if basis.source else ""
                typer.echo(f"    {name}: {basis.text.say(language)}{source}")


@app.command("owed")
def owed(
    register: Annotated[
        Path, typer.Argument(metavar="REGISTER", help="a folder of register files, or a site's folder")
    ],
    folders: Folders = None,
    *,
    first: Annotated[str, typer.Option("--from", help="the first day, as 2026-12-01; today when left out")] = "",
    days: Annotated[int, typer.Option(min=1, max=400, help="so many days")] = 7,
    language: Language = "en",
) -> None:
    """What would fall due, for which of the register's assets and places: a trial of a change before it is made."""
    from datetime import timedelta

    from dutyroom import wiring
    from facility.calendar import instant_of, local_day
    from facility.duty_targets import targets
    from facility.duty_telling import owed_lines

    found, _ = loaded(lambda: register_of(register))
    day = _day(first) or local_day(wiring.now(), found.time_zone)
    start, end = (instant_of(one, 0, found.time_zone) for one in (day, day + timedelta(days=days)))
    duties = _load(folders)
    for line in owed_lines(duties.values(), found, (start + 1, end + 1), language):
        typer.echo(line)
    for duty in duties.values():
        if next(targets(duty, found), None) is None:
            typer.echo(f"{duty.id}: owed for nothing in this register", err=True)


def _day(text: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; allowed: as 2026-12-01", param_hint="--from") from None


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of duty files, for an editor to complete by."""
    from inspections.duty_shape import schema_text

    typer.echo(schema_text(), nl=False)
