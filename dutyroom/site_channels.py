"""The site's channels: ``channels.toml`` in its folder, and the downlink over the broker, which every property has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dutyroom import wiring
from dutyroom.settings import Settings, SettingsError
from storage.records.kept import register_kept
from storage.records.port import NotFound, RecordsUnavailable

if TYPE_CHECKING:
    from facility.register import Register
    from notify.channel_kind import ChannelSettings, Parts
    from notify.opening import Way
    from storage.records.port import Records

DOWNLINK = "mqtt"


def file_of(settings: Settings) -> Path | None:
    """The site's ``channels.toml``; None where there is none."""
    from notify.channel_file import FILE

    file = settings.site_folder / FILE if settings.site_folder else None
    return file if file is not None and file.is_file() else None


def read(settings: Settings) -> tuple[ChannelSettings, ...]:
    """Every channel but the one inside the house. Raises ``SettingsError`` that names file, channel and field."""
    from notify.channel_file import ChannelsError, read_channels

    file = file_of(settings)
    try:
        given = read_channels(file.read_text("utf-8"), str(file)) if file else ()
    except ChannelsError as error:
        raise SettingsError(str(error)) from None
    if any(DOWNLINK in (one.name, one.kind) for one in given):
        return given
    return (*given, *downlink())


def downlink() -> tuple[ChannelSettings, ...]:
    """The way down to sirens and valves, which needs no file."""
    from notify.channels.mqtt import Settings as Downlink

    return (Downlink(name=DOWNLINK, kind="mqtt", title_zh="声光报警器和阀门", title_en="Sirens and valves"),)


def parts_of(settings: Settings, records: Records) -> Parts:
    """What channels are made of here. Raises ``SettingsError`` on a broker's address that is none."""
    from collector.broker import BadAddress, broker_at
    from notify.channel_kind import Parts

    try:
        broker = broker_at(settings.mqtt_url) if settings.mqtt_url else None
    except BadAddress as error:
        raise SettingsError(f"DUTYROOM_MQTT_URL: {error}") from None
    return Parts(
        clock=wiring.now,
        folder=settings.site_folder or Path(),
        broker=broker,
        register=RegisterNow(records),
        file=KeptFiles(records),
        client_id=f"dutyroom-downlink-{settings.responder}",
    )


class RegisterNow:
    """The register in force, for what has no unit of its own."""

    def __init__(self, records: Records) -> None:
        self._records, self._kept = records, register_kept()

    def __call__(self) -> Register:
        """Raises ``RecordsUnavailable``."""
        with self._records.read() as unit:
            return self._kept.now(unit)


class KeptFiles:
    """What a kept file holds, for what has no unit of its own."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __call__(self, sha256: str) -> bytes | None:
        """None where it is not kept any more. Raises ``NotNow``."""
        from notify.channel import NotNow

        try:
            with self._records.read() as unit:
                return unit.files.get(sha256).body
        except NotFound:
            return None
        except RecordsUnavailable as error:
            raise NotNow(f"the file cannot be read now: {error}") from None


class ShownChannels:
    """What the pages show of them: read again when the file changes, no secret among it."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._settings, self._records = settings, records
        self._seen: tuple[int, int] | str | None = "never"
        self._kept: tuple[tuple[Way, ...], str] = ((), "")

    def __call__(self) -> tuple[tuple[Way, ...], str]:
        """The channels, and what is wrong with the file as it is now."""
        file = file_of(self._settings)
        stat = file.stat() if file else None
        now = (stat.st_mtime_ns, stat.st_size) if stat else None
        if now != self._seen:
            self._seen, self._kept = now, self._look()
        return self._kept

    def _look(self) -> tuple[tuple[Way, ...], str]:
        from notify.opening import ways

        try:
            return ways(read(self._settings), parts_of(self._settings, self._records)), ""
        except (SettingsError, OSError) as error:
            return (), str(error)
