"""Mosquitto's configuration, passwords and access list: nothing queued is dropped, and nobody speaks for another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from dutyroom.broker_access import Account

ITERATIONS = 1_000
"""A password here is 192 bits of chance: no number of rounds makes it any harder to guess."""
MAX_MESSAGE = 1 << 20
SAVED_EVERY = 1
"""Seconds. By changes would be no better: Mosquitto does not count what is on its way to a client that hangs."""
YOURS = "# Below this line everything is yours and is kept."
ACL_HEAD = (
    "# Made by: dutyroom broker config. Devices are told apart by their account, and each has its own topics only."
)
CONFIGURATION_HEAD = "# Mosquitto as the broker of a duty room"
_HASH = re.compile(r"\$7\$(\d{1,7})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")

_CONFIGURATION = """\
# Mosquitto as the broker of a duty room: nothing queued for a client that is away is dropped. Mosquitto 2.0 or later.
# It is the whole configuration, in place of /etc/mosquitto/mosquitto.conf: Mosquitto refuses what is set twice, so it cannot be
# included in the one that Debian brings. Why each line: docs/brokers.md.

per_listener_settings false

# This machine only.
listener {port} {host}

# The network, with TLS (deploy/tls.md says how the files are made). Take the signs away to open it.
{tls}listener 8883
{tls}certfile {folder}/certs/server.crt
{tls}keyfile {folder}/certs/server.key
{tls}tls_version tlsv1.2
# A client is who its account says: none can take over the session of Dutyroom or of another device.
{tls}use_username_as_clientid true

# Nobody without a name and a password, and each on topics of its own.
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl

# What waits for Dutyroom is kept, however much it is. The default drops everything after the first 1000 messages.
max_queued_messages 0
max_queued_bytes 0
# So many may be on their way unacknowledged: Dutyroom commits and acknowledges them in groups.
max_inflight_messages 500

# Queues are in memory and are saved at each orderly end and every so many seconds. What was acknowledged after the last save
# is gone when the machine loses power or the broker is killed; the embedded broker writes before it acknowledges.
persistence true
persistence_location {store}/
autosave_on_changes false
autosave_interval {saved_every}

# Larger messages are refused before they are queued: Dutyroom would refuse them too (max_bytes in sources.toml).
message_size_limit {message}
max_packet_size {packet}

# Small packets are what sensors send; waiting to fill larger ones only adds delay.
set_tcp_nodelay true

log_dest stderr
log_type error
log_type warning
log_type notice
"""


def configuration(
    folder: Path,
    store: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 1883,
    message: int = MAX_MESSAGE,
    tls: bool = False,
) -> str:
    """``mosquitto.conf``. ``folder`` has ``passwords``, ``acl`` and ``certs/``; ``message`` is the largest payload in bytes."""
    return _CONFIGURATION.format(
        folder=folder,
        store=store,
        host=host,
        port=port,
        message=message,
        packet=message + (64 << 10) + 16,
        saved_every=SAVED_EVERY,
        tls="" if tls else "# ",
    )


def access_list(accounts: Iterable[Account], kept: str = "") -> str:
    """The ``acl`` file; ``kept`` is what the last one said below the line."""
    blocks = [_block(account) for account in accounts]
    return "\n\n".join([ACL_HEAD, *blocks, f"{YOURS}\n{kept}"])


def _block(account: Account) -> str:
    both = [topic for topic in account.write if topic in account.read]
    lines = [f"# {account.about}", f"user {account.user}"]
    lines += [f"topic readwrite {topic}" for topic in both]
    lines += [f"topic read {topic}" for topic in account.read if topic not in both]
    lines += [f"topic write {topic}" for topic in account.write if topic not in both]
    return "\n".join(lines)


def kept_part(acl: str) -> str:
    """What a person wrote below the line."""
    return acl.partition(f"{YOURS}\n")[2]


def users_of(acl: str) -> set[str]:
    """The accounts that an access list names."""
    return {line.split(None, 1)[1].strip() for line in acl.splitlines() if line.startswith("user ")}


def hashed(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """As Mosquitto 2.0 keeps it: ``$7$iterations$salt$hash``, PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def matches(password: str, stored: str) -> bool:
    """Whether ``stored`` is a hash of ``password``."""
    found = _HASH.fullmatch(stored)
    if found is None:
        return False
    try:
        salt = base64.b64decode(found[2], validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(hashed(password, salt=salt, iterations=max(1, int(found[1]))), stored)


def read_passwords(text: str, file: str) -> dict[str, str]:
    """User → hash. Raises ``ValueError`` with file and line."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        user, colon, stored = line.partition(":")
        if not colon or not user or not stored.startswith("$"):
            raise ValueError(
                f"{file}, line {number}: no line of a password file; allowed: user:$7$iterations$salt$hash"
            )
        found[user] = stored
    return found


def write_passwords(hashes: Mapping[str, str]) -> str:
    """The ``passwords`` file."""
    return "".join(f"{user}:{stored}\n" for user, stored in hashes.items())
