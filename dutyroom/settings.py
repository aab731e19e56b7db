"""Settings: ``DUTYROOM_…`` in the environment or in ``.env``. Each can be shown with where it came from, never a secret."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from facility.instant import DAY, MINUTE, SECOND
from facility.self_alert import Limits

PREFIX = "DUTYROOM_"


class SettingsError(Exception):
    """A setting cannot be used. The text is one line for the person who set it."""


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", str_strip_whitespace=True)

    mqtt_url: str = Field(
        "", description="broker, mqtt://user:password@host:1883 or mqtts://…; empty: the embedded one"
    )
    mqtt_path: Literal["paho", "bulk"] = Field(
        "bulk",
        description="how messages are read: in bulk, or one by one by paho, the reference that it is tested against",
    )
    mqtt_express_url: str = Field(
        "",
        description="the same broker with another account, for sources that go ahead (express); empty: as MQTT_URL",
    )
    broker: str = Field("127.0.0.1:1883", description="where the embedded broker listens")
    broker_user: str = Field("", description="what gateways sign in with at the embedded broker")
    broker_password: str = Field("", description="needed as soon as the embedded broker listens beyond loopback")
    readings_url: str = Field("", description="sqlite:///file or influxdb://…; empty: readings.db in DATA")
    records_url: str = Field("", description="sqlite:///file or postgresql+psycopg://…; empty: records.db in DATA")
    site: str = Field("", description="folder with register/, sources.toml and rules/")
    data: str = Field("data", description="folder for databases, keys and the broker's store")
    http: str = Field("127.0.0.1:8080", description="address of the pages")
    public_url: str = Field(
        "", description="address by which people reach the pages, for links in notices: https://duty.example.com"
    )
    secure_cookies: bool = Field(default=False, description="true behind HTTPS")
    worker: str = Field("worker-1", description="name of this collector; keep it over restarts, unique per broker")
    share: str = Field(
        "", description="name of a group of collectors that share the broker's load; empty: this one hears everything"
    )
    rate: int = Field(
        100, ge=1, description="readings of one point in a second that are always kept; what is beyond is thinned"
    )
    responder: str = Field("responder-1", description="name of this responder; keep it over restarts")
    journal_limit: int = Field(
        8192, ge=1, description="MiB that may wait for InfluxDB; at that nothing more is taken, and the broker keeps it"
    )
    keep_readings: int = Field(
        1827, ge=93, le=36525, description="days that readings are kept; of older ones the figures of each hour stay"
    )
    keep_figures: int = Field(
        5479, ge=366, le=36525, description="days that figures of hours are kept, for charts and yearly comparisons"
    )
    rota_days: int = Field(14, ge=1, le=400, description="so many days ahead gaps in the rota are looked for")

    lag_limit: float = Field(10, gt=0, description="seconds from arrival to acknowledgement; beyond, an alert")
    history_limit: float = Field(10, gt=0, description="minutes that readings may wait for InfluxDB; beyond, an alert")
    letters_limit: int = Field(30, ge=1, description="dead letters in five minutes; at that many, an alert")
    disk_limit: float = Field(
        10, gt=0, lt=100, description="percent of the disk under DATA that stay free; below, an alert"
    )
    clock_limit: float = Field(2, gt=0, description="seconds between two clocks that should agree; beyond, an alert")
    silence_limit: float = Field(
        60, ge=10, description="seconds without a word of a worker or responder; beyond, an alert"
    )

    @field_validator("http", "broker")
    @classmethod
    def _address(cls, value: str) -> str:
        split_address(value)
        return value

    @field_validator("mqtt_url", "mqtt_express_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        return _one_of(value, ("mqtt", "mqtts"), "mqtt://host:1883 or mqtts://host:8883")

    @field_validator("public_url")
    @classmethod
    def _pages(cls, value: str) -> str:
        return _one_of(value, ("http", "https"), "https://host, as in https://duty.example.com")

    @field_validator("readings_url")
    @classmethod
    def _readings(cls, value: str) -> str:
        return _one_of(value, ("sqlite", "influxdb"), "sqlite:///file or influxdb://host:8086/bucket?org=…&token=…")

    @field_validator("records_url")
    @classmethod
    def _records(cls, value: str) -> str:
        return _one_of(value, ("sqlite", "postgresql+psycopg"), "sqlite:///file or postgresql+psycopg://user@host/db")

    @field_validator("worker", "responder")
    @classmethod
    def _name(cls, value: str) -> str:
        return _plain_name(value)

    @field_validator("share")
    @classmethod
    def _group(cls, value: str) -> str:
        return _plain_name(value) if value else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``.env``."""
        del settings_cls, file_secret_settings
        return init_settings, env_settings, dotenv_settings

    @property
    def data_folder(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).expanduser().resolve()

    @property
    def site_folder(self) -> Path | None:
        """The site's folder, absolute; None when there is none."""
        return Path(self.site).expanduser().resolve() if self.site else None

    @property
    def readings(self) -> str:
        """Where readings are kept, in full."""
        return self.readings_url or f"sqlite:///{self.data_folder / 'readings.db'}"

    @property
    def kept_longest(self) -> int:
        """Milliseconds that a store of readings must keep what it is given."""
        return max(self.keep_readings, self.keep_figures) * DAY

    @property
    def records(self) -> str:
        """Where records are kept, in full."""
        return self.records_url or f"sqlite:///{self.data_folder / 'records.db'}"

    @property
    def collector(self) -> str:
        """Under which name it is kept how far everything is judged: the group's, whoever of it judges."""
        return self.share or self.worker

    @property
    def limits(self) -> Limits:
        """When somebody is told about the product itself."""
        return Limits(
            lag=round(self.lag_limit * SECOND),
            history=round(self.history_limit * MINUTE),
            letters=self.letters_limit,
            disk=self.disk_limit,
            clock=round(self.clock_limit * SECOND),
            silence=round(self.silence_limit * SECOND),
        )

    def environment(self) -> dict[str, str]:
        """What a child process needs to see the same settings."""
        return {f"{PREFIX}{name.upper()}": _text(value) for name, value in self.model_dump().items()}


def _plain_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,20}", value):
        raise ValueError("use 1 to 20 letters, digits, - or _")
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_of(url: str, schemes: tuple[str, ...], example: str) -> str:
    if url and urlsplit(url).scheme not in schemes:
        raise ValueError(f"write {example}")
    return url


def split_address(text: str) -> tuple[str, int]:
    """``host:port`` → (host, port); IPv6 in brackets. Raises ``ValueError``."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("write host:port, as in 127.0.0.1:8080")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - an empty host means everywhere, as in every server


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def load(**given: Any) -> Settings:
    """The settings in force. Raises ``SettingsError``: one line with the setting, what was wrong and what is allowed."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in e['loc']).upper()}: {hide(str(e['input']))!r} cannot be used: "
            f"{e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SettingsError("; ".join(lines)) from None


def hide(text: str) -> str:
    """Passwords and tokens in URLs become ``***``."""
    text = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text)
    return re.sub(r"((?:token|password|key|secret)=)[^&\s]+", r"\1***", text, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One setting for a person's eyes."""

    name: str
    value: str
    source: str
    about: str


def show(settings: Settings) -> list[Shown]:
    """Every setting with its value (secrets hidden), its source and what it is for."""
    return [_show_one(settings, name) for name in Settings.model_fields]


def _show_one(settings: Settings, name: str) -> Shown:
    raw = _text(getattr(settings, name))
    secret = "password" in name and raw
    return Shown(
        name=f"{PREFIX}{name.upper()}",
        value="***" if secret else hide(raw),
        source=_source(name, raw),
        about=Settings.model_fields[name].description or "",
    )


def _source(name: str, raw: str) -> str:
    variable = f"{PREFIX}{name.upper()}"
    if any(key.upper() == variable for key in os.environ):
        return "environment"
    default = Settings.model_fields[name].default
    return ".env" if raw != _text(default) or _in_dotenv(variable) else "default"


def _in_dotenv(variable: str) -> bool:
    file = Path(".env")
    return file.is_file() and re.search(rf"(?im)^\s*(export\s+)?{variable}\s*=", file.read_text("utf-8")) is not None
