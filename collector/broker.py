"""A broker's address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit


class BadAddress(ValueError):
    """The broker's address cannot be used. Says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker's address: ``mqtt://user:password@host:1883`` or ``mqtts://…``, with ``?version=5`` and ``&ca=/file``."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    version: int
    ca: str | None

    def __str__(self) -> str:
        """Without user and password: this is what logs and pages show."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def broker_at(url: str) -> Broker:
    """The broker that ``url`` names. Raises ``BadAddress``, which never repeats a password."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        version = int(query.get("version", ["4"])[0])
        port = parts.port
    except ValueError:
        raise BadAddress("not an address; allowed: mqtt://user:password@host:1883 or mqtts://host:8883") from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or version not in (4, 5):
        raise BadAddress("not an address; allowed: mqtt://host:1883, mqtts://host:8883, ?version=4 (3.1.1) or 5")
    tls = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        version=version,
        ca=query.get("ca", [None])[0],
    )
