"""Who may enter where and when (manual AP-1), as it was in force at one time. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from facility.calendar import DAY_MINUTES, WorkCalendar, instant_of, local_day
from facility.permission_entries import (
    TABLES,
    Confirmed,
    Credential,
    CredentialState,
    Group,
    Holder,
    Permission,
    PermissionChange,
    PermissionEntry,
)
from facility.register import Register
from facility.rota_duty import holds_on
from facility.site import ACCESS_CLASSES
from facility.text import Text

RANK = {access: place for place, access in enumerate(ACCESS_CLASSES)}
"""A class of zones → how much it is guarded."""
OPEN_TO_ALL = ACCESS_CLASSES[0]
_MIDNIGHT = timedelta(days=1)


class Reason(StrEnum):
    """Why somebody may enter, or may not."""

    PUBLIC = "public"
    PERMITTED = "permitted"
    UNKNOWN = "unknown"
    """Nobody has such a credential."""
    LOST = "lost"
    BLOCKED = "blocked"
    NOT_YET = "not-yet"
    """The credential is not good yet."""
    EXPIRED = "expired"
    """The credential's last day has passed."""
    LEFT = "left"
    """The holder's last day here has passed."""
    NO_PERMISSION = "no-permission"
    ENDED = "ended"
    """There was a permission, and its last day has passed."""
    NOT_BEGUN = "not-begun"
    OUT_OF_HOURS = "out-of-hours"
    """There is a permission, and not for this time."""


REASONS: Mapping[Reason, Text] = {
    Reason.PUBLIC: Text("公共区域，人人可进", "a public area: everybody may"),
    Reason.PERMITTED: Text("有权限", "permitted"),
    Reason.UNKNOWN: Text("卡未登记", "nobody has this card"),
    Reason.LOST: Text("卡已挂失", "the card is reported lost"),
    Reason.BLOCKED: Text("卡已停用", "the card is blocked"),
    Reason.NOT_YET: Text("卡尚未启用", "the card is not good yet"),
    Reason.EXPIRED: Text("卡已过期", "the card has expired"),
    Reason.LEFT: Text("持卡人已离开", "its holder has left"),
    Reason.NO_PERMISSION: Text("没有这里的权限", "no permission for this place"),
    Reason.ENDED: Text("权限已到期", "the permission has ended"),
    Reason.NOT_BEGUN: Text("权限尚未开始", "the permission has not begun"),
    Reason.OUT_OF_HOURS: Text("不在允许的时间", "not at this time"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether somebody may, why, and by which permission or in spite of which."""

    allowed: bool
    reason: Reason
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a door leads: a zone, its class, and the zones around it with theirs."""

    zone: str
    access: str
    around: Mapping[str, str] = field(default_factory=dict)
    """Zone → class, itself included."""


def place_of(register: Register, zone: str) -> Place:
    """A zone that the register does not know is as guarded as can be: nobody has a permission for it."""
    found = register.zones.get(zone)
    path = register.zone_path(zone)
    access = found.access if found else ACCESS_CLASSES[-1]
    return Place(zone=zone, access=access, around={one.id: one.access for one in path})


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """A snapshot. Dictionaries are by id and keep the import's order; ``version`` grows with every change."""

    version: int = 0
    timezone: str = "Asia/Shanghai"
    groups: dict[str, Group] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    """By pseudonym."""
    permissions: dict[str, Permission] = field(default_factory=dict)
    confirmed: dict[str, Confirmed] = field(default_factory=dict)
    """By permission."""
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    """The property's workdays and holidays."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The property's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _by_holder(self) -> dict[str, list[Permission]]:
        return _by(self.permissions.values(), lambda one: one.holder)

    @cached_property
    def _by_group(self) -> dict[str, list[Permission]]:
        return _by(self.permissions.values(), lambda one: one.group)

    def of(self, holder: Holder) -> list[Permission]:
        """The holder's own and those of the groups."""
        groups = (one for group in holder.groups for one in self._by_group.get(group, []))
        return [*self._by_holder.get(holder.id, []), *groups]

    def credentials_of(self, holder: str) -> list[Credential]:
        """All that somebody has, lost ones too."""
        return [one for one in self.credentials.values() if one.holder == holder]

    def holders_of(self, permission: Permission) -> list[Holder]:
        """Everybody whom a permission is for."""
        if permission.holder:
            found = self.holders.get(permission.holder)
            return [found] if found else []
        return [one for one in self.holders.values() if permission.group in one.groups]


def _by(permissions: Iterable[Permission], whose: Callable[[Permission], str]) -> dict[str, list[Permission]]:
    found: dict[str, list[Permission]] = {}
    for one in permissions:
        if key := whose(one):
            found.setdefault(key, []).append(one)
    return found


def may_enter(permissions: Permissions, holder: str, place: Place, at: int) -> Verdict:
    """Whether ``holder`` may be where ``place`` is at ``at``, whatever card is shown.

    Of several permissions one that allows it wins; else the reason is that of the nearest miss: hours before dates before
    none at all.
    """
    known = permissions.holders.get(holder)
    if known is not None and _is_over(known.until, at, permissions.zone):
        return Verdict(allowed=False, reason=Reason.LEFT)
    if place.access == OPEN_TO_ALL:
        return Verdict(allowed=True, reason=Reason.PUBLIC)
    if known is None:
        return Verdict(allowed=False, reason=Reason.UNKNOWN)
    missed = Verdict(allowed=False, reason=Reason.NO_PERMISSION)
    for one in permissions.of(known):
        if not covers(one, place):
            continue
        reason = standing(permissions, one, at)
        found = Verdict(allowed=reason is Reason.PERMITTED, reason=reason, permission=one.id)
        if found.allowed:
            return found
        missed = min(missed, found, key=lambda verdict: _NEARNESS.index(verdict.reason))
    return missed


_NEARNESS = (Reason.OUT_OF_HOURS, Reason.ENDED, Reason.NOT_BEGUN, Reason.NO_PERMISSION)


def may_pass(permissions: Permissions, credential: str, place: Place, at: int) -> Verdict:
    """The same for whoever shows a credential (its pseudonym): the credential itself must be good as well."""
    found = permissions.credentials.get(credential)
    reason = credential_standing(permissions, found, at)
    if reason is not Reason.PERMITTED or found is None:
        return Verdict(allowed=False, reason=reason)
    return may_enter(permissions, found.holder, place, at)


def credential_standing(permissions: Permissions, credential: Credential | None, at: int) -> Reason:
    """``PERMITTED`` when nothing is wrong with the credential itself."""
    if credential is None:
        return Reason.UNKNOWN
    if credential.state is not CredentialState.ACTIVE:
        return Reason.LOST if credential.state is CredentialState.LOST else Reason.BLOCKED
    if _is_ahead(credential.since, at, permissions.zone):
        return Reason.NOT_YET
    return Reason.EXPIRED if _is_over(credential.until, at, permissions.zone) else Reason.PERMITTED


def covers(permission: Permission, place: Place) -> bool:
    """Whether the permission is for such a place. A building's opens no room in it that is guarded more than the building."""
    if permission.access:
        return RANK[place.access] <= RANK.get(permission.access, -1)
    access = place.around.get(permission.zone)
    return access is not None and (permission.zone == place.zone or RANK[place.access] <= RANK[access])


def standing(permissions: Permissions, permission: Permission, at: int) -> Reason:
    """``PERMITTED`` when the permission holds at ``at``, wherever; else why not.

    A night that began on its last day is still of that day.
    """
    days = list(_begun_on(permission, at, permissions.zone))
    if any(_holds(permission, day, permissions.calendar) for day in days):
        return Reason.PERMITTED
    if _is_over(permission.until, at, permissions.zone):
        return Reason.ENDED
    return Reason.NOT_BEGUN if _is_ahead(permission.since, at, permissions.zone) else Reason.OUT_OF_HOURS


def _begun_on(permission: Permission, at: int, zone: ZoneInfo) -> Iterator[date]:
    """The local days whose hours, by the permission, ``at`` lies in: today's, and yesterday's over midnight."""
    today = local_day(at, zone)
    ends = permission.ends if permission.ends > permission.starts else permission.ends + DAY_MINUTES
    for day in (today, today - _MIDNIGHT):
        if instant_of(day, permission.starts, zone) <= at < instant_of(day, ends, zone):
            yield day


def _holds(permission: Permission, day: date, calendar: WorkCalendar) -> bool:
    begun = permission.since is None or permission.since <= day
    over = permission.until is not None and permission.until < day
    return begun and not over and holds_on(permission.days, day, calendar)


def _is_over(until: date | None, at: int, zone: ZoneInfo) -> bool:
    return until is not None and local_day(at, zone) > until


def _is_ahead(since: date | None, at: int, zone: ZoneInfo) -> bool:
    return since is not None and local_day(at, zone) < since


def permission_difference(old: Permissions, new: Permissions) -> list[PermissionChange]:
    """What must happen to ``old`` to become ``new``, table by table."""
    found: list[PermissionChange] = []
    for table in TABLES:
        before: dict[str, PermissionEntry] = getattr(old, table)
        after: dict[str, PermissionEntry] = getattr(new, table)
        found.extend(
            PermissionChange(table=table, key=key, before=before.get(key), after=after.get(key))
            for key in dict.fromkeys([*after, *before])
            if before.get(key) != after.get(key)
        )
    return found
