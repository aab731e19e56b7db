"""``dutyroom backup`` and ``dutyroom restore``: a copy of everything while it works, and a new machine made from it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="new; a file ends in .tar, .tar.gz or .tgz")],
    *,
    with_key: Annotated[
        bool,
        typer.Option("--with-key", help="Also the key of pseudonyms: who has the backup can then tell people's cards."),
    ] = False,
) -> None:
    """Copy records, readings, journal and the site's folder as they stand now, while everything works."""
    from dutyroom import wiring
    from dutyroom.backup.making import make, told
    from dutyroom.settings import load

    settings = load()
    manifest = make(settings, out.expanduser().absolute(), with_key=with_key, at=wiring.now())
    with closing(wiring.open_records(settings)) as records:
        told(records, manifest, out.name)
    print(
        f"{out}: {manifest.bytes / (1 << 20):,.1f} MiB in {len(manifest.files)} files, facts up to {manifest.records.head}"
    )
    for line in manifest.left_out:
        print(f"left out: {line}")
    if with_key:
        print("with the key of pseudonyms: keep this backup as safe as the list of card holders", file=sys.stderr)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="as dutyroom backup made it")],
    *,
    into: Annotated[Path, typer.Option(metavar="DIR", help="the new data folder: empty, or not there yet")],
    site: Annotated[
        Path | None, typer.Option(metavar="DIR", help="where the site's folder goes; else DIR-site beside the data")
    ] = None,
) -> None:
    """Fill an empty machine from a backup, prove every hash and the chain of facts, and say what was left out."""
    from dutyroom import wiring
    from dutyroom.backup.restoring import restore as restoring
    from dutyroom.settings import load

    data = into.expanduser().absolute()
    settings = load(data=str(data))
    place = site.expanduser().absolute() if site is not None else data.with_name(f"{data.name}-site")
    done = restoring(source.expanduser().absolute(), settings, place, wiring.now())
    print(
        f"{data}: restored; {done.facts} facts, each with the hash of the one before, every file as the manifest says"
    )
    if done.to_judge:
        print(f"{done.to_judge} points have readings that were not judged yet: the worker does it when it starts")
    for line in done.manifest.left_out:
        print(f"not in the backup: {line}")
    print(f"set DUTYROOM_DATA={data}" + (f" and DUTYROOM_SITE={done.site}" if done.site else ""))
