"""Riverside with its rota, after the chains and the outbox have been at work."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from api.context import Context
from dutyroom.rota_files import import_rota
from facility.notice import IN_APP
from facility.rota import RotaChange
from facility.text import Text
from notify.channel import Channel, Message, NotNow, Refused
from notify.channel_fake import FakeChannel
from notify.in_app import InApp
from notify.opening import Way
from notify.outbox import Outbox
from notify.pace import Pace
from notify.texts.rendering import Texts
from response.chain_files import load_chains
from response.escalation import NOUNS, Escalation
from response.told import Teller
from tests.api.seed import House

ROTA = Path(__file__).parents[2] / "examples" / "riverside" / "rota"
CHANNELS = frozenset({"sms", "email"})


def with_channels(context: Context, *names: str) -> Context:
    """A house that has these channels."""
    ways = tuple(
        Way(
            name=name,
            kind="fake",
            title=Text(name, name),
            about=Text(name, name),
            address=Text(name, name),
            needs_address=True,
            where="",
        )
        for name in sorted(names)
    )
    return replace(context, ways=lambda: (ways, ""))


def staff(home: House) -> None:
    """Riverside's people and shifts; this morning it is those on duty who sign in."""
    import_rota(home.records, ROTA, who="manager", at=home.context.clock(), dry_run=False)
    with home.records.begin() as unit:
        people = unit.rota.load().people
        accounts = {"lin": "", "zhou": "", "ma": "manager", "feng": "officer"}
        changes = [
            RotaChange(table="people", key=id, before=people[id], after=replace(people[id], account=account))
            for id, account in accounts.items()
        ]
        unit.rota.apply(changes, "manager", home.context.clock())


def escalate(home: House, channels: frozenset[str] = CHANNELS) -> Escalation:
    """Every fact so far is followed."""
    made = Escalation(
        chains=load_chains,
        teller=Teller(channels=lambda: channels),
        first=lambda alert: home.book.rules[alert.rule].do_first,
    )
    with home.records.begin() as unit:
        for fact in unit.facts.after(0):
            if fact.noun in NOUNS:
                made.follow(unit, fact, home.context.clock())
    return made


def deliver(home: House, *, broken: bool = False) -> None:
    """Everything that is due goes out; with ``broken`` text messages do not, and e-mail knows no address."""
    sms: Channel = FakeChannel("sms", before=_down if broken else None)
    email: Channel = FakeChannel("email", before=_unknown if broken else None)
    box = Outbox("worker-1", {IN_APP: InApp(), "sms": sms, "email": email}, Texts(), pace=Pace(attempts=1))
    waiting = threading.Event()
    while box.run(home.records, home.context.clock()) or box.busy:
        waiting.wait(0.002)
    box.close()


def _down(_: Message) -> None:
    raise NotNow("HTTP 503: the gateway is being mended")


def _unknown(_: Message) -> None:
    raise Refused("550 no such mailbox")
