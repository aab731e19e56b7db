"""What is in a backup: versions, the head of the chain of facts, every file with its hash, and what was left out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

FORMAT = 1
NAME = "manifest.json"
CHUNK = 1 << 20


class BackupRefused(Exception):
    """It cannot be made or restored. The text is one line: what is wrong, and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kept(_Part):
    """One file. ``path`` is relative, with ``/``, and never leads out of the folder."""

    path: str
    bytes: int
    sha256: str

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        parts = path.split("/")
        if not all(parts) or {".", ".."} & set(parts):
            raise ValueError(f"{path!r} leads out of the folder")
        return path


class RecordsKept(_Part):
    """The records at that instant."""

    kind: Literal["sqlite", "postgresql"]
    schema_: str = Field(alias="schema")
    """The revision of their tables."""
    head: int
    hash: str
    """Of the newest fact; empty before the first."""
    rows: dict[str, int]
    """Table → how many."""
    columns: dict[str, list[str]] = {}
    """Table → its columns in the order of the copy; of PostgreSQL alone."""
    sequences: dict[str, int] = {}


class Manifest(_Part):
    """The whole backup."""

    format: int = FORMAT
    product: str
    made: int
    host: str
    records: RecordsKept
    readings: Literal["sqlite", "influxdb"]
    files: tuple[Kept, ...]
    left_out: tuple[str, ...]

    def text(self) -> str:
        """As it is stored."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(one.bytes for one in self.files)


def read_manifest(text: bytes) -> Manifest:
    """Raises ``BackupRefused``."""
    try:
        found = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or NAME
        raise BackupRefused(f"{NAME}: {place}: {first['msg']}; is this a backup of Dutyroom?") from None
    if found.format != FORMAT:
        raise BackupRefused(f"{NAME}: format {found.format}; this version reads format {FORMAT}")
    return found


def kept(folder: Path) -> Iterator[Kept]:
    """Every file below ``folder``, by its name."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield Kept(path=file.relative_to(folder).as_posix(), bytes=file.stat().st_size, sha256=digest(file))


def digest(file: Path) -> str:
    """SHA-256, of a file of any size."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_hashed(source: IO[bytes], to: Path) -> str:
    """Write what comes, and return its SHA-256."""
    found = hashlib.sha256()
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with to.open("wb") as out:
        while chunk := source.read(CHUNK):
            found.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return found.hexdigest()
