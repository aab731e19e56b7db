"""A report made: the snapshot taken, both files written, the figures that they carry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.reports.document import Names, document
from api.reports.pdf import write_pdf
from api.reports.room import ReportRoom
from api.reports.snapshot import Asked, Snapshot, take
from api.reports.xlsx import write_xlsx
from inspections.report_figures import canonical
from inspections.report_reading import Stage, nobody
from storage.records.port import NotFound

LANGUAGES = ("zh", "en")
FORMATS = ("pdf", "xlsx")
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """The files; one that was not wanted is empty."""

    snapshot: Snapshot
    figures: bytes
    pdf: bytes = b""
    xlsx: bytes = b""

    def sha256(self, form: str) -> str:
        """The name of a file; of one that was not made it is empty."""
        body = self.pdf if form == "pdf" else self.xlsx
        return hashlib.sha256(body).hexdigest() if body else ""


def make(
    room: ReportRoom,
    asked: Asked,
    language: str,
    *,
    forms: Iterable[str] = FORMATS,
    told: Stage = nobody,
    recorded: Mapping[str, Any] | None = None,
) -> Made:
    """The same facts, definitions and names give the same bytes. Raises ``Unusable``, ``RecordsUnavailable``."""
    return write(room, take(room, asked, told, recorded), language, forms=forms, told=told)


def write(
    room: ReportRoom, taken: Snapshot, language: str, *, forms: Iterable[str] = FORMATS, told: Stage = nobody
) -> Made:
    """Both files of a snapshot."""
    wanted = frozenset(forms)
    with room.records.read() as unit:
        people = {account.id: account.name for account in unit.people.accounts()}
        said = document(taken, Names(duties=room.duties(), people=people), language)
        photos = _photos(unit, said.photos) if "pdf" in wanted else {}
    figures, at = canonical(taken.content), taken.evidence.anchor.at
    told("pdf", 0.0)
    pdf = write_pdf(said, figures, at, photos) if "pdf" in wanted else b""
    told("xlsx", 0.0)
    xlsx = b""
    if "xlsx" in wanted:
        xlsx = write_xlsx(said, figures, list(taken.content["figures"]), at, lambda done: told("xlsx", done))
    return Made(snapshot=taken, figures=figures, pdf=pdf, xlsx=xlsx)


def _photos(unit: Any, wanted: Iterable[str]) -> dict[str, bytes]:
    """Thumbnails; what is not kept any more is left out."""
    found: dict[str, bytes] = {}
    for sha in wanted:
        try:
            thumb = unit.files.get(sha).thumb
        except NotFound:
            continue
        if thumb:
            found[sha] = thumb
    return found
