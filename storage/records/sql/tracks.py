"""Tracks: what rules remember of points. Written with every batch that is judged, so in bulk and past the compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from facility.alert import Condition, Track
from storage.records.sql.tables import TRACKS, storable
from storage.records.sql.transaction import Transaction

Key = tuple[str, str]
"""(rule, point)"""

_INTO = "INSERT INTO tracks (rule, point, condition, bad_since, raised, good_since, last)"
_OR_REPLACE = """
ON CONFLICT (rule, point) DO UPDATE SET condition = excluded.condition, bad_since = excluded.bad_since,
raised = excluded.raised, good_since = excluded.good_since, last = excluded.last
"""
_SQLITE_PUT = f"{_INTO} VALUES (?, ?, ?, ?, ?, ?, ?) {_OR_REPLACE}"
_SQLITE_FORGET = "DELETE FROM tracks WHERE rule = ? AND point = ?"
# One array per column: several times as fast as a statement per row.
_POSTGRES_PUT = f"""{_INTO} SELECT * FROM
unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) {_OR_REPLACE}"""  # noqa: S608 - every part stands above
_POSTGRES_FORGET = """
DELETE FROM tracks USING unnest(%s::text[], %s::text[]) AS quiet (rule, point)
WHERE tracks.rule = quiet.rule AND tracks.point = quiet.point
"""


def all_tracks(do: Transaction) -> dict[Key, Track]:
    """All that are kept."""
    return {
        (row.rule, row.point): Track(Condition(row.condition), row.bad_since, row.raised, row.good_since, row.last)
        for row in do.rows(select(TRACKS))
    }


def put_tracks(do: Transaction, tracks: Mapping[Key, Track]) -> None:
    """Always in one order, so that two writers never wait for one another."""
    kept = [_row(key, tracks[key]) for key in sorted(tracks) if tracks[key].condition is not Condition.NORMAL]
    quiet = [_key(key) for key in sorted(tracks) if tracks[key].condition is Condition.NORMAL]
    if do.on_postgres:
        _run_columns(do, _POSTGRES_PUT, kept)
        _run_columns(do, _POSTGRES_FORGET, quiet)
    else:
        _run_rows(do, _SQLITE_PUT, kept)
        _run_rows(do, _SQLITE_FORGET, quiet)


def _run_rows(do: Transaction, statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        do.write_plain(statement, rows)


def _run_columns(do: Transaction, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        do.write_plain(statement, tuple(list(column) for column in zip(*rows, strict=True)))


def _key(key: Key) -> tuple[str, ...]:
    return storable(key[0]), storable(key[1])


def _row(key: Key, track: Track) -> tuple[Any, ...]:
    return *_key(key), track.condition.value, *track[1:]
