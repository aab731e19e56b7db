"""Permissions in words: for whom, where, when, how long."""

from __future__ import annotations

from collections.abc import Mapping

from facility.calendar import DAY_MINUTES
from facility.permission import Permissions
from facility.permission_entries import CredentialKind, CredentialState, Permission
from facility.register import Register
from facility.text import Text

CLASSES: Mapping[str, Text] = {
    "public": Text("公共区域", "public areas"),
    "staff": Text("员工区域", "staff areas"),
    "sensitive": Text("敏感区域", "sensitive areas"),
    "high-risk": Text("高风险区域", "high-risk areas"),
}
KINDS: Mapping[CredentialKind, Text] = {
    CredentialKind.CARD: Text("卡", "card"),
    CredentialKind.FACE: Text("人脸", "face"),
    CredentialKind.QR: Text("二维码", "QR code"),
    CredentialKind.PIN: Text("密码", "PIN"),
}
STATES: Mapping[CredentialState, Text] = {
    CredentialState.ACTIVE: Text("正常", "active"),
    CredentialState.LOST: Text("已挂失", "lost"),
    CredentialState.BLOCKED: Text("已停用", "blocked"),
}
DAYS: Mapping[str, Text] = {
    "every-day": Text("每天", "every day"),
    "workdays": Text("工作日", "workdays"),
    "rest-days": Text("休息日", "rest days"),
    "weekends": Text("周末", "weekends"),
    "holidays": Text("节假日", "holidays"),
    "mon": Text("周一", "Mon"),
    "tue": Text("周二", "Tue"),
    "wed": Text("周三", "Wed"),
    "thu": Text("周四", "Thu"),
    "fri": Text("周五", "Fri"),
    "sat": Text("周六", "Sat"),
    "sun": Text("周日", "Sun"),
}


def whom_text(permission: Permission, permissions: Permissions) -> Text:
    """The holder's name, or the group's."""
    if permission.group:
        group = permissions.groups.get(permission.group)
        return group.name if group else Text(permission.group, permission.group)
    holder = permissions.holders.get(permission.holder)
    name = holder.name if holder and holder.name else permission.holder
    return Text(name, name)


def where_text(permission: Permission, register: Register) -> Text:
    """The class, or the zone's name."""
    if permission.access:
        return CLASSES[permission.access]
    zone = register.zones.get(permission.zone)
    return zone.name if zone else Text(permission.zone, permission.zone)


def hours_text(permission: Permission) -> Text:
    """Days, hours and until when."""
    days = [DAYS.get(day, Text(day, day)) for day in permission.days]
    hours = _hours(permission.starts, permission.ends)
    zh, en = "、".join(day.zh for day in days), ", ".join(day.en for day in days)
    since = f"{permission.since} 起" if permission.since else ""
    until = f"至 {permission.until}" if permission.until else ""
    from_ = f"from {permission.since}" if permission.since else ""
    to = f"until {permission.until}" if permission.until else ""
    return Text(
        " ".join(part for part in (zh, hours, since, until) if part),
        " ".join(part for part in (en, hours, from_, to) if part),
    )


def _hours(starts: int, ends: int) -> str:
    if starts == 0 and ends == DAY_MINUTES:
        return ""
    return f"{starts // 60:02}:{starts % 60:02}–{ends // 60:02}:{ends % 60:02}"
