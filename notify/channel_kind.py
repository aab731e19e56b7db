"""What a kind of channel is: one file in ``notify/channels/``.

It has ``KIND`` and ``ABOUT``, ``ADDRESS`` and ``NEEDS_ADDRESS`` (what a person's address for it is), ``Settings`` and
``open_channel``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from facility.register import Register
from notify.channel import Channel
from notify.secret import Secret, from_environment, from_file


class BrokerAddress(Protocol):
    """Where the broker is, as the collector's own link knows it."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def tls(self) -> bool: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def ca(self) -> str | None: ...


def nothing_kept(sha256: str) -> bytes | None:
    """Where there are no files."""
    del sha256
    return None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the composition root hands to channels."""

    clock: Callable[[], int]
    """Now, as an instant."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = Path()
    """Secret files are looked for from here: the folder of ``channels.toml``."""
    broker: BrokerAddress | None = None
    register: Callable[[], Register] | None = None
    """The register in force."""
    file: Callable[[str], bytes | None] = nothing_kept
    """What a file holds, by its SHA-256; None: it is not kept any more. Raises ``NotNow`` where it cannot be read now."""
    client_id: str = "dutyroom-downlink"
    """The name of the downlink's session at the broker: unique there, the same over restarts."""


class Strict(BaseModel):
    """Every field of a file is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SecretPlace(Strict):
    """Where a secret is: an environment variable or a file. It never stands in ``channels.toml`` itself."""

    env: str = Field("", pattern=r"^([A-Z][A-Z0-9_]*)?$", description="an environment variable")
    file: str = Field("", description="a file; relative: from the folder of channels.toml")

    @model_validator(mode="after")
    def _one(self) -> SecretPlace:
        if bool(self.env) == bool(self.file):
            raise ValueError('write one of { env = "NAME" } and { file = "/path" }')
        return self

    @property
    def where(self) -> str:
        """For a person's eyes: where it is looked for."""
        return f"${self.env}" if self.env else self.file

    def read(self, parts: Parts) -> Secret:
        """Raises ``MissingSecret``."""
        return from_environment(self.env, parts.environment) if self.env else from_file(parts.folder / self.file)


def _reachable(entry: str) -> str:
    if any(letter in entry for letter in "/:") or entry.replace(".", "").isdigit():
        try:
            ip_network(entry, strict=False)
        except ValueError:
            raise ValueError(
                f"{entry!r} is no network; allowed: 192.168.1.20, 192.168.1.0/24, fd00::/8, a host's name"
            ) from None
    return entry


Allowed = Annotated[str, AfterValidator(_reachable)]


class ChannelSettings(Strict):
    """What every channel has."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="what chains and people's entries call it")
    kind: str
    title_zh: str = Field(default="", max_length=40, description="what people call it, in Chinese")
    title_en: str = Field(default="", max_length=40, description="what people call it, in English")
    allow: list[Allowed] = Field(
        default=[], description="addresses, networks and host names outside the public internet that it may reach"
    )

    def where(self) -> str:
        """Where it leads, for a person's eyes; no secret."""
        return ""


class Opens(Protocol):
    """``open_channel`` of a channel's file."""

    def __call__(self, given: ChannelSettings, parts: Parts) -> Channel:
        """Makes it ready; connects to nothing yet. Raises ``MissingSecret``."""
