"""What is wrong with an InfluxDB that readings are to go into, and how to mend it. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson

from facility.instant import DAY, SECOND
from storage.readings import influxql
from storage.readings.influx_server import InfluxServer, reason_of

NO_LINES = b"# nothing but a comment\n"
"""A body that every generation takes, or refuses for what it would do with lines, and that leaves nothing behind."""
_PARTS = re.compile(r"(\d+)([hms])")
_PART = {"h": 3_600_000, "m": 60_000, "s": 1_000}


def troubles(server: InfluxServer, kept: int) -> Iterator[str]:
    """Each with how to mend it. ``kept``: milliseconds that readings and their figures are to stay.

    Raises ``ReadingsUnavailable``, ``WrongServer``.
    """
    look = _of_first if server.first_generation else _of_third if not server.deletes else _of_second
    yield from look(server, kept)


# --- InfluxDB 1 -------------------------------------------------------------------------------------------------------


def _of_first(server: InfluxServer, kept: int) -> Iterator[str]:
    database, user = server.target.database, server.target.user or "USER"
    status, reason = _write(server, f"/write?{urlencode({'db': database})}")
    if status == 401:
        yield f"user or password are refused ({reason}): correct them in the address, influxdb://user:password@host"
        return
    if status == 404:
        yield f"there is no database {database!r}: influx -execute 'CREATE DATABASE \"{database}\"'"
        return
    if status == 403:
        yield f'{user} may not write ({reason}): influx -execute \'GRANT ALL ON "{database}" TO "{user}"\''
    elif status >= 400:
        yield f"lines are refused with {status}: {reason}"
    wrong = _query(server, influxql.NOTHING)[0]
    if wrong:
        yield f'questions are refused ({wrong}): influx -execute \'GRANT ALL ON "{database}" TO "{user}"\''
        return
    yield from _too_short_1(server, kept)


def _too_short_1(server: InfluxServer, kept: int) -> Iterator[str]:
    database = server.target.database
    wrong, rows = _query(server, f'SHOW RETENTION POLICIES ON "{database}"')
    for name, duration, *_, default in rows if not wrong else ():
        stays = sum(int(number) * _PART[unit] for number, unit in _PARTS.findall(duration))
        if default and 0 < stays < kept:
            mend = f'influx -execute \'ALTER RETENTION POLICY "{name}" ON "{database}" DURATION INF\''
            yield f"{_days(stays)} after its time everything ends there, and {_days(kept)} are to be kept: {mend}"


# --- InfluxDB 2 -------------------------------------------------------------------------------------------------------


def _of_second(server: InfluxServer, kept: int) -> Iterator[str]:
    bucket, org = server.target.database, server.target.org
    status, reason = _write(server, f"/api/v2/write?{urlencode({'bucket': bucket, 'org': org})}")
    if status == 401:
        yield f"the token is refused ({reason}): make one with influx auth create --org {org} --read-buckets --write-buckets"
        return
    if status == 404 and "organization" in reason:
        yield f"there is no organisation {org!r} ({reason}): org=… of the address must be one of influx org list"
        return
    found = _bucket(server)
    if status == 404 and found is None:
        yield (
            f"there is no bucket {bucket!r} that this token may see ({reason}): "
            f"influx bucket create --org {org} --name {bucket} --retention 0"
        )
        return
    number = found["id"] if found else "ID"
    if status in (403, 404):
        yield f"the token may not write into {bucket!r} ({reason}): {_auth(org, number)}"
    elif status >= 400:
        yield f"lines are refused with {status}: {reason}"
    yield from _unread_2(server, number, seen=found is not None)
    yield from _too_short_2(found or {}, kept)


def _auth(org: str, number: str) -> str:
    return f"influx auth create --org {org} --read-bucket {number} --write-bucket {number}"


def _unread_2(server: InfluxServer, number: str, *, seen: bool) -> Iterator[str]:
    # Whoever may not read a bucket is told that there is none.
    bucket, org = server.target.database, server.target.org
    wrong = _query(server, influxql.NOTHING)[0]
    if seen and "not found" in wrong:
        yield (
            f"questions do not find the bucket ({wrong}): "
            f"influx v1 dbrp create --org {org} --db {bucket} --rp autogen --default --bucket-id {number}"
        )
    elif wrong:
        yield f"the token may not read {bucket!r} ({wrong}): {_auth(org, number)}"


def _bucket(server: InfluxServer) -> dict[str, Any] | None:
    query = urlencode({"name": server.target.database, "org": server.target.org})
    status, body = server.attempt("GET", f"/api/v2/buckets?{query}")
    found = orjson.loads(body).get("buckets") if status == 200 else None
    return found[0] if found else None


def _too_short_2(bucket: dict[str, Any], kept: int) -> Iterator[str]:
    for rule in bucket.get("retentionRules", ()):
        stays = int(rule.get("everySeconds", 0)) * SECOND
        if 0 < stays < kept:
            mend = f"influx bucket update --id {bucket['id']} --retention 0"
            yield f"{_days(stays)} after its time everything ends there, and {_days(kept)} are to be kept: {mend}"


# --- InfluxDB 3 -------------------------------------------------------------------------------------------------------


def _of_third(server: InfluxServer, kept: int) -> Iterator[str]:
    database = server.target.database
    status, reason = _write(server, f"/api/v2/write?{urlencode({'bucket': database})}")
    if status in (401, 403):
        yield f"the token is refused ({reason}): make one with influxdb3 create token --admin"
        return
    # An empty body is an error to some of them; what matters is that it was not refused for who sent it.
    if status >= 400 and status not in (400, 404, 422):
        yield f"lines are refused with {status}: {reason}"
    wrong = _query(server, influxql.NOTHING)[0]
    if wrong:
        yield (
            f"questions are refused ({wrong}): influxdb3 create database {database} "
            f"(with a retention period of {_days(kept)} or none)"
        )


# --- all of them ------------------------------------------------------------------------------------------------------


def _write(server: InfluxServer, path: str) -> tuple[int, str]:
    status, body = server.attempt("POST", path, NO_LINES, "text/plain; charset=utf-8")
    return status, reason_of(body)


def _query(server: InfluxServer, statement: str) -> tuple[str, list[list[Any]]]:
    """What is wrong, empty where nothing is; and the rows."""
    status, body = server.attempt(*server.question(statement))
    if status >= 400:
        return reason_of(body) or str(status), []
    results = list(server.results(body))
    wrong = next((str(one["error"]) for one in results if "error" in one), "")
    return wrong, [row for one in results for series in one.get("series", ()) for row in series.get("values", ())]


def _days(milliseconds: int) -> str:
    return f"{milliseconds / DAY:g} days"
