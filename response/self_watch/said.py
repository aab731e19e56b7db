"""What the processes last said of themselves, and when that is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from facility.alert import Severity
from facility.own_alert import Cause
from facility.self_alert import SelfAlert
from facility.text import Text
from storage.records.port import Unit

WORKERS, RESPONDERS = "worker/", "responder/"
CLAUSE = "MP-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A process's newest note."""

    name: str
    at: int
    note: Mapping[str, Any]

    def table(self, name: str) -> Mapping[str, Any]:
        """A part of it; empty where another version wrote none."""
        found = self.note.get(name)
        return found if isinstance(found, Mapping) else {}

    def number(self, name: str) -> float:
        """A figure of it; 0 where it says none."""
        return number(self.note.get(name))


def said(unit: Unit, prefix: str) -> list[Said]:
    """Of every process of that kind that ever left a note, by name."""
    notes = ((name.removeprefix(prefix), unit.notes.get(name)) for name in sorted(unit.notes.names(prefix)))
    return [
        Said(name=name, at=int(number(note.get("at"))), note=note) for name, note in notes if isinstance(note, Mapping)
    ]


def number(value: object) -> float:
    """0 for what is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def cause_of(kind: SelfAlert, key: str, severity: Severity, limit: Text, *, stays: bool = False) -> Cause:
    """As the kind is called."""
    return Cause(rule=kind.id, key=key, severity=severity, title=kind.title, limit=limit, clause=CLAUSE, stays=stays)
