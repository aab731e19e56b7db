"""``dutyroom``: one program, one command per task. Imports are made where they are used, so that ``--help`` answers at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dutyroom.commands import (
    broker,
    chains,
    channels,
    classes,
    devices,
    doors,
    duties,
    facts,
    people,
    permissions,
    plans,
    playbooks,
    register,
    report,
    rota,
    rules,
)
from dutyroom.commands.backup import backup as backup_command
from dutyroom.commands.backup import restore as restore_command
from dutyroom.commands.simulate import simulate as simulate_command

app = typer.Typer(
    name="dutyroom",
    help="值班室 Dutyroom: from a sensor's message to an alert, a work order and its evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(register.app, name="register", help="The register as CSV files: import, export.")
app.add_typer(rules.app, name="rules", help="Rules as files: test their stories, list, schema.")
app.add_typer(playbooks.app, name="playbooks", help="What people do about incidents, as files: check, list, schema.")
app.add_typer(classes.app, name="classes", help="Classes of work, as files: check, list, schema.")
app.add_typer(chains.app, name="chains", help="Who is told when, as files: check, list, schema.")
app.add_typer(duties.app, name="duties", help="What is owed, as files: check, list, owed, schema.")
app.add_typer(report.app, name="report", help="Reports of what was owed and done: make, verify.")
app.add_typer(facts.app, name="facts", help="The chained facts: export, verify.")
app.add_typer(plans.app, name="plans", help="Floor plans, as files: check, schema.")
app.add_typer(channels.app, name="channels", help="channels.toml: check, schema.")
app.add_typer(devices.app, name="devices", help="Devices' dialects: docs.")
app.add_typer(doors.app, name="doors", help="What is looked for at doors, as files: check, list, schema.")
app.add_typer(permissions.app, name="permissions", help="Who may enter where: import, export, list, compare.")
app.add_typer(rota.app, name="rota", help="The rota: import, export, who is on duty.")
app.add_typer(people.users, name="user", help="Accounts of people: add, list, disable, set a password.")
app.add_typer(people.tokens, name="token", help="API tokens: create, list, revoke.")
app.add_typer(broker.app, name="broker", help="Files for a broker of your own: access list, passwords.")
app.command("simulate")(simulate_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)


@app.command()
def run(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="An example property with a simulated building and demo accounts.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Run for so long, then print totals as one JSON line.", min=1)
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="What the demo's building does; see: dutyroom simulate --list")
    ] = "demo",
) -> None:
    """Everything in one process tree: embedded broker, worker, responder and pages."""
    from dutyroom import run as running
    from dutyroom.settings import load

    running.main(load(), with_demo=demo, seconds=seconds, scenario=scenario)


@app.command()
def worker() -> None:
    """Collect and judge: one process per worker name."""
    from dutyroom.settings import SettingsError, load
    from dutyroom.worker import work

    settings = load()
    if not settings.mqtt_url:
        raise SettingsError(
            "DUTYROOM_MQTT_URL: a worker of its own needs a broker: mqtt://host:1883 (dutyroom run brings one)"
        )
    work(settings)


@app.command()
def respond() -> None:
    """What people do about it: clocks, escalation, notices. Several may run; one acts, the others stand by."""
    from dutyroom.responding import respond as responding
    from dutyroom.settings import load

    responding(load())


@app.command()
def serve() -> None:
    """Pages, API and live events."""
    from dutyroom.serve import serve as serving
    from dutyroom.settings import load

    serving(load())


@app.command()
def settings() -> None:
    """Every setting with its value, where it came from, and what it is for. Secrets are never shown."""
    from dutyroom.settings import load, show

    for one in show(load()):
        print(f"{one.name} = {one.value or '(empty)'}  [{one.source}]\n    {one.about}")


@app.command()
def doctor(
    *,
    probe_broker: Annotated[
        bool, typer.Option("--probe-broker", help="Also queue 1,100 messages at the broker for a client that is away.")
    ] = False,
) -> None:
    """Look at each part and say what is wrong and how to mend it."""
    from dutyroom.doctor import examine
    from dutyroom.settings import load

    findings = examine(load(), probe_broker=probe_broker)
    for finding in findings:
        print(f"{'ok  ' if finding.good else 'BAD '} {finding.part}: {finding.text}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """The console script: errors that a person can mend are one line on stderr and exit code 2."""
    try:
        app()
    except Exception as error:
        if _MENDABLE.isdisjoint(kind.__name__ for kind in type(error).__mro__):
            raise
        print(f"dutyroom: {error}", file=sys.stderr)
        sys.exit(2)


_MENDABLE = frozenset(
    {
        "SettingsError",
        "RecordsUnavailable",
        "ReadingsUnavailable",
        "SourcesError",
        "BrokenPlaybooks",
        "BrokenRules",
        "BackupRefused",
        "BadAddress",
        "UnitError",
    }
)
"""By name: importing the stores for their exception types would cost every command their start-up."""
