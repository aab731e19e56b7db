"""``dutyroom plans …``: floor plans as files, and what the cameras of a register see of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dutyroom.commands.definitions import inside, loaded, register_of

if TYPE_CHECKING:
    from inspections.coverage.plan_files import PlanFile
    from inspections.coverage.survey import ZoneSurvey

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="a folder of plan files, or a site's folder")]


def _load(folder: Path) -> dict[str, PlanFile]:
    from inspections.coverage.plan_files import load_plans

    return loaded(lambda: load_plans(*inside([folder], "plans")))


@app.command("check")
def check(folder: Folder) -> None:
    """Read the files; of a site's folder also what its cameras see: shares, cameras in walls, views that may not be.

    Exit status 1 when a file is wrong, or a camera looks where none may.
    """
    plans = _load(folder)
    surveys = _surveys(folder, plans) if (folder / "register").is_dir() else {}
    forbidden = 0
    for zone, file in plans.items():
        survey = surveys.get(zone)
        areas = sum(area.kind.value == "required" for area in file.plan.areas)
        typer.echo(
            f"{zone}  {file.plan.width:g} × {file.plan.height:g} m  {areas} areas must be seen  {_told(survey)}".rstrip()
        )
        for camera, why in survey.misplaced.items() if survey else ():
            typer.echo(f"    {camera}: counts as seeing nothing ({why})")
        for one in survey.violations if survey else ():
            typer.echo(
                f"    {one.camera}: looks into {one.area} ({one.seen:.2f} m²), which no camera may see", err=True
            )
            forbidden += 1
    typer.echo(f"{len(plans)} plans")
    if forbidden:
        raise typer.Exit(1)


def _surveys(folder: Path, plans: dict[str, PlanFile]) -> dict[str, ZoneSurvey]:
    from inspections.coverage.survey import Surveyor

    register, _ = loaded(lambda: register_of(folder))
    for zone in plans.keys() - register.zones.keys():
        typer.echo(f"{zone}: the register has no such zone", err=True)
    return Surveyor().site({zone: file.plan for zone, file in plans.items()}, register.cameras.values())


def _told(survey: ZoneSurvey | None) -> str:
    from inspections.coverage.shares import total

    share = total(survey.shares()).share if survey else None
    return "" if survey is None or share is None else f"{len(survey.cameras)} cameras  blind {share:.2%}"


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of plan files, for an editor to complete by."""
    from inspections.coverage.plan_shape import schema_text

    typer.echo(schema_text(), nl=False)
