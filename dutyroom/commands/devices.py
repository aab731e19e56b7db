"""``dutyroom devices …``: what is known of devices' dialects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def devices() -> None:
    """What is known of devices' dialects."""


@app.command("docs")
def docs(
    file: Annotated[
        Path | None,
        typer.Option("--write", metavar="FILE", help="Write that part of this page anew, from its mark to its end."),
    ] = None,
) -> None:
    """Every decoder with its own examples, as Markdown: topic, payload, what is stored, options, its source."""
    from collector.example_pages import MARK, made_anew

    if file is None:
        typer.echo(made_anew(MARK), nl=False)
        return
    try:
        page = file.read_text("utf-8")
        file.write_text(made_anew(page), "utf-8")
    except (OSError, ValueError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from None
