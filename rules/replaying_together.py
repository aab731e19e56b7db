"""What several rules find together, put together again from what a replay found of each. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from facility.breach import Spell
from facility.register import Register
from rules.kinds import together
from rules.levels import family, with_levels
from rules.replaying import Found, Past, Spells, within
from rules.rule import Rule
from rules.together import Part, Woven, weave

Points = dict[str, list[str]]
"""Zone → the points in it that a rule watches."""


def with_together(past: Past, found: Found, replayed: set[str]) -> list[str]:
    """Add to ``found`` what its breaches come to. Returns the rules of which not all parts were among the ``replayed`` points."""
    incomplete: list[str] = []
    for rule in with_levels(past.book):
        if isinstance(rule.spec, together.Spec):
            if all(
                point in replayed for of_zone in _zones(past, rule) for points in of_zone.values() for point in points
            ):
                _add(past, found, rule, rule.spec)
            else:
                incomplete.append(rule.id)
    return incomplete


def only_wanted(past: Past, found: Found) -> None:
    """Forget what was judged for the sake of others alone."""
    if past.only:
        found.spells = {key: spells for key, spells in found.spells.items() if past.asked(key[0])}


def _zones(past: Past, rule: Rule) -> list[Points]:
    """For each register."""
    return [_zones_of(past, rule, register) for _, register in past.registers]


def _zones_of(past: Past, rule: Rule, register: Register) -> Points:
    found: Points = {}
    for point in past.book.points_of(rule, register):
        zone = register.zone_of(point)
        if zone is not None:
            found.setdefault(zone.id, []).append(point.id)
    return found


def _add(past: Past, found: Found, rule: Rule, spec: together.Spec) -> None:
    names = {one.id for one in past.rules if family(one.id) in spec.rules}
    by_zone = _zones(past, rule)
    for zone in {zone: None for of_register in by_zone for zone in of_register}:
        going = _going(past, rule, by_zone[0].get(zone, []))
        for woven in _through(past, spec, found, names, [of_register.get(zone, []) for of_register in by_zone], going):
            if within(woven.spell, past.start, past.end):
                found.spells.setdefault((rule.id, woven.point), []).append(woven.spell)


def _going(past: Past, rule: Rule, points: list[str]) -> Woven | None:
    """What was in force when it began."""
    firing = [(past.firing[rule.id, point], point) for point in points if (rule.id, point) in past.firing]
    return Woven(min(firing)[1], Spell(*min(firing)[0][:2])) if firing else None


def _through(  # noqa: PLR0917 - one place through all registers
    past: Past, spec: together.Spec, found: Found, names: set[str], points: list[list[str]], going: Woven | None
) -> Iterator[Woven]:
    """Register after register: what is still in force at a change goes on with the points that are left."""
    for number, (since, _) in enumerate(past.registers):
        start = max(since if number else past.begin, past.begin)
        until = past.registers[number + 1][0] if number + 1 < len(past.registers) else past.end
        if start >= until:
            continue
        parts = [part for part in _parts(found, names, set(points[number])) if part.spell.raised < until]
        woven = weave(spec, [_clipped(part, until) for part in parts], start, going)
        going = None
        for one in woven:
            if one.spell.cleared is None and until != past.end:
                going = one
            else:
                yield one
    if going is not None:
        yield going


def _parts(found: Found, names: set[str], points: set[str]) -> Iterator[Part]:
    for spells in (found.early, found.spells):
        yield from _of(spells, names, points)


def _of(spells: Spells, names: set[str], points: set[str]) -> Iterator[Part]:
    for (rule, point), several in spells.items():
        if rule in names and point in points:
            yield from (Part(family(rule), point, spell) for spell in several)


def _clipped(part: Part, until: int) -> Part:
    """What happened at ``until`` or later belongs to the next register."""
    cleared = part.spell.cleared
    return (
        part
        if cleared is None or cleared < until
        else part._replace(spell=part.spell._replace(ended=None, cleared=None))
    )
