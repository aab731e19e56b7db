"""A backup made while everything works: all stores as they stood at one instant, the site's folder, and what was left out."""

from __future__ import annotations

import os
import shutil
import socket
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.machines import LAST_BACKUP
from dutyroom.backup import sqlite_copy
from dutyroom.backup.manifest import NAME, BackupRefused, Manifest, RecordsKept, kept
from dutyroom.backup.sqlite_copy import SqliteSnapshot
from dutyroom.settings import Settings, hide, show
from facility.fact import Fact

if TYPE_CHECKING:
    from storage.records.port import Records
    from storage.records.sql.copying import PostgresSnapshot

WHO = "system:command-line"
PACKED = (".tar", ".tar.gz", ".tgz")
KEY = "pseudonym.key"
NOT_OF_THE_SITE = shutil.ignore_patterns(".git", "__pycache__")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where everything is. None: there is none of that kind."""

    records: Path | str
    """A file of SQLite, or the address of PostgreSQL."""
    readings: Path | None
    journal: Path | None


def stores_of(settings: Settings) -> Stores:
    """As the settings say."""
    records = _file_of(settings.records) or settings.records
    readings, journal = _file_of(settings.readings), settings.data_folder / "journal.db"
    return Stores(records=records, readings=readings, journal=journal if readings is None else None)


def _file_of(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def make(settings: Settings, out: Path, *, with_key: bool, at: int) -> Manifest:
    """Into a new folder, or a new file that ends in .tar, .tar.gz or .tgz. Raises ``BackupRefused``, ``RecordsUnavailable``.

    Everything or nothing: what is half made is taken away again.
    """
    _refuse_what_is_there(out)
    with _work_folder(out) as folder:
        records = _copy_stores(stores_of(settings), folder)
        _copy_site(settings, folder)
        if with_key:
            _copy_key(settings, folder)
        manifest = Manifest(
            product=version("dutyroom"),
            made=at,
            host=socket.gethostname(),
            records=records,
            readings="sqlite" if settings.readings.startswith("sqlite") else "influxdb",
            files=tuple(kept(folder)),
            left_out=tuple(_left_out(settings, folder)),
        )
        (folder / NAME).write_text(manifest.text(), "utf-8")
        _put_in_place(folder, out)
    return manifest


def told(records: Records, manifest: Manifest, name: str) -> None:
    """That it was made is itself a fact, and a note that others look at."""
    kept = {"made": manifest.made, "head": manifest.records.head, "bytes": manifest.bytes}
    with records.begin() as unit:
        unit.notes.put(LAST_BACKUP, kept)
        unit.facts.append(
            Fact(at=manifest.made, noun="system", subject="backup", what="backed-up", who=WHO, why=name, data=kept)
        )


def _refuse_what_is_there(out: Path) -> None:
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise BackupRefused(f"{out} is there already: name a new file or folder")
    if not out.parent.is_dir():
        raise BackupRefused(f"{out.parent} is no folder: make it first")


@contextmanager
def _work_folder(out: Path) -> Iterator[Path]:
    """Beside ``out``, on the same disk, readable by this user only; gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as made:
            folder = Path(made) / "backup"
            folder.mkdir(mode=0o700)
            yield folder
    except OSError as error:
        raise BackupRefused(f"{out}: {error.strerror or error}") from error


def _copy_stores(stores: Stores, folder: Path) -> RecordsKept:
    with ExitStack() as stack:
        with _writers_wait(stores.records):
            # All at one instant: no group commit is half in, so that what was judged is there, and nothing else.
            others = {
                name: stack.enter_context(closing(SqliteSnapshot(path)))
                for name, path in (("readings.db", stores.readings), ("journal.db", stores.journal))
                if path is not None and path.exists()
            }
            records = stack.enter_context(closing(_snapshot(stores.records)))
        for name, snapshot in others.items():
            snapshot.copy(folder / name)
        if isinstance(records, SqliteSnapshot):
            records.copy(folder / "records.db")
            return sqlite_copy.records_kept(folder / "records.db")
        return _copy_postgres(records, folder / "records")


@contextmanager
def _writers_wait(records: Path | str) -> Iterator[None]:
    if isinstance(records, Path):
        if not records.exists():
            raise BackupRefused(f"{records} does not exist: there is nothing to keep yet; look at DUTYROOM_DATA")
        with sqlite_copy.writers_wait(records):
            yield
        return
    from storage.records.sql import copying
    from storage.records.sql.database import read_url

    with copying.writers_wait(read_url(records)):
        yield


def _snapshot(records: Path | str) -> SqliteSnapshot | PostgresSnapshot:
    if isinstance(records, Path):
        return SqliteSnapshot(records)
    from storage.records.sql.copying import PostgresSnapshot
    from storage.records.sql.database import read_url

    return PostgresSnapshot(read_url(records))


def _copy_postgres(records: PostgresSnapshot, folder: Path) -> RecordsKept:
    head, digest = records.head()
    return RecordsKept(
        kind="postgresql",
        schema=records.schema(),
        head=head,
        hash=digest,
        rows=records.copy(folder),
        columns=records.columns,
        sequences=records.sequences(),
    )


def _copy_site(settings: Settings, folder: Path) -> None:
    lines = (f"{one.name} = {one.value}  [{one.source}]\n" for one in show(settings))
    (folder / "settings.txt").write_text("".join(lines), "utf-8")
    if settings.site_folder is not None and settings.site_folder.is_dir():
        shutil.copytree(settings.site_folder, folder / "site", ignore=NOT_OF_THE_SITE)


def _copy_key(settings: Settings, folder: Path) -> None:
    key = settings.data_folder / KEY
    if not key.exists():
        raise BackupRefused(f"{key} does not exist yet: leave --with-key out")
    shutil.copyfile(key, folder / KEY)


def _left_out(settings: Settings, folder: Path) -> Iterator[str]:
    """For a person who has to make a machine of it."""
    if not (folder / KEY).exists():
        yield f"{KEY}: keep a copy of it elsewhere; without it, cards and guards of before cannot be told apart from new ones"
    yield "passwords and tokens of settings, .env and the environment: settings.txt shows the names"
    if not settings.readings.startswith("sqlite"):
        there = hide(settings.readings).partition("?")[0]
        yield f"InfluxDB at {urlsplit(there).netloc}: keep it with its own tool, influx backup; the journal's two days are here"
    if not settings.mqtt_url:
        yield "what the embedded broker still holds: messages that nobody acknowledged"
    if settings.site_folder is None:
        yield "a site's folder: DUTYROOM_SITE names none"


def _put_in_place(folder: Path, out: Path) -> None:
    if not out.name.endswith(PACKED):
        _settle(folder)
        folder.replace(out)
        return
    packed = folder.with_name("packed")
    with _tar(packed, zipped=out.name.endswith("gz")) as tar:
        tar.add(folder / NAME, NAME)  # first, so that it can be read without the rest
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME):
            tar.add(file, file.relative_to(folder).as_posix())
    packed.chmod(0o600)
    _settle(packed)
    packed.replace(out)


def _tar(file: Path, *, zipped: bool) -> tarfile.TarFile:
    return tarfile.open(file, "w:gz", compresslevel=1) if zipped else tarfile.open(file, "w")


def _settle(made: Path) -> None:
    """On the disk before it has its name."""
    for file in [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]:
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
