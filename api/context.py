"""What the web process is given by the composition root, and what every route reads."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache, cached_property, partial
from typing import TypeVar, cast

from fastapi import Request

from api.throttle import Throttle
from collector.sources import DEFAULT_SOURCES, Sources
from facility.chain import Chain
from facility.door_check import DoorCheck
from facility.door_finding import DoorRule
from facility.duty import Duty
from facility.permission_files.door_list import DoorListFile, read_mapping
from facility.person import Role
from facility.playbook import Playbook
from facility.pseudonym import pseudonym
from facility.register import Register
from facility.site import Site, time_zone
from facility.text import Text
from inspections.personal.catalogue import DataClass, load_classes
from notify.opening import Way
from response.reports.settings import ReportBook, load_report_book
from rules.book import RuleBook
from rules.rule import Rule
from storage.readings.port import Readings
from storage.records.kept import Kept, register_kept
from storage.records.port import Records, Unit

T = TypeVar("T")


class Memo:
    """Something worked out from the register or the rules, until these change. Thread-safe."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, object]] = {}

    def get(self, name: str, version: object, make: Callable[[], T]) -> T:
        """What ``make`` made of this version. Two threads may both make it; either is right."""
        found = self._kept.get(name)
        if found is not None and found[0] == version:
            return cast("T", found[1])
        made = make()
        self._kept[name] = (version, made)
        return made


@cache
def shipped_reports() -> ReportBook:
    """Kinds and settings of residents' reports as the product brings them."""
    return load_report_book()


@cache
def shipped_playbooks() -> Mapping[str, Playbook]:
    """What people do about incidents, as the product brings it."""
    from response.playbook_files import load_playbooks

    return load_playbooks()


@cache
def shipped_chains() -> Mapping[str, Chain]:
    """Whom to tell, as the product brings it."""
    from response.chain_files import load_chains

    return load_chains()


@cache
def shipped_duties() -> Mapping[str, Duty]:
    """What is owed, as the product brings it."""
    from inspections.duty_files import load_duties

    return load_duties()


@cache
def shipped_personal_data() -> Mapping[str, DataClass]:
    """The classes of personal data as the product brings them."""
    return load_classes()


@cache
def shipped_door_checks() -> Mapping[DoorRule, DoorCheck]:
    """What is looked for at doors, as the product brings it."""
    from response.door_check_files import load_door_checks

    return load_door_checks()


def private_hide() -> Callable[[str, str], str]:
    """Under a key of this process alone."""
    return partial(pseudonym, secrets.token_bytes(32))


@dataclass(frozen=True, kw_only=True)
class Context:
    """Stores, rules and a clock. The worker is another process: its work is seen through the stores only."""

    records: Records
    readings: Readings
    book: Callable[[], RuleBook]
    """The rules in force, as the rules room reads them; called on each request, so it should be cheap."""
    clock: Callable[[], int]
    """Now, as an instant."""
    name: Text = field(default_factory=lambda: Text("值班室", "Dutyroom"))
    """Stands in for the site's name until the register has a site."""
    language: str = "zh"
    """For people whose browser asks for neither Chinese nor English."""
    demo: tuple[tuple[str, str, Role], ...] = ()
    """(account, password, role) as printed on the sign-in page: only ever served on loopback."""
    save_rule: Callable[[Rule], object] | None = None
    """Writes a rule's file into the site's folder, as a whole; None where there is no folder to write to. Raises ``OSError``."""
    report_book: Callable[[], ReportBook] = shipped_reports
    """By which residents' reports are taken: kinds with their words, and settings."""
    playbooks: Callable[[], Mapping[str, Playbook]] = shipped_playbooks
    """The playbooks in force, by id; called on each request, so it should be cheap."""
    chains: Callable[[], Mapping[str, Chain]] = shipped_chains
    """The escalation chains in force, by id; called on each request, so it should be cheap."""
    duties: Callable[[], Mapping[str, Duty]] = shipped_duties
    """The duties in force, by id; called on each request, so it should be cheap."""
    door_checks: Callable[[], Mapping[DoorRule, DoorCheck]] = shipped_door_checks
    """What is looked for at doors; called on each request, so it should be cheap."""
    door_list: Callable[[], DoorListFile] = lambda: read_mapping("")
    """How the door system writes its list. Raises ``BrokenDoorList``, ``OSError``."""
    ways: Callable[[], tuple[tuple[Way, ...], str]] = lambda: ((), "")
    """By which ways people and devices are reached, and what is wrong with the file that says so."""
    sources: Callable[[], Sources] = lambda: DEFAULT_SOURCES
    """Which topics carry what, as the collector would read it at its next start. Raises ``SourcesError``, ``OSError``."""
    hide: Callable[[str, str], str] = field(default_factory=private_hide)
    """(kind, text) → keyed pseudonym, as readings carry cards, tags and guards. Without the site's key it meets none of them."""
    personal_data: Callable[[], Mapping[str, DataClass]] = shipped_personal_data
    """What is kept about people and how long, by class; called on each request, so it should be cheap."""
    secure_cookies: bool = False
    """True behind TLS: cookies are then ``__Host-`` and ``Secure``."""
    version: str = ""

    @cached_property
    def _registers(self) -> Kept[Register]:
        return register_kept()

    @cached_property
    def throttle(self) -> Throttle:
        """For pages without a login."""
        return Throttle()

    @cached_property
    def _memo(self) -> Memo:
        return Memo()

    def remember(self, name: str, version: object, make: Callable[[], T]) -> T:
        """``make()``, worked out once a ``version``."""
        return self._memo.get(name, version, make)

    def channels(self) -> frozenset[str]:
        """The channels of the site, besides everybody's own list."""
        return frozenset(way.name for way in self.ways()[0])

    def register(self, unit: Unit) -> Register:
        """The register in force."""
        return self._registers.now(unit)

    def site(self, register: Register) -> Site:
        """The property; one without an id while the register is empty."""
        return next(iter(register.sites.values()), Site(id="", name=self.name))


def zone_of(site: Site) -> tzinfo:
    """The property's time zone; Beijing time where its name is unknown."""
    return time_zone(site.timezone)


def context_of(request: Request) -> Context:
    """The context that ``create_app`` was given; as it looks from within what a limited account may look at."""
    found: Context = request.app.state.context
    narrow: Callable[[Context], Context] | None = getattr(request.state, "narrow", None)
    return found if narrow is None else narrow(found)
