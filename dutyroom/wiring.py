"""The only place that knows which store, broker and channel are real."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dutyroom.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collector.sources import Sources
    from rules.book import RuleBook
    from storage.readings.port import Readings
    from storage.records.port import Records


def now() -> int:
    """The wall clock, an instant. Everything else is given its time."""
    return time.time_ns() // 1_000_000


def tick() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


def private_folder(folder: Path) -> Path:
    """A folder that only this user can look into: password hashes and pseudonyms lie in it. An existing one is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def open_records(settings: Settings) -> Records:
    """The records store, its schema up to date. Raises ``RecordsUnavailable``, ``SettingsError``."""
    from storage.records.sql import SqlRecords

    private_folder(settings.data_folder)

    if settings.records.startswith("postgresql"):
        _needs("psycopg", "postgres", "RECORDS_URL")
    records = SqlRecords(settings.records)
    records.migrate()
    return records


def open_readings(settings: Settings, records: Records) -> Readings:
    """The readings store. Raises ``ReadingsUnavailable``, ``SettingsError``."""
    if urlsplit(settings.readings).scheme == "sqlite":
        from storage.readings.sqlite import SqliteReadings

        return SqliteReadings(Path(settings.readings.removeprefix("sqlite:///")))
    _needs("urllib3", "influx", "READINGS_URL")
    from storage.readings.influx import InfluxReadings
    from storage.readings.influx_url import parse_influx_url
    from storage.readings.journal import Journal
    from storage.readings.journalled import JournalledReadings

    try:
        target = parse_influx_url(settings.readings)
    except ValueError as error:
        raise SettingsError(f"DUTYROOM_READINGS_URL: {error}") from None
    private_folder(settings.data_folder)
    journal = Journal(settings.data_folder / "journal.db", settings.journal_limit << 20)
    return JournalledReadings(journal, InfluxReadings(target, point_labels(records)))


def _needs(module: str, extra: str, setting: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise SettingsError(f"DUTYROOM_{setting}: this needs the {extra!r} extra: pip install 'dutyroom[{extra}]'")


def point_labels(records: Records) -> Callable[[str], tuple[str, str]]:
    """point → (site, quantity) for tags; asks the register again when a point is new to it."""
    known: dict[str, tuple[str, str]] = {}

    def labels(point: str) -> tuple[str, str]:
        if point not in known:
            with records.read() as unit:
                register = unit.registers.load()
            site = next(iter(register.sites), "")
            known.update({p.id: (site, p.quantity) for p in register.points.values()})
            known.setdefault(point, ("", ""))
        return known[point]

    return labels


def load_rules(settings: Settings) -> RuleBook:
    """The manual's rules with the site's own on top. Raises with file, line and key when one is broken."""
    from rules.definition import load_book

    return load_book(*_existing(settings.site_folder, "rules"))


def load_sources(settings: Settings) -> Sources:
    """The site's ``sources.toml`` with its codecs, or the native source alone."""
    from collector.sources import DEFAULT_SOURCES, read_sources

    files = _existing(settings.site_folder, "sources.toml")
    folders = _existing(settings.site_folder, "codecs")
    scripts = {
        file.stem: file.read_text("utf-8", "replace") for folder in folders for file in sorted(folder.glob("*.js"))
    }
    return read_sources(files[0].read_text("utf-8"), str(files[0]), scripts) if files else DEFAULT_SOURCES


def _existing(folder: Path | None, name: str) -> list[Path]:
    return [folder / name] if folder is not None and (folder / name).exists() else []


def hider(settings: Settings) -> Callable[[str, str], str]:
    """(kind, text) → keyed pseudonym, as the collector makes them. The key is read when it is first needed."""
    from facility.pseudonym import pseudonym

    key = cache(lambda: pseudonym_key(settings))
    return lambda kind, text: pseudonym(key(), kind, text)


def pseudonym_key(settings: Settings) -> bytes:
    """The site's key for pseudonyms of cards and guards; made once, readable by this user only."""
    file = settings.data_folder / "pseudonym.key"
    try:
        return file.read_bytes()
    except FileNotFoundError:
        private_folder(file.parent)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(secrets.token_bytes(32))
    try:
        os.link(fresh, file)  # the first process wins; all read the same key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return file.read_bytes()
