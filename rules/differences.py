"""What judging history again found, against what is stored: breaches added, removed and moved. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from facility.breach import Spell
from rules.levels import known_as

Key = tuple[str, str]
"""(rule, point)"""


class Kind(StrEnum):
    """What became of a breach."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """It overlaps one that is stored, and began, was raised, or ended at another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One breach that differs. ``before`` is what is stored, ``after`` what was found now."""

    kind: Kind
    rule: str
    point: str
    before: Spell | None = None
    after: Spell | None = None

    @property
    def at(self) -> int:
        """When the first of the two began."""
        return min(spell.started for spell in (self.before, self.after) if spell is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that differs, oldest first, and how much does not."""

    differences: list[Difference]
    same: int

    def of(self, kind: Kind) -> list[Difference]:
        """Those that were added, removed or moved."""
        return [found for found in self.differences if found.kind is kind]


def compare(stored: Mapping[Key, Sequence[Spell]], found: Mapping[Key, Sequence[Spell]], end: int) -> Comparison:
    """Both by (rule, point). What happened after ``end`` is no difference: it had not been judged yet."""
    differences: list[Difference] = []
    same = 0
    before, after = together(stored), together(found)
    for key in sorted(before.keys() | after.keys()):
        pairs = list(_paired(_until(before.get(key, []), end), _until(after.get(key, []), end)))
        same += sum(old == new for old, new in pairs)
        differences += [_difference(key, old, new) for old, new in pairs if old != new]
    differences.sort(key=lambda difference: difference.at)
    return Comparison(differences=differences, same=same)


def together(spells: Mapping[Key, Sequence[Spell]]) -> dict[Key, list[Spell]]:
    """Levels of one rule as one: it is in breach while any of its levels is. A rule that raises another's alert is by itself."""
    found: dict[Key, list[Spell]] = {}
    for (rule, point), more in spells.items():
        found.setdefault((known_as(rule), point), []).extend(more)
    return {key: list(_joined(several)) for key, several in found.items()}


def _joined(spells: Iterable[Spell]) -> Iterator[Spell]:
    whole: Spell | None = None
    for spell in sorted(spells, key=lambda spell: (spell.raised, spell.started)):
        if whole is not None and (whole.cleared is None or spell.raised <= whole.cleared):
            whole = _both(whole, spell)
            continue
        if whole is not None:
            yield whole
        whole = spell
    if whole is not None:
        yield whole


def _both(first: Spell, second: Spell) -> Spell:
    started = min(first.started, second.started)
    if first.cleared is None or second.cleared is None:
        return first._replace(started=started, ended=None, cleared=None)
    last = max(first, second, key=lambda spell: spell.cleared or 0)
    return first._replace(started=started, ended=last.ended, cleared=last.cleared)


def _until(spells: Iterable[Spell], end: int) -> list[Spell]:
    """As it was known at ``end``, without the value: a restart does not keep it."""
    known = [spell._replace(value=None) for spell in spells if spell.raised < end]
    over = (spell.cleared is not None and spell.cleared < end for spell in known)
    return [
        spell if done else spell._replace(ended=None, cleared=None) for spell, done in zip(known, over, strict=True)
    ]


def _paired(before: list[Spell], after: list[Spell]) -> Iterator[tuple[Spell | None, Spell | None]]:
    """Each with the first of the other side that it overlaps and that is not taken yet; both are oldest first."""
    left = list(after)
    for old in before:
        new = next((spell for spell in left if _overlap(old, spell)), None)
        if new is not None:
            left.remove(new)
        yield old, new
    for new in left:
        yield None, new


def _overlap(one: Spell, other: Spell) -> bool:
    starts_in_time = other.cleared is None or one.started <= other.cleared
    return starts_in_time and (one.cleared is None or other.started <= one.cleared)


def _difference(key: Key, old: Spell | None, new: Spell | None) -> Difference:
    kind = Kind.ADDED if old is None else Kind.REMOVED if new is None else Kind.MOVED
    return Difference(kind=kind, rule=key[0], point=key[1], before=old, after=new)
