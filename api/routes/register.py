"""``/api/v1/register``: what the property consists of, and its history."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.access import READING
from api.context import Context, context_of
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.routes import API
from api.routes.points import bad_cursor
from facility.register import Register
from facility.register_files import write_tables
from storage.records.port import NotFound

router = APIRouter(prefix=f"{API}/register", tags=["register"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Table = Literal[
    "sites", "zones", "assets", "devices", "points", "settings", "cameras", "routes", "stops", "instruments"
]


class RegisterOut(Out):
    """How much there is."""

    version: int = Field(examples=[4])
    counts: dict[str, int] = Field(examples=[{"zones": 40, "assets": 150, "points": 210}])


class EntryOut(Out):
    """One entry."""

    table: str = Field(examples=["points"])
    key: str = Field(examples=["t1-pump-1.pressure"])
    body: dict[str, Any]


class VersionOut(Out):
    """One version of an entry. ``body`` is null once it is retired."""

    version: int
    at: str
    who: str
    why: str
    what: str = Field(examples=["changed"])
    body: dict[str, Any] | None


@router.get("", summary="The register in numbers")
def read_register(
    context: Given, at: Annotated[When | None, Query(description="As it was then. Default: now.")] = None
) -> RegisterOut:
    """Version and entries by table."""
    register = _register(context, at)
    counts = {table: len(getattr(register, table)) for table in Table.__args__}  # type: ignore[attr-defined]
    return RegisterOut(version=register.version, counts=counts)


@router.get("/export", summary="Everything as CSV files in one ZIP", response_class=Response)
def export(context: Given) -> Response:
    """One file per noun: `dutyroom register import` takes them back unchanged."""
    files = write_tables(_register(context, None))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    headers = {"content-disposition": 'attachment; filename="register.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


@router.get("/{table}", summary="Entries of one table")
def list_entries(
    context: Given,
    table: Table,
    at: Annotated[When | None, Query(description="As it was then. Default: now.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Listing[EntryOut]:
    """In the order of the import; the cursor is the last key."""
    entries = getattr(_register(context, at), table)
    keys = list(entries)
    if cursor is not None and cursor not in entries:
        raise bad_cursor()
    start = keys.index(cursor) + 1 if cursor is not None else 0
    rows = keys[start : start + limit]
    more = start + limit < len(keys)
    return Listing(
        rows=[EntryOut(table=table, key=key, body=asdict(entries[key])) for key in rows],
        cursor=rows[-1] if more and rows else None,
    )


@router.get("/{table}/{key:path}/history", summary="Every version of one entry, oldest first")
def read_history(context: Given, table: Table, key: str) -> list[VersionOut]:
    """Who changed what, when and why."""
    with context.records.read() as unit:
        rows = unit.registers.history(table, key)
    if not rows:
        raise NotFound(key)
    return [VersionOut(**row | {"at": moment(row["at"])}) for row in rows]


def _register(context: Context, at: int | None) -> Register:
    with context.records.read() as unit:
        return context.register(unit) if at is None else unit.registers.load(at)
