"""A rule as the engine knows it: read from a file, checked, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from facility.alert import Severity, Timing
from facility.alert_life import SHELVE_MAX
from facility.mode import SETTING, holders, mode_at
from facility.point import Point
from facility.promise import Promise
from facility.register import Register
from facility.site import Asset
from facility.text import Text
from rules.kind import Kind, Spec
from rules.limits import Limits

MAX_GAP = 3
"""Samples further apart than so many intervals of the point do not belong to one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a rule can tell points apart by, their ids aside. Points of one signature are matched together."""

    quantity: str
    asset: str
    access: str
    models: frozenset[str]


def signature(point: Point, register: Register) -> Signature:
    """The signature of a point; empty words where the register does not say."""
    asset: Asset | None = register.assets.get(point.asset)
    zone = register.zones.get(asset.zone) if asset else None
    device = register.devices.get(point.device)
    models = {asset.model if asset else "", device.model if device else ""} - {""}
    return Signature(
        quantity=point.quantity,
        asset=asset.kind if asset else "",
        access=zone.access if zone else "",
        models=frozenset(models),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All that are given must hold; each holds when one of its words fits. Empty ones do not filter."""

    quantity: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    """Globs over point ids."""

    def fits(self, known: Signature) -> bool:
        """Whether points of that signature fit, their ids aside."""
        return (
            (not self.quantity or known.quantity in self.quantity)
            and (not self.asset or known.asset in self.asset)
            and (not self.access or known.access in self.access)
            and (not self.model or bool(known.models & set(self.model)))
        )

    def names(self, point: str) -> bool:
        """Whether the point's id fits."""
        return not self.points or any(fnmatchcase(point, glob) for glob in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """Which points a rule watches."""

    only: Filter = Filter()
    unless: tuple[Filter, ...] = ()
    """Points that fit one of these are left to another rule."""
    one_per_device: bool = False
    """Only one point of each device: the one that should speak most often, the first of these in the register."""

    def to(self, point: str, known: Signature) -> bool:
        """Whether the rule watches the point (``one_per_device`` aside)."""
        if not (self.only.fits(known) and self.only.names(point)):
            return False
        return not any(other.fits(known) and other.names(point) for other in self.unless)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What follows an alert. No work order without a kind of work."""

    work_order: str = ""
    emergency: bool = False
    clocks: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A proof of a rule: what arrives, and what must be found after each step."""

    name: str
    every: int
    values: tuple[str, ...]
    expect: tuple[str, ...]
    interval: int | None = None
    """The point's own interval; the step, where it is not given."""
    resolution: float = 0.001
    unit: str = ""
    """The point's unit; the quantity's usual one where it is empty."""
    settings: tuple[tuple[str, float], ...] = ()
    """Values set on the point, in its unit."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """A rule whose alert explains this one's while it goes on at the same place; see ``rules.inhibit``."""

    rule: str
    same: str
    """device · gateway · asset · zone"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Another limit of the same rule, with its own severity."""

    severity: Severity
    spec: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Points that say themselves that a mode holds, such as a fire pump's; see ``rules.running``."""

    only: Filter
    says: frozenset[int]
    """The numbers of the words that mean it."""
    same: str
    """asset · zone"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What differs while a point is in a mode, see ``facility.mode``."""

    name: str
    spec: Spec | None = None
    """Other limits; None: the rule's own."""
    off: bool = False
    """Judged and shown, and calls nobody."""
    source: Source | None = None
    """Who says so besides a setting."""
    setting: str = ""
    """The name under which what they say is kept; empty where nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One file."""

    id: str
    version: str
    """SHA-256 of the file's content: whitespace, comments and the order of keys aside."""
    clause: str
    title: Text
    do_first: Text
    """What to do first, in plain words, for whoever is on duty."""
    severity: Severity
    life_safety: bool = False
    latched: bool = False
    """Its alerts stay until somebody has inspected the spot and reset them."""
    shelve_max: int = SHELVE_MAX
    """How long its alerts may be shelved at most; life safety never is."""
    realarm_after: int = 0
    """How long an alert may stay unattended before it is announced again; 0: never."""
    applies: Applies = Applies()
    kind: Kind
    spec: Spec
    response: Response = Response()
    stories: tuple[Story, ...] = ()
    levels: tuple[Level, ...] = ()
    inhibited_by: tuple[Inhibition, ...] = ()
    modes: tuple[Mode, ...] = ()
    level_of: str = ""
    """The rule whose level this is; see ``rules.levels``. Empty for a rule itself."""
    path: str = ""
    text: str = field(default="", repr=False)

    def timing(self, point: Point) -> Timing:
        """Hold and clear times, and how far apart samples of one run may be."""
        return Timing(hold=self.spec.hold_for, clear=self.spec.clear_for, max_gap=MAX_GAP * point.interval)

    def limits(self, point: Point, register: Register, at: int) -> Limits:
        """What it asks of the point at ``at``. Raises ``CannotJudge``."""
        name = self.spec.setting
        setting = register.setting(point.id, name, at) if name else None
        return self.kind.limits(self.spec_at(point, register, at), point, setting.value if setting else None)

    def mode_at(self, point: Point, register: Register, at: int) -> Mode | None:
        """What differs in the mode in which the point is at ``at``; None where nothing does."""
        if not self.modes:
            return None
        for mode in self.modes:
            said = register.setting(point.id, mode.setting, at) if mode.setting else None
            if said is not None and said.value:
                return mode
        name = mode_at(point.id, register, at)
        return next((mode for mode in self.modes if mode.name == name), None)

    def spec_at(self, point: Point, register: Register, at: int) -> Spec:
        """Its limits as they are in the mode at ``at``."""
        mode = self.mode_at(point, register, at)
        return self.spec if mode is None or mode.spec is None else mode.spec

    @property
    def depends(self) -> bool:
        """Whether its limits depend on settings."""
        return bool(self.spec.setting or self.modes)

    def held_by(self, point: Point, register: Register) -> list[tuple[str, str]]:
        """(point, asset or zone; name) of the settings that its limits on the point depend on."""
        own = [self.spec.setting, *(mode.setting for mode in self.modes)]
        held = [(point.id, name) for name in own if name]
        return held + ([(holder, SETTING) for holder in holders(point.id, register)] if self.modes else [])
