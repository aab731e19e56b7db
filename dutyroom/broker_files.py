"""``dutyroom broker config``: Mosquitto's files in a folder. A second run keeps every password that is there."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dutyroom import mosquitto
from dutyroom.broker_access import Access, BadAccess

_COLUMNS = ("user", "password", "for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a run did: the files, and which accounts are new and which are gone."""

    files: tuple[Path, ...]
    accounts: int
    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(slots=True)
class _Known:
    """What lies in the folder already."""

    hashes: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    yours: str = ""


def write_mosquitto(folder: Path, access: Access, configuration: str, renew: Iterable[str] = ()) -> Written:
    """Write ``mosquitto.conf``, ``acl``, ``passwords`` and ``credentials.csv``. Raises ``BadAccess``, ``OSError``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        return _write(folder, access, configuration, renew)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs at once would give out passwords that do not belong to the hashes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BadAccess(f"{folder}: another run is writing there; try again when it has ended") from None
    finally:
        os.close(handle)


def _write(folder: Path, access: Access, configuration: str, renew: Iterable[str]) -> Written:
    _only_over_ours(folder)
    known = _known(folder)
    _forget(known, renew, {account.user for account in access.accounts})
    yours = mosquitto.users_of(known.yours)
    both = sorted(yours & {account.user for account in access.accounts})
    if both:
        raise BadAccess(f"acl: below the line it names {both[0]!r}, which is an account of the register; take it out")
    hashes, credentials, new = {}, [], []
    for account in access.accounts:
        password = known.passwords.get(account.user, "")
        stored = known.hashes.get(account.user, "")
        if not password and not stored:
            password = secrets.token_urlsafe(24)
            new.append(account.user)
        if password and not mosquitto.matches(password, stored):
            stored = mosquitto.hashed(password)
        hashes[account.user] = stored
        if password:
            credentials.append((account.user, password, account.about))
    hashes |= {user: stored for user, stored in known.hashes.items() if user in yours}
    files = {
        "credentials.csv": _credentials(credentials),
        "passwords": mosquitto.write_passwords(hashes),
        "acl": mosquitto.access_list(access.accounts, known.yours),
        "mosquitto.conf": configuration,
    }
    for name, text in files.items():
        _replace(folder / name, text)
    return Written(
        files=tuple(folder / name for name in files),
        accounts=len(access.accounts),
        new=tuple(new),
        gone=tuple(sorted(set(known.hashes) - set(hashes))),
    )


def _known(folder: Path) -> _Known:
    try:
        hashes = mosquitto.read_passwords(_text(folder / "passwords"), str(folder / "passwords"))
    except ValueError as error:
        raise BadAccess(str(error)) from None
    return _Known(
        hashes=hashes,
        passwords=_read_credentials(folder / "credentials.csv"),
        yours=mosquitto.kept_part(_text(folder / "acl")),
    )


def _only_over_ours(folder: Path) -> None:
    """A file that somebody wrote by hand is not written over."""
    for name, head in (("mosquitto.conf", mosquitto.CONFIGURATION_HEAD), ("acl", mosquitto.ACL_HEAD)):
        text = _text(folder / name)
        if text.strip() and not text.startswith(head):
            raise BadAccess(
                f"{folder / name}: it was not made by this command, and is left as it is; move it away first"
            )


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise BadAccess(f"{file}: it is not UTF-8 text; move it away, or mend it") from None


def _read_credentials(file: Path) -> dict[str, str]:
    text = _text(file)
    rows = csv.DictReader(io.StringIO(text))
    if text and not {"user", "password"} <= set(rows.fieldnames or ()):
        raise BadAccess(f"{file}: its first line must name the columns {', '.join(_COLUMNS)}")
    return {row["user"]: row["password"] for row in rows if row["user"] and row["password"]}


def _forget(known: _Known, renew: Iterable[str], users: set[str]) -> None:
    for user in renew:
        if user not in users:
            raise BadAccess(f"--renew {user}: there is no such account; credentials.csv and acl list them")
        known.hashes.pop(user, None)
        known.passwords.pop(user, None)


def _credentials(rows: list[tuple[str, str, str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_COLUMNS, *rows])
    return out.getvalue()


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, and readable by this user only from its first byte. An existing file keeps its owner."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    if file.exists() and os.geteuid() == 0:
        os.chown(fresh, file.stat().st_uid, file.stat().st_gid)
    fresh.replace(file)
