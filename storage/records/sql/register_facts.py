"""What a change of the register is told as, besides the fact of the whole: one for each value that a person set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from facility.fact import Fact
from facility.point import Setting
from facility.register import Change

Named = tuple[str, str]
"""(point, name of the setting)"""


def setting_facts(
    changes: Sequence[Change],
    known: Iterable[Setting],
    units: Mapping[str, str],
    *,
    who: str,
    at: int,
) -> list[Fact]:
    """One fact for each setting in ``changes``; ``known`` are those of the same points as they stood before."""
    history: dict[Named, dict[int, Setting]] = {}
    for setting in [*known, *(c.after for c in changes if isinstance(c.after, Setting))]:
        history.setdefault((setting.point, setting.name), {})[setting.since] = setting
    return [
        _setting_fact(changed, before or _earlier(changed, history), units.get(changed.point, ""), who=who, at=at)
        for change in changes
        if isinstance(changed := change.after, Setting) and isinstance(before := change.before, Setting | None)
    ]


def _earlier(setting: Setting, history: Mapping[Named, Mapping[int, Setting]]) -> Setting | None:
    beside = history[setting.point, setting.name]
    since = max((since for since in beside if since < setting.since), default=None)
    return None if since is None else beside[since]


def _setting_fact(setting: Setting, before: Setting | None, unit: str, *, who: str, at: int) -> Fact:
    return Fact(
        at=at,
        noun="register",
        subject=setting.point,
        what="set",
        before="" if before is None else f"{before.value} {unit}".strip(),
        after=f"{setting.value} {unit}".strip(),
        why=setting.reason,
        who=who,
        data={
            "point": setting.point,
            "name": setting.name,
            "before": None if before is None else before.value,
            "after": setting.value,
            "unit": unit,
            "since": setting.since,
            "approver": setting.approver,
        },
    )
