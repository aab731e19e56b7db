"""The address of an InfluxDB as one setting: ``influxdb://host:port/DATABASE?org=…&token=…&tls=1``."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_PORT = 8086
_ALLOWED = ("org", "token", "tls")
_SHAPE = (
    "influxdb://host:port/BUCKET?org=ORG&token=TOKEN for InfluxDB 2 and 3,"
    " influxdb://user:password@host:port/DATABASE for InfluxDB 1, and tls=1 for https"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxTarget:
    """Where readings go. Neither ``repr`` nor ``str`` shows a secret."""

    host: str
    port: int = DEFAULT_PORT
    database: str
    """The database of InfluxDB 1 and 3, the bucket of InfluxDB 2."""
    org: str = ""
    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    @property
    def base(self) -> str:
        """The address in front of every path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def parse_influx_url(url: str) -> InfluxTarget:
    """Raises ``ValueError`` that says what is wrong and what is allowed, and never repeats a secret."""
    split = _split(url)
    if split.scheme != "influxdb":
        raise ValueError(f"the address of an InfluxDB begins with influxdb://; write {_SHAPE}")
    if not split.hostname:
        raise ValueError(f"the address names no host; write {_SHAPE}")
    options = _options(split.query)
    target = InfluxTarget(
        host=split.hostname,
        port=_port(split),
        database=_database(split.path),
        org=options.get("org", ""),
        token=options.get("token", ""),
        user=unquote(split.username or ""),
        password=unquote(split.password or ""),
        tls=_yes_or_no("tls", options.get("tls", "0")),
    )
    if target.token and target.user:
        raise ValueError(
            "the address has both a token and a user; InfluxDB 2 and 3 take the token, InfluxDB 1 the user"
        )
    return target


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError:
        # Python's own words repeat the address, and the secret with it.
        raise ValueError(f"this is not an address; write {_SHAPE}") from None


def _database(path: str) -> str:
    database = unquote(path.removeprefix("/"))
    if not database or "/" in database:
        raise ValueError(f"the address must name one database or bucket after the host; write {_SHAPE}")
    return database


def _port(split: SplitResult) -> int:
    try:
        port = split.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("the port of the address must be a number from 1 to 65535")
    return port or DEFAULT_PORT


def _options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _ALLOWED:
            raise ValueError(f"the address has an option {name!r}; allowed are {', '.join(_ALLOWED)}")
        if name in options:
            raise ValueError(f"the address gives {name!r} twice")
        options[name] = value
    return options


def _yes_or_no(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError(f"{name} of the address must be 1 or 0")
    return value == "1"
