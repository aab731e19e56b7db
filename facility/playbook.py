"""What people do about an incident, written down beforehand: steps with who, by when and with what evidence, and branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from facility.alert import Severity
from facility.register import Register
from facility.site import Asset
from facility.text import Text
from facility.units import QUANTITIES

_NOTHING = Text("", "")


class Evidence(StrEnum):
    """What shows that a step was done, besides who and when."""

    NONE = "none"
    PHOTO = "photo"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    """The time at which it happened, where that is not the time at which it is entered: a call that was made."""


class Twice(StrEnum):
    """How something that acts on the building is confirmed a second time."""

    TAPS = "two-taps"
    """By anybody who may, the same person too, but apart: not with one slip of a thumb."""
    PEOPLE = "two-people"
    """By another person than the first."""


class Joins(StrEnum):
    """How far one incident reaches: what else happens there joins it."""

    SITE = "site"
    BUILDING = "building"
    ZONE = "zone"
    ASSET = "asset"


class Phase(StrEnum):
    """When a step is done, where that matters: a storm is foreseen."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a step that confirms."""

    id: str
    title: Text
    false_alarm: bool = False
    """There was nothing: the incident is over, with its cause."""
    also_after: tuple[str, ...] = ()
    """Answers after which this one is still possible: a small fire that grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a step does to the building by itself. Found in the register: what is not in there is done by hand.

    The points of ``quantity`` on assets of one of these kinds, as far around as ``around`` says, are where it shows; the
    devices that feed them are told, if the register says that they take the word.
    """

    assets: tuple[str, ...]
    quantity: str
    state: str
    """The word of the quantity's states that says: it has happened."""
    send: str
    """What the devices are told."""
    around: Joins = Joins.BUILDING
    twice: Twice = Twice.TAPS
    within: int
    """How long the feedback may take, milliseconds."""

    @property
    def value(self) -> float:
        """The state as a reading has it."""
        return float(QUANTITIES[self.quantity].states[self.state])


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One step as it is written down."""

    id: str
    title: Text
    """What to do, as a command: a few words."""
    how: Text
    """How, and what to look out for; may be empty."""
    who: Text
    """Who does it, as people call them: duty officer, nearest guard."""
    team: str = ""
    """The rota's team whose person on duty it falls to; empty where anybody may."""
    skill: str = ""
    within: int = 0
    """By when, counted from where it became owed, milliseconds; 0: no limit."""
    phase: Phase = Phase.DURING
    when: tuple[str, ...] = ()
    """It is owed after one of these answers, as ``step=choice``; empty: from the start."""
    evidence: Evidence = Evidence.NONE
    asks: Text = _NOTHING
    """What the evidence is called: which number, which time."""
    unit: str = ""
    """The number's unit, as people read it."""
    clause: str = ""
    must: bool = False
    """It cannot be left out as not applicable: the law wants it."""
    choices: tuple[Choice, ...] = ()
    command: Command | None = None
    link: str = ""
    """A page of the product where it is done, such as the cameras."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A text for the residents that is there with one tap. ``{place}`` and ``{time}`` are filled in."""

    id: str
    title: Text
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """A story that proves a playbook: what people do, and how it must stand then."""

    name: str
    acts: tuple[str, ...]
    """``2m officer choose confirm large``; one that begins with ``!`` must be refused."""
    state: str
    at: int
    """When it is looked at, milliseconds after the event; after the last act by default."""
    done: tuple[str, ...] | None = None
    owed: tuple[str, ...] | None = None
    late: tuple[str, ...] | None = None
    """None: not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One file."""

    id: str
    version: str = ""
    """SHA-256 of what the file says."""
    clause: str
    title: Text
    about: Text
    """When to use it, in a sentence."""
    severity: Severity
    life_safety: bool = False
    rules: tuple[str, ...] = ()
    """Rules whose alerts open it."""
    by_hand: bool = True
    joins: Joins = Joins.BUILDING
    work_order: str = ""
    """The class of the work order that opening it by hand opens too; none without."""
    steps: tuple[Script, ...]
    announcements: tuple[Announcement, ...] = ()
    tales: tuple[Tale, ...] = ()
    path: str = ""
    text: str = ""

    def step(self, id: str) -> Script:
        """Raises ``KeyError``."""
        found = next((step for step in self.steps if step.id == id), None)
        if found is None:
            raise KeyError(id)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One device that a command tells, and the point where it shows."""

    device: str
    point: str


def place_of(joins: Joins, register: Register, zone: str, asset: str) -> str:
    """The id of the place that an incident there covers; empty for the whole property, or where the register knows none."""
    path = register.zone_path(zone)
    match joins:
        case Joins.SITE:
            return ""
        case Joins.BUILDING:
            building = next((z.id for z in path if z.kind in ("building", "garage", "outdoor")), "")
            return building or (path[0].id if path else zone)
        case Joins.ZONE:
            return zone
        case Joins.ASSET:
            return asset or zone


def levers(command: Command, register: Register, zone: str, asset: str) -> list[Lever]:
    """What the command reaches from there, in the register's order; empty: it is done by hand."""
    place = place_of(command.around, register, zone, asset)
    below = register.zones_below(place) if place else set(register.zones)

    def near(found: Asset) -> bool:
        return found.id == place if command.around is Joins.ASSET else found.zone in below

    def reached() -> Iterator[Lever]:
        for point in register.points.values():
            one, device = register.assets.get(point.asset), register.devices.get(point.device)
            if point.quantity != command.quantity or device is None or command.send not in device.commands:
                continue
            if one is not None and one.kind in command.assets and near(one):
                yield Lever(device=point.device, point=point.id)

    return list(reached())
