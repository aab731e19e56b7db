"""``dutyroom broker …``: the files of a broker of your own, made from the register."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dutyroom.broker_access import Access
    from dutyroom.broker_files import Written

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group, so that ``config`` is a word of its own."""


@app.command("config")
def config(
    *,
    kind: Annotated[str, typer.Option(help="mosquitto; docs/brokers.md has NATS and EMQX")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="the folder to write, readable by you only")],
    listen: Annotated[str, typer.Option(help="address without TLS")] = "127.0.0.1:1883",
    store: Annotated[Path, typer.Option(help="where the broker keeps its queues")] = Path("/var/lib/mosquitto"),
    tls: Annotated[bool, typer.Option("--tls", help="open 8883 with the certificate in DIR/certs")] = False,
    renew: Annotated[list[str] | None, typer.Option(help="account that gets a new password")] = None,
) -> None:
    """Write configuration, access list, passwords and credentials.csv. What is there keeps its password."""
    from dutyroom.broker_access import BadAccess
    from dutyroom.broker_files import write_mosquitto

    try:
        access, configuration = _made(kind, out.expanduser().resolve(), listen, store, tls=tls)
        written = write_mosquitto(out.expanduser().resolve(), access, configuration, renew or ())
    except (BadAccess, OSError) as error:
        print(f"dutyroom: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    _tell(access, written)


def _made(kind: str, folder: Path, listen: str, store: Path, *, tls: bool) -> tuple[Access, str]:
    from dutyroom import mosquitto
    from dutyroom.broker_access import BadAccess, access_of
    from dutyroom.settings import load, split_address
    from dutyroom.wiring import load_sources, open_records

    if kind != "mosquitto":
        raise BadAccess(f"--kind {kind}: files can be made for mosquitto; for nats and emqx see docs/brokers.md")
    try:
        host, port = split_address(listen)
    except ValueError as error:
        raise BadAccess(f"--listen {listen}: {error}") from None
    for option, path in (("--out", folder), ("--store", store)):
        if not str(path).isprintable():
            raise BadAccess(f"{option}: the name of a folder for a broker must be one line of text")
    settings = load()
    sources = load_sources(settings)
    with closing(open_records(settings)) as records, records.read() as unit:
        register = unit.registers.load()
    if not register.devices:
        raise BadAccess("the register has no devices yet: dutyroom register import DIR")
    largest = max(source.limit for source in sources.sources)
    text = mosquitto.configuration(folder, store, host=host, port=port, message=largest, tls=tls)
    return access_of(register, sources), text


def _tell(access: Access, written: Written) -> None:
    for note in access.notes:
        print(note, file=sys.stderr)
    for file in written.files:
        print(file)
    print(f"{written.accounts} accounts, {len(written.new)} with a new password (in credentials.csv, and nowhere else)")
    if written.gone:
        print(f"no longer there: {', '.join(written.gone)}")
    print("the broker's user must be able to read these files; restart it, then: dutyroom doctor --probe-broker")
