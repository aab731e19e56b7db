"""The last comparison of the door system's list with the permissions: its figures are a fact, its rows stay until the next."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from facility.door_list import Comparison, Difference, Kind
from facility.fact import Fact

if TYPE_CHECKING:
    from storage.records.port import Unit

NOTE = "doors/comparison"


def keep_comparison(unit: Unit, found: Comparison, who: str) -> None:
    """With a fact that names nobody."""
    rows = [asdict(one) | {"kind": one.kind.value} for one in found.differences]
    unit.notes.put(
        NOTE, {"at": found.at, "version": found.version, "rows": found.rows, "who": who, "differences": rows}
    )
    data = {"rows": found.rows, "version": found.version, "figures": found.figures}
    unit.facts.append(Fact(at=found.at, noun="door-list", subject=str(found.at), what="compared", who=who, data=data))


def last_comparison(unit: Unit) -> tuple[Comparison, str] | None:
    """With who made it; None before the first."""
    kept = unit.notes.get(NOTE)
    if kept is None:
        return None
    differences = tuple(Difference(**(row | {"kind": Kind(row["kind"])})) for row in kept["differences"])
    found = Comparison(at=kept["at"], version=kept["version"], rows=kept["rows"], differences=differences)
    return found, kept["who"]
