"""Facts: every transition, append-only and chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened. ``seq``, ``previous`` and ``hash`` are given by the records store."""

    seq: int = 0
    at: int
    """When it was committed."""
    noun: str
    """alert · work-order · register · rule · account · letter · device · system"""
    subject: str
    """The noun's id, as text."""
    what: str
    """raised, returned, acknowledged, commented, dispatched, imported …: a past participle."""
    before: str = ""
    after: str = ""
    why: str = ""
    who: str
    data: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ""
    hash: str = ""


class Said(Protocol):
    """What a fact tells, wherever it was read from."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def noun(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


def digest(fact: Fact, previous: str) -> str:
    """SHA-256 over the previous hash and the fact's canonical JSON."""
    body = [fact.at, fact.noun, fact.subject, fact.what, fact.before, fact.after, fact.why, fact.who, dict(fact.data)]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
