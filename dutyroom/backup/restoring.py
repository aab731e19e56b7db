"""An empty machine filled from a backup: every hash proved, the chain of facts walked, what nobody judged put to be judged."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from api.machines import LAST_BACKUP
from dutyroom import wiring
from dutyroom.backup.making import KEY, PACKED, WHO, Stores, stores_of
from dutyroom.backup.manifest import NAME, BackupRefused, Kept, Manifest, copy_hashed, read_manifest
from dutyroom.backup.unjudged import put_to_be_judged
from dutyroom.settings import Settings
from facility.fact import Fact
from storage.records.port import Records

STAGING = ".restoring"


@dataclass(slots=True)
class Restored:
    """What became of it."""

    manifest: Manifest
    facts: int = 0
    to_judge: int = 0
    """Points of which something was stored and not judged yet."""
    site: Path | None = None
    placed: list[Path] = field(default_factory=list)


def restore(source: Path, settings: Settings, site: Path, at: int) -> Restored:
    """``settings`` say where everything goes. All or nothing. Raises ``BackupRefused`` and the stores' errors."""
    manifest = read_manifest(_manifest_of(source))
    stores = stores_of(settings)
    _refuse_what_does_not_fit(manifest, settings, stores, site)
    done = Restored(manifest)
    with _taken_away_unless_whole(settings.data_folder, done):
        staging = wiring.private_folder(settings.data_folder) / STAGING
        unpack(source, manifest, staging)
        _place_stores(manifest, staging, stores, done)
        _place_rest(staging, settings, site, done)
        shutil.rmtree(staging)
        _prove_and_go_on(settings, done, at)
    return done


def unpack(source: Path, manifest: Manifest, to: Path) -> None:
    """Every file that the manifest names, proved by its hash. Raises ``BackupRefused``: nothing else is taken."""
    missing = {one.path: one for one in manifest.files}
    with _readable(source):
        for path, stream in _files_of(source):
            if wanted := missing.pop(path, None):
                _prove(wanted, copy_hashed(stream, to / path))
    if missing:
        raise BackupRefused(f"{source}: {min(missing)} is missing: the backup is not whole")


def _prove(wanted: Kept, found: str) -> None:
    if found != wanted.sha256:
        raise BackupRefused(f"{wanted.path}: its hash is not the manifest's: the backup was changed or is damaged")


def _manifest_of(source: Path) -> bytes:
    with _readable(source):
        for path, stream in _files_of(source):
            if path == NAME:
                return stream.read()
    raise BackupRefused(f"{source}: there is no {NAME} in it: is this a backup of Dutyroom?")


def _files_of(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if source.is_dir():
        return _files_of_folder(source)
    if source.is_file() and source.name.endswith(PACKED):
        return _files_of_tar(source)
    wanted = f"name the folder of a backup, or a file that ends in {', '.join(PACKED)}"
    raise BackupRefused(f"{source}: {wanted}" if source.exists() else f"{source} is not there: {wanted}")


def _files_of_folder(folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            yield file.relative_to(folder).as_posix(), stream


def _files_of_tar(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(file, "r:*") as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield member.name, stream


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupRefused(f"{source}: it cannot be read ({error}): it was cut off or is damaged") from error


def _refuse_what_does_not_fit(manifest: Manifest, settings: Settings, stores: Stores, site: Path) -> None:
    for folder in (settings.data_folder, site):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BackupRefused(f"{folder} is not empty: restore into a new folder, nothing is ever overwritten")
    if manifest.records.kind == "sqlite":
        if not isinstance(stores.records, Path):
            raise BackupRefused("the backup holds records of SQLite: leave DUTYROOM_RECORDS_URL empty")
        _refuse_file(stores.records)
    else:
        _refuse_tables(stores.records)
    if manifest.readings == "sqlite" and stores.readings is None:
        raise BackupRefused("the backup holds readings of SQLite: leave DUTYROOM_READINGS_URL empty")
    if manifest.readings == "influxdb" and stores.readings is not None:
        raise BackupRefused(
            "the backup's readings are in InfluxDB: set DUTYROOM_READINGS_URL to one, restored by its own tool or empty"
        )
    if stores.readings is not None:
        _refuse_file(stores.readings)


def _refuse_file(file: Path) -> None:
    if file.exists():
        raise BackupRefused(f"{file} is there already: nothing is ever overwritten")


def _refuse_tables(records: Path | str) -> None:
    if isinstance(records, Path):
        raise BackupRefused(
            "the backup holds records of PostgreSQL: set DUTYROOM_RECORDS_URL to an empty database, "
            "postgresql+psycopg://user:password@host/database"
        )
    from storage.records.sql.copying import is_empty
    from storage.records.sql.database import read_url

    if not is_empty(read_url(records)):
        raise BackupRefused("the database that DUTYROOM_RECORDS_URL names is not empty: make a new one")


@contextmanager
def _taken_away_unless_whole(folder: Path, done: Restored) -> Iterator[None]:
    made = not folder.exists()
    try:
        yield
    except BaseException as error:
        for placed in done.placed:
            shutil.rmtree(placed) if placed.is_dir() else placed.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        if not made:
            folder.mkdir(mode=0o700)
        if isinstance(error, OSError):
            raise BackupRefused(f"{folder}: {error.strerror or error}") from error
        raise


def _place_stores(manifest: Manifest, staging: Path, stores: Stores, done: Restored) -> None:
    for name, to in (("readings.db", stores.readings), ("journal.db", stores.journal)):
        if to is not None and (staging / name).exists():
            _move(staging / name, to, done)
    if isinstance(stores.records, Path):
        _move(staging / "records.db", stores.records, done)
        return
    from storage.records.sql.copying import fill
    from storage.records.sql.database import read_url

    kept = manifest.records
    found = fill(
        read_url(stores.records),
        staging / "records",
        schema=kept.schema_,
        columns=kept.columns,
        sequences=kept.sequences,
    )
    if wrong := [table for table, rows in found.items() if rows != kept.rows.get(table)]:
        raise BackupRefused(f"{wrong[0]}: {found[wrong[0]]} rows came in, the backup has {kept.rows.get(wrong[0])}")


def _place_rest(staging: Path, settings: Settings, site: Path, done: Restored) -> None:
    if (staging / KEY).exists():
        _move(staging / KEY, settings.data_folder / KEY, done)
    if (staging / "site").exists():
        _move(staging / "site", site, done)
        done.site = site


def _move(found: Path, to: Path, done: Restored) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if to.is_dir():
        to.rmdir()
    done.placed.append(to)
    shutil.move(found, to)
    if to.is_file():
        to.chmod(0o600)


def _prove_and_go_on(settings: Settings, done: Restored, at: int) -> None:
    """Also brings the tables to this version."""
    with closing(wiring.open_records(settings)) as records:
        done.facts = _prove_chain(records, done.manifest)
        with closing(wiring.open_readings(settings, records)) as readings:
            done.to_judge = put_to_be_judged(records, readings)
        data = {"made": done.manifest.made, "head": done.manifest.records.head, "host": done.manifest.host}
        with records.begin() as unit:
            unit.notes.put(LAST_BACKUP, data)
            unit.facts.append(Fact(at=at, noun="system", subject="backup", what="restored", who=WHO, data=data))


def _prove_chain(records: Records, manifest: Manifest) -> int:
    head, digest = manifest.records.head, manifest.records.hash
    with records.read() as unit:
        broken = unit.facts.verify()
        newest = unit.facts.after(head - 1, 1) if head else []
        found = unit.facts.head()
    if broken is not None:
        raise BackupRefused(
            f"the chain of facts does not fit at number {broken}: the backup was made of a changed database"
        )
    if found != head or (newest and newest[0].hash != digest):
        raise BackupRefused(f"the newest fact is {found}, the manifest says {head}: the backup was changed")
    return found
