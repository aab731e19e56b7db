"""The report as a PDF/A-3, set by typst from a template of ours; the figures lie in it as an attachment."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from api.reports.document import Document, Section
from api.reports.room import NAMES
from facility.instant import to_datetime

TEMPLATE = Path(__file__).parent / "template.typ"
FONT = "Noto Sans CJK SC"
STANDARD: Final = "a-3b"
"""Made to be kept: fonts and figures lie inside."""


@cache
def font_folder() -> str:
    """The Chinese font that comes as a package; a machine need not have any."""
    found = find_spec("manimgx_fonts_cjk")
    if found is None or found.origin is None:
        raise RuntimeError("the package manimgx-fonts-cjk is not installed: pip install dutyroom brings it")
    return str(Path(found.origin).parent)


def write_pdf(document: Document, figures: bytes, at: int, photos: Mapping[str, bytes]) -> bytes:
    """The same document, figures and photos give the same bytes; ``at`` is the date that stands in the file."""
    import typst

    with tempfile.TemporaryDirectory(prefix="dutyroom-report-") as folder:
        shown = [sha for sha in document.photos if sha in photos]
        for sha in shown:
            (Path(folder) / f"{sha}.jpg").write_bytes(photos[sha])
        main = Path(folder) / "main.typ"
        main.write_bytes(TEMPLATE.read_bytes())
        made = typst.compile(
            str(main),
            root=folder,
            font_paths=[font_folder()],
            ignore_system_fonts=True,
            sys_inputs={"doc": json.dumps(_data(document, at, shown), ensure_ascii=False), "figures": figures.decode()},
            pdf_standards=STANDARD,
            timestamp=datetime.fromtimestamp(at // 1000, UTC),
        )
    assert isinstance(made, bytes)
    return made


def _data(document: Document, at: int, photos: list[str]) -> dict[str, Any]:
    made = to_datetime(at, UTC)
    return {
        "lang": document.language,
        "font": FONT,
        "title": document.title,
        "author": document.cover[0][1],
        "foot": f"{document.cover[0][1]} · {document.title} · {document.cover[1][1]}",
        "attachment": NAMES[0],
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "cover": [list(row) for row in document.cover],
        "big": [list(row) for row in document.big],
        "sections": [_section(one) for one in document.sections],
        "photos": [{"file": f"{sha}.jpg", "name": sha[:16]} for sha in photos],
        "photos_note": document.photos_note,
        "labels": dict(document.labels),
        "sign": document.sign,
    }


def _section(section: Section) -> dict[str, Any]:
    table = section.paper or section.table
    widths: list[int] = []
    if table is not None:
        widths = list(table.widths) or [1] * len(table.columns)
    return {
        "title": section.title,
        "notes": list(section.notes),
        "charts": list(section.charts),
        "rest": section.rest,
        "table": {
            "columns": list(table.columns) if table else [],
            "widths": widths,
            "rows": [[str(cell) for cell in row] for row in table.rows] if table else [],
        },
    }


def figures_in(pdf: bytes) -> bytes | None:
    """The figures that lie in a PDF of ours; None where there are none. Raises ``ValueError`` on what is no PDF."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        found = PdfReader(io.BytesIO(pdf)).attachments.get(NAMES[0])
    except (PyPdfError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"this PDF cannot be read: {error}") from None
    return found[0] if found else None
