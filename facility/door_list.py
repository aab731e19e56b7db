"""The door system's own list against the permissions: who has more than they should, and who has less (manual AP-1, AP-2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from facility.calendar import local_day
from facility.door import Door
from facility.permission import (
    OPEN_TO_ALL,
    Permissions,
    Reason,
    covers,
    credential_standing,
    standing,
)
from facility.permission_entries import Credential, Permission
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCard:
    """One row: a card that the door system lets through a door."""

    row: int
    credential: str
    """A pseudonym."""
    tail: str
    door: str
    """The asset; empty where the register has no such door."""
    called: str
    """The door as the list calls it."""
    since: date | None = None
    until: date | None = None
    """The last day; None: for ever."""


class Kind(StrEnum):
    """What is different, the most pressing first."""

    DEAD = "dead"
    """Lost, blocked, expired or of somebody who has left, and still open."""
    MORE = "more"
    UNKNOWN = "unknown"
    LONGER = "longer"
    """Open for longer than the permission."""
    LESS = "less"
    TWICE = "twice"
    NO_DOOR = "no-door"


TO_DO: Mapping[Kind, Text] = {
    Kind.DEAD: Text("马上在门禁系统里删除这张卡", "delete the card in the door system now"),
    Kind.MORE: Text(
        "在门禁系统里收回这扇门；确有需要的，先批准权限",
        "take the door off it there; if it is needed, approve it first",
    ),
    Kind.UNKNOWN: Text(
        "查明是谁的卡：登记，或在门禁系统里删除", "find out whose it is: enter it here, or delete it there"
    ),
    Kind.LONGER: Text(
        "在门禁系统里把截止日期改成权限的截止日期", "set its end in the door system to that of the permission"
    ),
    Kind.LESS: Text(
        "在门禁系统里开通这扇门；不再需要的，结束权限", "open the door for it there, or end the permission"
    ),
    Kind.TWICE: Text("在门禁系统里删除重复的一条", "delete the second entry there"),
    Kind.NO_DOOR: Text(
        "在 door-list.toml 里写明它是哪扇门，或在台账里登记", "say in door-list.toml which door it is, or register it"
    ),
}
"""What somebody has to do about each."""

NAMES: Mapping[Kind, Text] = {
    Kind.DEAD: Text("失效的卡仍可开门", "dead card still open"),
    Kind.MORE: Text("多出的权限", "more than permitted"),
    Kind.UNKNOWN: Text("未登记的卡", "unknown card"),
    Kind.LONGER: Text("期限过长", "open for too long"),
    Kind.LESS: Text("缺少的权限", "less than permitted"),
    Kind.TWICE: Text("重复", "listed twice"),
    Kind.NO_DOOR: Text("台账里没有的门", "no such door"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing to mend. ``row`` is the list's, 0 where something is missing from it."""

    kind: Kind
    row: int = 0
    credential: str = ""
    tail: str = ""
    holder: str = ""
    door: str = ""
    called: str = ""
    reason: str = ""
    """A word of ``facility.permission.Reason``, where there is one."""
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What one look at the list came to."""

    at: int
    version: int
    """Of the permissions."""
    rows: int
    differences: tuple[Difference, ...] = field(default_factory=tuple)

    @property
    def figures(self) -> dict[str, int]:
        """Kind → how many; no name and no card."""
        counts = Counter(one.kind for one in self.differences)
        return {kind.value: counts[kind] for kind in Kind}


def compare(permissions: Permissions, doors: Mapping[str, Door], listed: Sequence[ListedCard], at: int) -> Comparison:
    """Every difference, by kind and row. Doors of public areas are open to all: there only dead cards matter."""
    found = [*_wrong_rows(permissions, doors, listed, at), *_lacking(permissions, doors, listed, at)]
    order = list(Kind)
    found.sort(key=lambda one: (order.index(one.kind), one.row, one.holder, one.door))
    return Comparison(at=at, version=permissions.version, rows=len(listed), differences=tuple(found))


def _wrong_rows(
    permissions: Permissions, doors: Mapping[str, Door], listed: Sequence[ListedCard], at: int
) -> Iterator[Difference]:
    seen: set[tuple[str, str]] = set()
    today = local_day(at, permissions.zone)
    for one in listed:
        if one.until is not None and one.until < today:
            continue  # the door system itself keeps it out
        place = (one.credential, one.door or one.called)
        if place in seen:
            yield _difference(Kind.TWICE, one, permissions)
            continue
        seen.add(place)
        yield from _wrong_row(permissions, doors.get(one.door), one, at)


def _wrong_row(permissions: Permissions, door: Door | None, one: ListedCard, at: int) -> Iterator[Difference]:
    card = permissions.credentials.get(one.credential)
    if door is None:
        yield _difference(Kind.NO_DOOR, one, permissions)
    reason = credential_standing(permissions, card, at)
    holder = permissions.holders.get(card.holder) if card else None
    if holder is not None and holder.until is not None and holder.until < local_day(at, permissions.zone):
        reason = Reason.LEFT
    if card is not None and reason not in (Reason.PERMITTED, Reason.NOT_YET):
        yield _difference(Kind.DEAD, one, permissions, reason=reason.value)
    elif door is None or door.place.access == OPEN_TO_ALL:
        return
    elif card is None:
        yield _difference(Kind.UNKNOWN, one, permissions)
    else:
        yield from _too_much(permissions, door, card, one, at)


def _too_much(permissions: Permissions, door: Door, card: Credential, one: ListedCard, at: int) -> Iterator[Difference]:
    now = list(_permitted(permissions, card.holder, door, at))
    if not now:
        yield _difference(Kind.MORE, one, permissions)
        return
    ends = [permission.until for permission in now]
    last = None if None in ends else max(end for end in ends if end is not None)
    if last is not None and (one.until is None or one.until > last):
        longest = next(permission for permission in now if permission.until == last)
        yield _difference(Kind.LONGER, one, permissions, permission=longest.id)


def _permitted(permissions: Permissions, holder: str, door: Door, at: int) -> Iterator[Permission]:
    """In force today, at whatever hour: the door system's list has no hours."""
    known = permissions.holders.get(holder)
    for permission in permissions.of(known) if known else ():
        if covers(permission, door.place) and standing(permissions, permission, at) in _TODAY:
            yield permission


_TODAY = (Reason.PERMITTED, Reason.OUT_OF_HOURS)


def _lacking(
    permissions: Permissions, doors: Mapping[str, Door], listed: Iterable[ListedCard], at: int
) -> Iterator[Difference]:
    """Whoever may enter and has no card that the door knows. Only at doors that the list speaks of at all."""
    open_to = {(one.credential, one.door) for one in listed}
    spoken_of = {door for _, door in open_to}
    good = _good_cards(permissions, at)
    for door in doors.values():
        if door.asset not in spoken_of or door.place.access == OPEN_TO_ALL:
            continue
        for holder, cards in good.items():
            permission = next(_permitted(permissions, holder, door, at), None)
            if permission and not any((card.pseudonym, door.asset) in open_to for card in cards):
                first = cards[0]
                yield Difference(
                    kind=Kind.LESS,
                    credential=first.pseudonym,
                    tail=first.tail,
                    holder=holder,
                    door=door.asset,
                    permission=permission.id,
                )


def _good_cards(permissions: Permissions, at: int) -> dict[str, list[Credential]]:
    found: dict[str, list[Credential]] = {}
    for card in permissions.credentials.values():
        holder = permissions.holders.get(card.holder)
        gone = holder is None or (holder.until is not None and holder.until < local_day(at, permissions.zone))
        if not gone and credential_standing(permissions, card, at) is Reason.PERMITTED:
            found.setdefault(card.holder, []).append(card)
    return found


def _difference(
    kind: Kind, one: ListedCard, permissions: Permissions, *, reason: str = "", permission: str = ""
) -> Difference:
    card = permissions.credentials.get(one.credential)
    return Difference(
        kind=kind,
        row=one.row,
        credential=one.credential,
        tail=(card.tail if card else "") or one.tail,
        holder=card.holder if card else "",
        door=one.door,
        called=one.called,
        reason=reason,
        permission=permission,
    )
