"""Kinds of residents' reports, and the rules by which choice and words tell what a report is. Pure.

A choice that the person made counts, except that words of an emergency count more: somebody who taps "lift" and writes
that there is a child inside is not made to wait. A person of the duty room has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from facility.text import Text

OTHER = "other"
"""The kind of what no word and no choice tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A sentence, and the kind that it is told to be."""

    say: str
    is_: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind:
    """One kind, as its file says it."""

    id: str
    title: Text
    place: int = 100
    """The lower, the earlier it stands on the page; 0: not offered there."""
    work: str
    """The class of work (``facility.work_class``) that such a report becomes."""
    clause: str = "RS-1"
    emergency: bool = False
    life_safety: bool = False
    """Such an emergency is about people."""
    advice: Text = field(default_factory=lambda: Text(""))
    """What to do until somebody comes."""
    assets: tuple[str, ...] = ()
    """Kinds of asset at which it stands first; ``lift*`` for all that begin so."""
    words_zh: tuple[str, ...] = ()
    words_en: tuple[str, ...] = ()
    not_zh: tuple[str, ...] = ()
    """Phrases in which the words mean something else; they are taken out before looking."""
    not_en: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()

    def fits(self, asset_kind: str) -> bool:
        """Whether it stands first at such an asset."""
        return any(asset_kind.startswith(one[:-1]) if one.endswith("*") else asset_kind == one for one in self.assets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What choice and words say that a report is, and by which words."""

    kind: str
    emergency: bool
    because: tuple[str, ...] = ()


_NEGATED_ZH = re.compile(r"(?:没有?|不是|并非|无|未|不会|别)(?:人|东西|发生|出现|什么|任何|闻到|看到)?$")
_NEGATED_EN = re.compile(r"(?:\bno|\bnot|\bnobody|\bnothing|\bwithout|n't|\bno one)(?:\s+\w+){0,2}\s+$")


class ReportKinds:
    """All kinds of a site. Immutable once made."""

    def __init__(self, kinds: Mapping[str, ReportKind]) -> None:
        self.by_id = dict(sorted(kinds.items(), key=lambda item: (item[1].place, item[0])))

    def get(self, id: str) -> ReportKind:
        """The kind; for one that was taken away the kind that takes everything, under the old name."""
        known = self.by_id.get(id)
        return known or ReportKind(id=id, title=Text(id, id), work=self.by_id[OTHER].work if self.by_id else OTHER)

    def offered(self, asset_kind: str = "") -> list[ReportKind]:
        """In the order of the page: what fits the asset first, and emergencies among the others by their place."""
        shown = [kind for kind in self.by_id.values() if kind.place]
        return sorted(shown, key=lambda kind: (not kind.fits(asset_kind), kind.place))

    @cached_property
    def _patterns(self) -> list[tuple[ReportKind, str, re.Pattern[str], bool]]:
        return [
            (kind, word, _pattern(word, english), english)
            for kind in self.by_id.values()
            for english, words in ((False, kind.words_zh), (True, kind.words_en))
            for word in words
        ]

    def classify(self, words: str, choice: str = "") -> Guess:
        """What it is; by the heaviest words where several kinds fit, a word's weight being its length."""
        weights: dict[str, float] = {}
        because: dict[str, list[str]] = {}
        for kind, word in self._found(words.casefold()):
            weights[kind.id] = weights.get(kind.id, 0.0) + _weight(word)
            because.setdefault(kind.id, []).append(word)
        urgent = [id for id in weights if self.by_id[id].emergency]
        chosen = self.by_id.get(choice)
        if chosen is not None and (chosen.emergency or not urgent) and choice != OTHER:
            return Guess(kind=choice, emergency=chosen.emergency, because=tuple(because.get(choice, ())))
        among = urgent or list(weights)
        if not among:
            return Guess(kind=OTHER, emergency=False)
        best = max(among, key=lambda one: (weights[one], -self.by_id[one].place))
        return Guess(kind=best, emergency=self.by_id[best].emergency, because=tuple(because[best]))

    def _found(self, text: str) -> Iterable[tuple[ReportKind, str]]:
        plain: dict[str, str] = {}
        for kind, word, pattern, english in self._patterns:
            if kind.id not in plain:
                plain[kind.id] = _without(text, (*kind.not_zh, *kind.not_en))
            negated = _NEGATED_EN if english else _NEGATED_ZH
            here = plain[kind.id]
            if any(not negated.search(here[max(0, m.start() - 24) : m.start()]) for m in pattern.finditer(here)):
                yield kind, word


def _without(text: str, phrases: Iterable[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase.casefold(), "·")
    return text


def _pattern(word: str, english: bool) -> re.Pattern[str]:
    """Chinese: anywhere. English: whole words; ``leak*`` also takes leaks and leaking."""
    plain = re.escape(word.casefold().rstrip("*"))
    if not english:
        return re.compile(plain)
    return re.compile(r"\b" + plain + ("" if word.endswith("*") else r"\b"))


def _weight(word: str) -> float:
    """A Chinese character says about as much as three letters."""
    return sum(3.0 if ord(letter) > 0x2E7F else 1.0 for letter in word.rstrip("*"))


_NUMBERS = (
    re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    # Seven digits and more, however they are spaced; a date is none, nor is a measured value.
    re.compile(r"(?<![A-Za-z0-9.])(?!\d{4}-\d\d?-\d)\+?\d(?:[ \-–()（）]{0,2}\d){6,18}[Xx]?(?![A-Za-z0-9])"),
)
STRUCK = "▇▇▇"


def without_numbers(words: str) -> str:
    """With e-mail addresses, telephone and identity numbers struck out: a number belongs in its own field, which has an end."""
    for pattern in _NUMBERS:
        words = pattern.sub(STRUCK, words)
    return words
