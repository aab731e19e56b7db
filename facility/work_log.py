"""What was recorded while the work was done: measurements, parts, time, checks, files, signatures. Read from the order's facts.

Nothing of it is ever changed: an entry that was wrong is struck out by another fact, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from facility.fact import Fact

MEASURED, PART, TIME, CHECKED, ATTACHED, SIGNED, STRUCK = (
    "measured",
    "part-used",
    "time-spent",
    "checked",
    "attached",
    "signed",
    "struck",
)
ENTRIES = frozenset({MEASURED, PART, TIME, CHECKED, ATTACHED, SIGNED})
"""The words of facts that are entries and can be struck out."""

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``seq`` is its fact's; ``struck`` is why it does not count, empty while it does."""

    seq: int
    at: int
    who: str
    struck: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Entry):
    """``value`` in ``unit``; ``inside`` as it was judged when it was entered, None without a limit."""

    side: str
    quantity: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    inside: bool | None = None
    point: str = ""
    instrument: str = ""
    entered: str = ""
    """As the person wrote it, with his unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartUsed(Entry):
    """So many of a part."""

    name: str
    count: float
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpent(Entry):
    """Minutes of one person."""

    minutes: int
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Entry):
    """A line of the checklist."""

    check: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(Entry):
    """A file or a signature, kept under its SHA-256."""

    sha256: str
    name: str
    media: str
    size: int
    thumb: bool = False
    located: bool = False
    """Where it was taken is still in it, because that was wanted."""
    note: str = ""
    signer: str = ""
    """Who signed; empty where it is no signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLog:
    """Oldest first, what was struck out included."""

    measurements: tuple[Measurement, ...] = ()
    parts: tuple[PartUsed, ...] = ()
    times: tuple[TimeSpent, ...] = ()
    checks: tuple[Checked, ...] = ()
    files: tuple[Attached, ...] = ()
    signatures: tuple[Attached, ...] = ()

    @property
    def done(self) -> frozenset[str]:
        """The lines of the checklist that are done."""
        return frozenset(check.check for check in self.checks if not check.struck)

    @property
    def has_photo(self) -> bool:
        """Whether a picture is attached that counts; a signature is none."""
        return any(one.media.startswith("image/") and not one.struck for one in self.files)

    @property
    def minutes(self) -> int:
        """All time together."""
        return sum(one.minutes for one in self.times if not one.struck)

    def last(self, side: Side, quantity: str) -> Measurement | None:
        """The newest measurement of that quantity, before or after."""
        same = [m for m in self.measurements if not m.struck and (m.side, m.quantity) == (side, quantity)]
        return same[-1] if same else None


def read_log(facts: Iterable[Fact]) -> WorkLog:
    """The log out of all facts of one order, oldest first."""
    told = list(facts)
    struck = {int(fact.data["seq"]): fact.why for fact in told if fact.what == STRUCK}
    entries = [_READERS[fact.what](fact, struck.get(fact.seq, "")) for fact in told if fact.what in _READERS]

    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(entry for entry in entries if isinstance(entry, kind))

    attached = of(Attached)
    return WorkLog(
        measurements=of(Measurement),
        parts=of(PartUsed),
        times=of(TimeSpent),
        checks=of(Checked),
        files=tuple(one for one in attached if not one.signer),
        signatures=tuple(one for one in attached if one.signer),
    )


def _reader(kind: type[Entry]) -> Callable[[Fact, str], Entry]:
    def read(fact: Fact, struck: str) -> Entry:
        known = {name: value for name, value in fact.data.items() if name in kind.__dataclass_fields__}
        return kind(seq=fact.seq, at=fact.at, who=fact.who, struck=struck, **known)

    return read


_READERS: dict[str, Callable[[Fact, str], Entry]] = {
    MEASURED: _reader(Measurement),
    PART: _reader(PartUsed),
    TIME: _reader(TimeSpent),
    CHECKED: _reader(Checked),
    ATTACHED: _reader(Attached),
    SIGNED: _reader(Attached),
}
