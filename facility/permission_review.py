"""The periodic review of permissions (manual AP-2): which are to be looked at, the longest unseen first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from facility.calendar import local_day
from facility.instant import DAY
from facility.permission import RANK, Permissions, Reason, standing
from facility.permission_entries import Confirmed, Permission, PermissionChange
from facility.register import Register
from facility.site import ACCESS_CLASSES
from facility.text import Text

EVERY = 92 * DAY
"""A quarter: how long a confirmation holds where no duty says otherwise."""
SOON = 14 * DAY


class Decision(StrEnum):
    """What somebody says of one permission."""

    CONFIRM = "confirm"
    SHORTEN = "shorten"
    END = "end"


class ReviewRefused(ValueError):
    """A decision that cannot be taken: which field, what is wrong and what is allowed."""

    def __init__(self, field: str, text: Text) -> None:
        self.field, self.text = field, text
        super().__init__(f"{field}: {text.en}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One permission as it stands in the review."""

    permission: Permission
    access: str
    """The class of zones that it opens."""
    people: int
    """How many it is for, now."""
    confirmed: Confirmed | None
    unreviewed: bool
    """Nobody has confirmed it within the period."""
    over: bool
    """Its last day has passed: it opens nothing, and still stands there."""


def lines(permissions: Permissions, register: Register, now: int, every: int = EVERY) -> list[Line]:
    """The most guarded class first; in it the longest unseen first."""
    found = [_line(permissions, register, one, now, every) for one in permissions.permissions.values()]
    return sorted(found, key=lambda line: (-RANK[line.access], line.confirmed.at if line.confirmed else 0))


def _line(permissions: Permissions, register: Register, one: Permission, now: int, every: int) -> Line:
    zone = register.zones.get(one.zone)
    confirmed = permissions.confirmed.get(one.id)
    return Line(
        permission=one,
        access=one.access or (zone.access if zone else ACCESS_CLASSES[-1]),
        people=len(permissions.holders_of(one)),
        confirmed=confirmed,
        unreviewed=confirmed is None or now - confirmed.at > every,
        over=standing(permissions, one, now) is Reason.ENDED,
    )


def figures(found: Iterable[Line]) -> dict[str, int]:
    """How many there are, how many nobody has looked at, how many are over."""
    all_of_them = list(found)
    return {
        "permissions": len(all_of_them),
        "unreviewed": sum(line.unreviewed for line in all_of_them),
        "over": sum(line.over for line in all_of_them),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody decided: about which, and as it was when it was shown."""

    permission: str
    decision: Decision
    until: date | None = None
    """Of a shortening: the new last day."""
    why: str = ""
    who: str
    at: int


def decide(permissions: Permissions, said: Said) -> list[PermissionChange]:
    """What changes. Raises ``ReviewRefused``; ``KeyError`` when there is no such permission."""
    before = permissions.permissions[said.permission]
    if said.decision is not Decision.CONFIRM and not said.why.strip():
        raise ReviewRefused("why", Text("要写理由", "is needed: say why"))
    confirmed = Confirmed(permission=before.id, at=said.at, who=said.who, why=said.why.strip())
    seen = _change("confirmed", before.id, permissions.confirmed.get(before.id), confirmed)
    match said.decision:
        case Decision.CONFIRM:
            return [seen]
        case Decision.SHORTEN:
            return [_change("permissions", before.id, before, _shortened(permissions, before, said)), seen]
        case Decision.END:
            gone = permissions.confirmed.get(before.id)
            ended = _change("permissions", before.id, before, None)
            return [ended, _change("confirmed", before.id, gone, None)] if gone else [ended]


def _shortened(permissions: Permissions, before: Permission, said: Said) -> Permission:
    today = local_day(said.at, permissions.zone)
    if said.until is None:
        raise ReviewRefused("until", Text("要写新的最后一天", "is needed: the new last day"))
    if said.until < today or (before.until is not None and said.until >= before.until):
        latest = f"早于 {before.until}" if before.until else ""
        before_that = f", before {before.until}" if before.until else ""
        raise ReviewRefused(
            "until",
            Text(f"只能是 {today} 或以后{latest}", f"is not shorter; allowed: {today} or later{before_that}"),
        )
    return replace(before, until=said.until)


def _change(
    table: str, key: str, before: Permission | Confirmed | None, after: Permission | Confirmed | None
) -> PermissionChange:
    return PermissionChange(table=table, key=key, before=before, after=after)
