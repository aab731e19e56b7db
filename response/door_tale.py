"""Stories of door checks, told in a small world of their own: one door, one day, a few cards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from facility.calendar import instant_of
from facility.door import Door
from facility.door_check import DoorCheck, DoorStory
from facility.door_finding import DoorFinding, DoorRule
from facility.door_judging import Checks, clocks, judge, passbacks, tailgatings
from facility.instant import DAY, SECOND, duration
from facility.permission import Permissions, Place
from facility.permission_entries import Credential, CredentialState, Holder, Permission
from facility.quality import Quality
from facility.reading import Passage, Reading

TODAY, YESTERDAY = date(2026, 3, 2), date(2026, 3, 1)
ZONE = ZoneInfo("Asia/Shanghai")
ENTRY, COUNTER = "door.entry", "door.people"
_LINE = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))? (.+)")
_ALLOWED = "allowed: 'HH:MM[:SS] CARD in|out|denied', 'HH:MM:SS counted 2', 'HH:MM heard +12s'"


class BadLine(ValueError):
    """A line of a story that says nothing."""


def world() -> Permissions:
    """``day`` may be everywhere from 08:00 to 20:00, ``other`` nowhere, ``ended`` until yesterday."""
    cards = [
        Credential(pseudonym="day", holder="day"),
        Credential(pseudonym="other", holder="other"),
        Credential(pseudonym="ended", holder="ended"),
        Credential(pseudonym="gone", holder="gone"),
        Credential(pseudonym="lost", holder="day", state=CredentialState.LOST),
        Credential(pseudonym="blocked", holder="day", state=CredentialState.BLOCKED),
        Credential(pseudonym="expired", holder="day", until=YESTERDAY),
        Credential(pseudonym="forced", holder="day", duress=True),
    ]
    people = [Holder(id=id, name=id) for id in ("day", "other", "ended")]
    people.append(Holder(id="gone", name="gone", until=YESTERDAY))
    rules = [
        Permission(id="p1", holder="day", access="high-risk", starts=8 * 60, ends=20 * 60, approver="manager"),
        Permission(id="p2", holder="ended", access="high-risk", until=YESTERDAY, approver="manager"),
    ]
    return Permissions(
        version=1,
        holders={one.id: one for one in people},
        credentials={one.id: one for one in cards},
        permissions={one.id: one for one in rules},
    )


def tell(check: DoorCheck, story: DoorStory) -> list[bool]:
    """Which lines are found. Raises ``BadLine``."""
    place = Place(zone="room", access=story.access, around={"room": story.access})
    door = Door(asset="door", zone="room", place=place, entry=ENTRY, counter=COUNTER)
    lines = [_line(line) for line in story.happens]
    found = {finding.at for finding in _found(check, door, lines, instant_of(TODAY, 0, ZONE) + DAY)}
    return [line.at in found for line in lines]


def _found(check: DoorCheck, door: Door, lines: Sequence[Passage | Reading], now: int) -> list[DoorFinding]:
    passages = [line for line in lines if isinstance(line, Passage)]
    readings = [line for line in lines if isinstance(line, Reading)]
    match check.rule:
        case DoorRule.PASSBACK:
            fitting = door.place.access in check.access
            return passbacks(passages, {ENTRY: door}, check, world(), now) if fitting else []
        case DoorRule.TAILGATING:
            return tailgatings(door, passages, readings, check, now)
        case DoorRule.CLOCK:
            return clocks(door, readings, check, world(), now)
        case _:
            checks: Checks = {check.rule: check}
            return [one for passage in passages for one in judge(passage, door, world(), checks, now)]


def _line(line: str) -> Passage | Reading:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise BadLine(f"{line!r} says nothing; {_ALLOWED}")
    at = instant_of(TODAY, int(parts[1]) * 60 + int(parts[2]), ZONE) + int(parts[3] or 0) * SECOND
    match parts[4].split():
        case ["counted", number] if number.isdecimal():
            return Reading(COUNTER, at, float(number), received=at)
        case ["heard", span] if span[0] in "+-":
            return Reading(ENTRY, at, 0.0, Quality.GOOD, received=at + int(f"{span[0]}1") * _span(span[1:], line))
        case [card, ("in" | "out") as way]:
            return Passage(point=ENTRY, at=at, event="granted", credential=_card(card, line), direction=way)
        case [card, "denied"]:
            return Passage(point=ENTRY, at=at, event="denied", credential=_card(card, line), direction="in")
    raise BadLine(f"{line!r} says nothing; {_ALLOWED}")


def _span(text: str, line: str) -> int:
    try:
        return duration(text)
    except ValueError as error:
        raise BadLine(f"{line!r}: {error}") from None


def _card(card: str, line: str) -> str:
    known = [*world().credentials, "unknown"]
    if card not in known:
        raise BadLine(f"{line!r}: there is no card {card!r}; allowed: {', '.join(known)}")
    return card
