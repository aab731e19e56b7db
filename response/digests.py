"""Notices that waited to go out together: when their time has come, one notice carries them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from facility.notice import Notice, dropped
from response.telling import joined
from storage.records.port import Unit


def gather(unit: Unit, now: int) -> bool:
    """One for each person and channel. One that waited alone goes out as it is. Returns whether there is more: never."""
    for _, group in groupby(unit.notices.digests(now), key=lambda one: (one.person, one.channel, one.address)):
        waiting = list(group)
        if len(waiting) == 1:
            unit.notices.update(replace(waiting[0], digest=False))
        else:
            _carry(unit, waiting, now)
    return False


def _carry(unit: Unit, waiting: list[Notice], now: int) -> None:
    in_order = sorted(waiting, key=lambda one: (one.severity, one.created, one.id))
    first = in_order[0]
    key = f"digest/{first.person}/{first.channel}/{min(one.id for one in waiting)}-{max(one.id for one in waiting)}"
    whole = Notice(
        key=key,
        cause=f"digest:{first.person}",
        person=first.person,
        channel=first.channel,
        address=first.address,
        language=first.language,
        template="digest",
        data=joined([one.data for one in in_order]),
        why={"digest": [one.id for one in in_order]},
        severity=first.severity,
        urgent=False,
        created=now,
        due=now,
    )
    unit.notices.add(whole)
    carrier = unit.notices.of_key(key)
    assert carrier is not None
    for one in waiting:
        unit.notices.update(dropped(one, "digest", within=carrier.id))
