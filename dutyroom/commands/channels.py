"""``dutyroom channels …``: the site's channels.toml, read before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command("check")
def check(
    place: Annotated[Path, typer.Argument(metavar="FILE", help="channels.toml, or the site's folder")],
) -> None:
    """Read the file and look for its secrets; nothing is sent. Exit status 1 when something is wrong or missing."""
    from notify.channel_file import FILE, ChannelsError, read_channels
    from notify.channel_kind import Parts
    from notify.opening import ways

    file = place / FILE if place.is_dir() else place
    try:
        given = read_channels(file.read_text("utf-8"), str(file))
    except (ChannelsError, OSError, UnicodeDecodeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    # The downlink's broker is the program's own setting, not the file's.
    shown = ways([one for one in given if one.kind != "mqtt"], Parts(clock=int, folder=file.parent))
    for way in shown:
        typer.echo(f"{way.name}: {way.kind} {way.where}".rstrip())
    missing = [f"{way.name}: {way.problem.en}" for way in shown if way.problem]
    for line in missing:
        typer.echo(line, err=True)
    if missing:
        raise typer.Exit(1)


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of channels.toml, for an editor to complete by."""
    import json

    from notify.channel_file import schema as of_file

    typer.echo(json.dumps(of_file(), ensure_ascii=False, indent=2))
