"""One page's reading: a snapshot of the stores, the reader's view, and what stands in every page's head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.access import Visitor
from api.context import Context, context_of
from api.discreet import as_seen_by, is_silent
from api.telling_people import unseen
from api.web.look import Look, look_at
from api.web.told import ToldAbout, told
from api.web.words_incidents import HAPPENED_TO
from api.web.words_parts import PARTS
from facility.alert import Alert
from facility.incident import Incident
from facility.maintenance import Maintenance
from facility.notice import NoticeState
from facility.register import Register
from facility.residents_report import ResidentsReport
from facility.test_mode import TestMode
from storage.records.notices import NoticeFilter
from storage.records.people import Account
from storage.records.port import Unit
from storage.records.reports import ReportFilter

TOGETHER = re.compile(r"[\w-]+ on [\w.-]+(, [\w-]+ on [\w.-]+)*")
"""How a rule about several things at once says which: (rule on point, …)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the head of every page shows."""

    counts: dict[int, int]
    """Open alerts by severity."""
    unacknowledged: int
    urgent: int
    """Unacknowledged ones that are critical or high: the ones that sound."""
    dead: int
    unclaimed: int
    head: int
    tests: list[TestMode]
    """Running now: a banner on every page says so."""
    windows: list[Maintenance]
    """In force now."""
    incidents: list[Incident]
    """Going on: a banner on every page leads there."""
    reports: list[ResidentsReport]
    """Emergencies that residents reported and nobody has taken note of; of one cause the first."""
    for_you: int
    """Notices in the reader's own list that wait for an answer."""
    undelivered: int
    """Notices that could not be delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page while it is made."""

    context: Context
    look: Look
    unit: Unit
    register: Register
    open_alerts: list[Alert]
    frame: Frame
    accounts: list[Account]
    names: dict[str, str]
    """Account or part of the product → name."""

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page as an answer."""
        return self.look.render(template, status, frame=self.frame, page=self, **values)

    def place(self, zone: str, asset: str = "") -> list[tuple[str, str]]:
        """(address, name) from the building down to the asset's zone; the asset's own name last, without an address."""
        path = [(f"/zones/{z.id}", self.look.say(z.name)) for z in self.register.zone_path(zone)]
        found = self.register.assets.get(asset)
        return [*path, ("", self.look.say(found.name))] if found else path

    def place_text(self, zone: str, asset: str = "") -> str:
        """The same in one line."""
        return " › ".join(name for _, name in self.place(zone, asset))

    def point_name(self, point: str) -> str:
        """The point's name; its id once it has left the register."""
        found = self.register.points.get(point)
        return self.look.say(found.name) if found else point

    def scope_text(self, extent: str, scope: str) -> str:
        """What a test or a window is about, in one line."""
        match extent:
            case "system":
                return self.look._("the whole property")
            case "zone":
                return self.place_text(scope) or scope
            case "asset":
                asset = self.register.assets.get(scope)
                return self.place_text(asset.zone, scope) if asset else scope
            case _:
                point = self.register.points.get(scope)
                return f"{self.scope_text('asset', point.asset)} · {self.point_name(scope)}" if point else scope

    def told(self, causes: Sequence[str]) -> ToldAbout:
        """Who was told about these, and why."""
        return told(self, causes)

    @property
    def enabled(self) -> list[Account]:
        """Those who can sign in."""
        return [account for account in self.accounts if account.disabled is None]

    def person(self, account: str) -> str:
        """A person's name, or what a part of the product is called."""
        return self.names.get(account, account)

    def happened(self, noun: str, what: str) -> str:
        """What a fact says was done, in the words of its own noun where it has some."""
        own = f"{noun} {what}"
        return self.look.word("happened-to", own) if own in HAPPENED_TO else self.look.word("happened", what)

    def why(self, who: str, why: str) -> str:
        """A fact's reason. Where a rule gave the ids of what came together, their names."""
        if who != "system:rules" or not TOGETHER.fullmatch(why):
            return why
        rules = self.context.book().rules
        parts = [part.split(" on ") for part in why.split(", ")]
        return "; ".join(
            f"{self.look.say(rules[rule].title) if rule in rules else rule} · {self.point_name(point)}"
            for rule, point in parts
        )


def people(unit: Unit, accounts: Sequence[Account], look: Look) -> dict[str, str]:
    """Account or part of the product → name."""
    names = {account.id: account.name for account in accounts}
    names |= {f"token/{token.id}": token.name for token in unit.people.tokens()}
    return names | {part: look.word("part", part) for part in PARTS}


@contextmanager
def reading(request: Request, visitor: Visitor) -> Iterator[Page]:
    """A page over one snapshot."""
    context = context_of(request)
    with context.records.read() as whole:
        unit = as_seen_by(visitor.actor, whole)
        register = context.register(unit)
        alerts, look = unit.alerts.open_ones(), look_at(request, register, visitor)
        accounts = unit.people.accounts()
        yield Page(
            context=context,
            look=look,
            unit=unit,
            register=register,
            open_alerts=alerts,
            frame=_frame(context, unit, alerts, visitor),
            accounts=accounts,
            names=people(unit, accounts, look),
        )


def _frame(context: Context, unit: Unit, alerts: list[Alert], visitor: Visitor) -> Frame:
    now = context.clock()
    dead, unclaimed = unit.letters.counts()
    waiting = [alert for alert in alerts if not alert.acknowledged and alert.announces]
    reports = [one for one in unit.reports.all(ReportFilter(urgent=True)) if one.same_as is None]
    return Frame(
        counts={n: sum(int(a.severity) == n and a.announces for a in alerts) for n in (1, 2, 3, 4)},
        unacknowledged=len(waiting) + len(reports),
        urgent=sum(alert.severity <= 2 and not is_silent(alert) for alert in waiting) + len(reports),
        dead=dead,
        unclaimed=unclaimed,
        head=unit.facts.head(),
        tests=[mode for mode in unit.test_modes.running() if mode.in_force(now)],
        windows=[window for window in unit.maintenance.running() if window.in_force(now)],
        incidents=unit.incidents.open_ones(),
        reports=reports,
        for_you=unseen(context, unit, visitor.actor),
        undelivered=unit.notices.count(NoticeFilter(states=(NoticeState.DEAD,))),
    )
