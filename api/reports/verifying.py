"""Whether a report still holds: its seal, the chain of facts up to its anchor, every figure made again, the file made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.reports import pdf as pdfs
from api.reports import xlsx as sheets
from api.reports.making import LANGUAGES, write
from api.reports.room import ReportRoom
from api.reports.snapshot import Asked, Snapshot, Unusable, take
from facility.fact import digest
from inspections.compliance import Item, clauses_of, month_of
from inspections.report_figures import FORMAT, is_sealed
from inspections.report_reading import Stage, nobody
from storage.records.port import Facts

AT_ONCE = 1_000
BEHIND = 20
"""So many facts behind one changed figure are named."""


class NoReport(ValueError):
    """The file is no report of ours. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One figure: what the file says, what the facts up to the anchor say, and what they say by now."""

    id: str
    said: Any
    then: Any
    now: Any
    facts: tuple[int, ...] = ()
    """Facts after the anchor that changed it."""

    @property
    def holds(self) -> bool:
        """The facts up to the anchor say the same."""
        return bool(self.said == self.then)

    @property
    def changed(self) -> bool:
        """Facts that came after the report say something else."""
        return self.holds and bool(self.now != self.then)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found. ``good`` only when nothing differs anywhere."""

    anchor: int
    sealed: bool
    """Nobody has changed the figures in the file since it was made."""
    broken: int | None
    """The first fact of the chain that does not fit; None: all do."""
    anchored: bool
    """The chain's fact of the anchor is the one that the report was made from."""
    figures: tuple[Checked, ...]
    same_file: bool | None
    """Made again it is byte for byte this file; None: figures alone were given."""
    head: int
    """The newest fact that was looked at."""
    why: str = ""
    """Why the figures could not be made again."""

    @property
    def proved(self) -> bool:
        """As of its anchor all of it is true, and the file is the one that was made."""
        holds = all(one.holds for one in self.figures)
        return (
            self.sealed
            and self.broken is None
            and self.anchored
            and holds
            and self.same_file is not False
            and not self.why
        )

    @property
    def changed(self) -> tuple[Checked, ...]:
        """Figures that later facts changed."""
        return tuple(one for one in self.figures if one.changed)

    @property
    def good(self) -> bool:
        """Proved, and nothing has changed since."""
        return self.proved and not self.changed


def read_content(body: bytes) -> dict[str, Any]:
    """The figures that a PDF, a spreadsheet or a figures file carries. Raises ``NoReport``."""
    try:
        found = _figures_in(body)
        content = json.loads(found) if found is not None else None
    except ValueError as error:
        raise NoReport(str(error)[:300]) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NoReport(
            f"there are no figures of a report in it; allowed: a PDF or XLSX of ours, or its figures ({FORMAT})"
        )
    if missing := [name for name in _NEEDED if name not in content]:
        raise NoReport(f"its figures lack {', '.join(missing)}")
    return content


_NEEDED = ("period", "asked", "zones", "duties", "rule_versions", "anchor", "figures", "digest")


def _figures_in(body: bytes) -> bytes | None:
    if body.startswith(b"%PDF"):
        return pdfs.figures_in(body)
    if body.startswith(b"PK"):
        return sheets.figures_in(body)
    return body


def verify(room: ReportRoom, body: bytes, told: Stage = nobody) -> Verdict:
    """Everything about one file. Raises ``NoReport``, ``RecordsUnavailable``."""
    content = read_content(body)
    try:
        anchor, wanted = int(content["anchor"]["seq"]), _asked(content)
    except (KeyError, TypeError, ValueError) as error:
        raise NoReport(f"its figures are damaged: {error}") from None
    with room.records.read() as unit:
        broken, hash, head = walk(unit.facts, anchor, lambda done: told("chain", done))
    anchored = hash == content["anchor"].get("hash")
    try:
        then = take(room, wanted, told, recorded=content)
        now = take(room, _later(wanted), told, recorded=content)
    except (Unusable, KeyError, TypeError, AttributeError) as error:
        return _unproved(content, broken, anchored=anchored, head=head, why=str(error) or type(error).__name__)
    return Verdict(
        anchor=anchor,
        sealed=is_sealed(content),
        broken=broken,
        anchored=anchored,
        figures=_compare(content, then, now),
        same_file=_same_file(room, then, body),
        head=head,
    )


def _unproved(content: Mapping[str, Any], broken: int | None, *, anchored: bool, head: int, why: str) -> Verdict:
    return Verdict(
        anchor=int(content["anchor"]["seq"]),
        sealed=is_sealed(content),
        broken=broken,
        anchored=anchored,
        figures=(),
        same_file=None,
        head=head,
        why=why,
    )


def _asked(content: Mapping[str, Any]) -> Asked:
    period, asked = content["period"], content["asked"]
    return Asked(
        since=int(period["since"]),
        until=int(period["until"]),
        zones=tuple(map(str, asked["zones"])),
        clauses=tuple(map(str, asked["clauses"])),
        anchor=int(content["anchor"]["seq"]),
    )


def _later(asked: Asked) -> Asked:
    return Asked(since=asked.since, until=asked.until, zones=asked.zones, clauses=asked.clauses)


def walk(facts: Facts, anchor: int, told: Callable[[float], None]) -> tuple[int | None, str, int]:
    """The first fact up to the anchor that does not fit (or None), the hash of the anchor's fact, and the newest ``seq``."""
    head, seq, previous, at_anchor = facts.head(), 0, "", ""
    while seq < anchor and (portion := facts.after(seq, AT_ONCE)):
        for fact in portion:
            if fact.seq > anchor:
                break
            if fact.seq != seq + 1 or fact.previous != previous or digest(fact, previous) != fact.hash:
                return fact.seq, at_anchor, head
            seq, previous = fact.seq, fact.hash
        told(seq / max(1, anchor))
        at_anchor = previous
        if portion[-1].seq > anchor:
            break
    return None, at_anchor if seq == anchor else "", head


def _compare(content: Mapping[str, Any], then: Snapshot, now: Snapshot) -> tuple[Checked, ...]:
    said = {str(one.get("id")): one.get("value") for one in content["figures"]}
    before, after = ({one.id: one.value for one in taken.figures} for taken in (then, now))
    changes = _Changes(then, now)
    return tuple(
        Checked(
            id=id,
            said=said.get(id, MISSING),
            then=before.get(id, MISSING),
            now=after.get(id, MISSING),
            facts=changes.behind(id) if before.get(id, MISSING) != after.get(id, MISSING) else (),
        )
        for id in sorted({*said, *before, *after})
    )


MISSING = "(none)"
"""Of a figure that one side does not have."""


class _Changes:
    """The facts after the anchor, by the figures that they bear on."""

    def __init__(self, then: Snapshot, now: Snapshot) -> None:
        self._anchor, self._now = then.evidence.anchor.seq, now
        old = {one.id: one for one in then.evidence.items}
        self._items = [one for one in now.evidence.items if old.get(one.id) != one]
        self._month, self._duties = month_of(now.zone), now.known.duties

    def behind(self, figure: str) -> tuple[int, ...]:
        """The ``seq`` of each, the oldest first."""
        group, *rest = figure.split("/")
        match group:
            case "compliance":
                found = [self._fact(one) for one in self._items if self._stands_in(one, rest[:-1])]
            case "inspections" | "deviations":
                found = [self._fact(one) for one in self._items] + self._of(
                    one.seq for one in self._now.evidence.results.values()
                )
                found += self._of(fact.seq for fact in self._now.evidence.impairments)
            case "response":
                found = self._of(seq for told in self._now.evidence.orders.values() for seq in told.facts)
            case "alerts" | "rounds" | "coverage":
                found = self._of(fact.seq for fact in getattr(self._now.evidence, group))
            case _:
                found = []
        return tuple(sorted({seq for seq in found if seq > self._anchor}))[:BEHIND]

    def _fact(self, one: Item) -> int:
        return max(one.told, one.seq)

    def _of(self, seqs: Iterable[int]) -> list[int]:
        return [seq for seq in seqs if seq > self._anchor]

    def _stands_in(self, one: Item, place: list[str]) -> bool:
        if place and place[0] not in clauses_of(one, self._duties):
            return False
        return len(place) < 2 or self._month(one.due) == place[1]


def _same_file(room: ReportRoom, then: Snapshot, body: bytes) -> bool | None:
    """Whether the facts, definitions and names of today make this very file again, in either language."""
    form = "pdf" if body.startswith(b"%PDF") else "xlsx" if body.startswith(b"PK") else ""
    if not form:
        return None
    wanted = hashlib.sha256(body).hexdigest()
    return any(write(room, then, language, forms=(form,)).sha256(form) == wanted for language in LANGUAGES)
