"""Prometheus' label matchers: ``severity="high"``, ``zone!="garage"``, ``alertname=~"pump.*"``. Pure.

A regular expression comes from outside and Python's can be made to run for years: what could is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SHAPE = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
LONGEST = 500
_REPEATS = 4
"""Repetitions in one branch of an expression: each multiplies the longest time that it may take."""


class BadMatcher(ValueError):
    """Says what was wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a label that is not there is empty."""

    name: str
    value: str
    regex: bool = False
    equal: bool = True
    _compiled: re.Pattern[str] | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", _compile(self.value) if self.regex else None)

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Anchored at both ends, as Prometheus does it."""
        label = labels.get(self.name, "")
        same = label == self.value if self._compiled is None else self._compiled.fullmatch(label) is not None
        return same == self.equal


def fits_all(matchers: Sequence[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every one fits."""
    return all(matcher.fits(labels) for matcher in matchers)


def parse(text: str) -> Matcher:
    """``name="value"``; the quotes may be left out. Raises ``BadMatcher``."""
    found = _SHAPE.fullmatch(text.strip().removeprefix("{").removesuffix("}"))
    if found is None:
        raise BadMatcher(
            f'{text[:80]!r} is no matcher; allowed: name="value", name!="value", name=~"value", name!~"value"'
        )
    name, sign, value = found.groups()
    return Matcher(name, _unquoted(value), regex="~" in sign, equal=sign[0] == "=")


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            read = json.loads(value)
        except ValueError:
            raise BadMatcher(f"{value[:80]} is not rightly quoted") from None
        return str(read)
    return value


def _compile(text: str) -> re.Pattern[str]:
    plain = re.sub(r"\\.", "x", text, flags=re.DOTALL)
    plain = re.sub(r"\[[^\]]*\]", "x", plain)
    if (
        len(text) > LONGEST
        or re.search(r"\)[*+?{]", plain)
        or re.search(r"\(\?(?!:)", plain)
        or re.search(r"\\\d", text)
    ):
        raise BadMatcher(
            f"{text[:80]!r} cannot be used here; allowed: at most {LONGEST} characters, no group repeated, no back reference"
        )
    if any(len(re.findall(r"[*+?{]", branch.replace("(?:", "("))) > _REPEATS for branch in plain.split("|")):
        raise BadMatcher(f"{text[:80]!r} repeats too much; allowed: {_REPEATS} of * + ? {{}} in a branch")
    try:
        return re.compile(text, re.DOTALL)
    except re.error as error:
        raise BadMatcher(f"{text[:80]!r} is no regular expression: {error}") from None
