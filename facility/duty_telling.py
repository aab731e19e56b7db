"""How often, for what and when, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from facility.cadence import dues
from facility.duty import Anchor, Cadence, Duty, Every
from facility.duty_targets import targets
from facility.instant import to_datetime
from facility.kind_words import kind_name
from facility.register import Register
from facility.text import Text

_WORDS = {
    Every.DAY: Text("每天", "daily"),
    Every.WEEK: Text("每周", "weekly"),
    Every.HALF_MONTH: Text("每半月", "every half month"),
    Every.MONTH: Text("每月", "monthly"),
    Every.QUARTER: Text("每季度", "quarterly"),
    Every.HALF_YEAR: Text("每半年", "every half year"),
    Every.YEAR: Text("每年", "yearly"),
    Every.EVENT: Text("事件之后", "after an event"),
}
_SITE = Text("全项目", "the whole site")


def cadence_text(cadence: Cadence) -> Text:
    """“every 15 days after the last one”."""
    match cadence.every:
        case Every.HOURS:
            open_ = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in (cadence.opens, cadence.closes))
            said = Text(f"{'–'.join(open_)} 每 {cadence.count} 小时", f"every {cadence.count} h, {'–'.join(open_)}")
        case Every.DAYS:
            said = Text(f"每 {cadence.count} 天", f"every {cadence.count} days")
        case _:
            said = _WORDS[cadence.every]
    if cadence.anchor is Anchor.COMPLETION:
        said = Text(f"{said.zh}（从上次完成算起）", f"{said.en} after the last one")
    if cadence.months:
        months = "、".join(map(str, cadence.months)), ", ".join(map(str, cadence.months))
        said = Text(f"{said.zh}，限 {months[0]} 月", f"{said.en}, in months {months[1]}")
    return said


def applies_text(duty: Duty) -> Text:
    """For what it is owed: kinds of assets or zones, or the site."""
    if duty.site:
        return _SITE
    kinds = [kind_name(kind) for kind in (*duty.asset_kinds, *duty.zone_kinds)]
    return Text(f"每个{'、'.join(one.zh for one in kinds)}", f"each {', '.join(one.en for one in kinds)}")


def owed_lines(duties: Iterable[Duty], register: Register, span: tuple[int, int], language: str) -> Iterator[str]:
    """A line for each due time and duty in ``span``, with how many are owed, by time.

    What goes by its last completion is counted as if it had last been done when the span began.
    """
    found: Counter[tuple[int, str]] = Counter()
    titles = {}
    for duty in duties:
        titles[duty.id] = duty.title.say(language)
        since = span[0] if duty.cadence.anchor is Anchor.COMPLETION else 0
        for target in targets(duty, register, since):
            found.update((due.due, due.duty) for due in dues(duty, target, span, register.time_zone))
    for (due, name), count in sorted(found.items()):
        yield f"{_when(due, register.time_zone)}  {name} × {count}  {titles[name]}"


def _when(at: int, zone: tzinfo) -> str:
    """A day's end is told as 24:00 of that day."""
    day = to_datetime(at - 1, zone).date()
    local = to_datetime(at, zone)
    return f"{day} 24:00" if (local.hour, local.minute) == (0, 0) else f"{day} {local:%H:%M}"
