"""What somebody sends when he has done a duty: from a phone, from a desk, from a program. Nothing in it is judged yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import orjson

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line of the checklist, as it was entered. Which fields count depends on the kind of the line."""

    check: str
    item: str = ""
    """Of a line that is answered for each of several things, which one."""
    value: float | None = None
    """Of a number, in ``unit``."""
    unit: str = ""
    """Empty: the check's."""
    over_range: bool = False
    """More than the instrument shows; instead of a value."""
    choice: str = ""
    """Of pass or fail: pass, flag, fail. Of a choice: one of its ids. Of a signature: ``signed``, by whoever submits."""
    text: str = ""
    """What it says; of any other line a remark."""
    files: tuple[str, ...] = ()
    """SHA-256 of files that are kept already: photos; of a signature the drawn ones, one for each of ``signed``."""
    signed: tuple[str, ...] = ()
    """Accounts of those whose drawn signatures the files are."""
    sworn: tuple[str, ...] = ()
    """Accounts of those who signed with their password. Only whoever has asked for it may say so; never what was sent."""
    code: str = ""
    """What was scanned."""
    instrument: str = ""
    """Its id in the register."""
    conditions: tuple[tuple[str, float | str], ...] = ()
    """Of a measurement: volts, seconds, celsius, humidity, phase …"""
    order: bool = False
    """Should it fail, open a work order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission. ``key`` is the sender's own id of it, new for each: sent again it is the same result."""

    key: str
    duty: str = ""
    """May be left out where the occurrence is named."""
    duty_version: str = ""
    """Of the checklist that was filled in; empty: the occurrence's, or the one in force."""
    occurrence: int | None = None
    """None: done without being owed, for ``target``."""
    target: str = ""
    with_whom: tuple[str, ...] = ()
    """Further accounts that did it too."""
    device_at: int | None = None
    """What the device's clock said when it was done; None: now."""
    offset: int = 0
    """The device's clock less the server's, milliseconds, as the device last saw it."""
    answers: tuple[Answer, ...] = field(default=())
    corrects: int | None = None
    """The result that this one corrects; ``why`` says why."""
    why: str = ""
    retest_of: int | None = None
    """The result that failed, where this one measures again after the repair."""
    sensors: tuple[tuple[str, int], ...] = ()
    """Points and instants of what sensors said of it."""

    def digest(self, who: str) -> str:
        """What tells this submission from another one under the same key."""
        return hashlib.sha256(orjson.dumps([who, self])).hexdigest()


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that keeps a draft from being taken. ``text`` says what was wrong and what is allowed."""

    field: str
    """Of the draft, or of one answer: ``answers.resistance.value``, of several things ``answers.resistance[N1].value``."""
    text: Text


class DraftRefused(ValueError):
    """A draft that cannot be taken, with everything that is wrong in it."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        self.wrong = wrong
        super().__init__("; ".join(f"{one.field}: {one.text.en}" for one in wrong))


class KeyTaken(ValueError):
    """The key was used for another submission: send this one under a key of its own."""

    def __init__(self, key: str, result: int) -> None:
        self.key, self.result = key, result
        super().__init__(f"the key {key!r} belongs to result {result} already, which says something else")
