"""What a replay found, in lines for a person and as JSON for a program."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from facility.breach import Spell
from facility.instant import DAY, duration_text, iso, to_datetime
from rules.differences import Difference, Kind
from rules.past import Replayed, Setup
from rules.replaying import NOT_REPLAYED

_MARK = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.MOVED: "~"}


def line(difference: Difference, zone: tzinfo) -> str:
    """One difference as a person reads it."""
    told = _span(difference.before, difference.after, zone)
    return f"{_MARK[difference.kind]} {difference.kind:8}{difference.rule}  {difference.point}  {told}"


def _span(before: Spell | None, after: Spell | None, zone: tzinfo) -> str:
    if before is None or after is None:
        spell = before or after
        return (
            "" if spell is None else f"{_clock(spell.started, zone)} – {_clock(spell.ended, zone)} ({_length(spell)})"
        )
    changes = [
        f"{name} {_clock(old, zone)} → {_clock(new, zone)}"
        for name, old, new in (
            ("started", before.started, after.started),
            ("raised", before.raised, after.raised),
            ("ended", before.ended, after.ended),
            ("cleared", before.cleared, after.cleared),
        )
        if old != new
    ]
    return f"{', '.join(changes)} ({_length(before)} → {_length(after)})"


def _clock(at: int | None, zone: tzinfo) -> str:
    return "still going on" if at is None else to_datetime(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _length(spell: Spell) -> str:
    return "no end yet" if spell.ended is None else duration_text((spell.ended - spell.started) // 1000 * 1000)


def summary(setup: Setup, told: Replayed, zone: tzinfo) -> str:
    """The last lines: what was looked at, and the counts."""
    past, comparison = setup.past, told.comparison
    days = (past.end - past.start) / DAY
    counts = ", ".join(f"{len(comparison.of(kind))} {kind}" for kind in Kind)
    partly = told.found.incomplete
    left = f"\nnot judged, for some of their parts are on other points: {', '.join(partly)}" if partly else ""
    left += f"\nnot judged, for it is not stored with the readings: {', '.join(NOT_REPLAYED)}"
    return (
        f"{_clock(past.start, zone)} – {_clock(past.end, zone)} ({days:.3g} days): {len(setup.points)} points, "
        f"{told.found.readings} readings, {len(past.book) - len(partly)} rules\n"
        f"{counts}, {comparison.same} the same{left}"
    )


def as_dict(setup: Setup, told: Replayed, zone: tzinfo) -> dict[str, Any]:
    """All of it, for a program."""
    return {
        "from": iso(setup.past.start, zone),
        "to": iso(setup.past.end, zone),
        "points": len(setup.points),
        "readings": told.found.readings,
        "before": told.before,
        "after": told.after,
        "same": told.comparison.same,
        "not_replayed": told.left_out,
        "errors": told.found.errors,
        "differences": [
            {
                "what": difference.kind.value,
                "rule": difference.rule,
                "point": difference.point,
                "before": _spell_json(difference.before, zone),
                "after": _spell_json(difference.after, zone),
            }
            for difference in told.comparison.differences
        ],
    }


def _spell_json(spell: Spell | None, zone: tzinfo) -> dict[str, Any] | None:
    if spell is None:
        return None
    times = {name: getattr(spell, name) for name in ("started", "raised", "ended", "cleared")}
    told: dict[str, Any] = {name: None if at is None else iso(at, zone) for name, at in times.items()}
    return {**told, "seconds": None if spell.ended is None else (spell.ended - spell.started) / 1000}
