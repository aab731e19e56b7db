"""The rota and its history: entries by version, none ever overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

from facility.fact import Fact
from facility.rota import TABLES, Entry, Rota, RotaChange
from storage.records.port import Conflict, NotFound
from storage.records.rotas import CalendarFeed, RotaVersion
from storage.records.sql.facts import SqlFacts
from storage.records.sql.shape import Shape, from_json, to_json
from storage.records.sql.tables import CALENDAR_FEEDS, REGISTER_ENTRIES, ROTA_ENTRIES, ROTA_VERSIONS, within
from storage.records.sql.transaction import Transaction

_E, _V, _F = ROTA_ENTRIES.c, ROTA_VERSIONS.c, CALENDAR_FEEDS.c
_NOW = _E.version_to.is_(None)
_FEED = Shape(CalendarFeed)
MOST_KEYS_TOLD = 50
"""Up to so many entries are named one by one in the fact; a larger change is told in numbers and its first keys."""


class SqlRotas:
    """See ``storage.records.rotas.Rotas``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do, self._facts = transaction, facts

    def version(self) -> int:
        """0 before anything was entered."""
        return int(self._do.value(select(func.max(_V.version))) or 0)

    def load(self, at: int | None = None) -> Rota:
        """In the order in which entries were first entered."""
        version = self.version() if at is None else self._version_at(at)
        found: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
        wanted = select(_E.noun, _E.key, _E.body).where(_in_force(version), _E.body.is_not(None))
        for row in self._do.stream(wanted.order_by(_E.position)):
            found[row.noun][row.key] = from_json(TABLES[row.noun], row.body)
        return Rota(version=version, timezone=self._timezone(), **found)

    def apply(self, changes: Sequence[RotaChange], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when an entry is not, or no longer, what a change says it was."""
        old = self.version()
        if not changes:
            return old
        self._begin(old + 1, who, at, why)
        standing = self._standing(changes)
        for change in changes:
            _check(change, standing.get((change.table, change.key)))
        self._write(changes, standing, old + 1)
        self._facts.append(_fact(changes, old + 1, who=who, at=at, why=why))
        return old + 1

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        wanted = select(_E.version_from, _E.body, _V.at, _V.who, _V.why).join(
            ROTA_VERSIONS, _V.version == _E.version_from
        )
        told, before = [], None
        for row in self._do.rows(wanted.where(_E.noun == table, _E.key == key).order_by(_E.version_from)):
            what = "removed" if row.body is None else "added" if before is None else "changed"
            body = None if row.body is None else orjson.loads(row.body)
            told.append(
                {"version": row.version_from, "at": row.at, "who": row.who, "why": row.why, "what": what, "body": body}
            )
            before = row.body
        return told

    def versions(self, limit: int = 20) -> list[RotaVersion]:
        """The newest first."""
        wanted = select(ROTA_VERSIONS).order_by(_V.version.desc()).limit(limit)
        return [RotaVersion(version=row.version, at=row.at, who=row.who, why=row.why) for row in self._do.rows(wanted)]

    def maker_of(self, version: int) -> str:
        """Empty when there is no such version."""
        return str(self._do.value(select(_V.who).where(_V.version == within(version))) or "")

    def changes_of(self, version: int) -> list[RotaChange]:
        """In the order of the entries."""
        number = within(version)
        wanted = select(_E.noun, _E.key, _E.body).order_by(_E.position)
        before = {(row.noun, row.key): row.body for row in self._do.rows(wanted.where(_E.version_to == number))}
        return [
            RotaChange(
                table=row.noun,
                key=row.key,
                before=_entry(row.noun, before.get((row.noun, row.key))),
                after=_entry(row.noun, row.body),
            )
            for row in self._do.rows(wanted.where(_E.version_from == number))
        ]

    def add_feed(self, feed: CalendarFeed) -> CalendarFeed:
        """Raises ``Conflict``."""
        statement = self._do.insert(CALENDAR_FEEDS).on_conflict_do_nothing(index_elements=["digest"]).returning(_F.id)
        number = self._do.value(statement, _FEED.new_row(feed))
        if number is None:
            raise Conflict("a calendar address of this digest exists already")
        return replace(feed, id=int(number))

    def feed(self, digest: str) -> CalendarFeed:
        """Raises ``NotFound``."""
        row = self._do.row(select(CALENDAR_FEEDS).where(_F.digest == digest, _F.revoked.is_(None)))
        if row is None:
            raise NotFound("there is no such calendar")
        return _FEED.thing(row)

    def feeds_of(self, person: str) -> list[CalendarFeed]:
        """The oldest first."""
        wanted = select(CALENDAR_FEEDS).where(_F.person == person, _F.revoked.is_(None)).order_by(_F.id)
        return [_FEED.thing(row) for row in self._do.rows(wanted)]

    def use_feed(self, number: int, at: int) -> None:
        """Nothing happens when it is gone."""
        self._do.run(update(CALENDAR_FEEDS).where(_F.id == within(number)).values(used=at))

    def revoke_feed(self, number: int, at: int) -> None:
        """Raises ``NotFound``."""
        values = {"revoked": func.coalesce(_F.revoked, at)}
        if self._do.run(update(CALENDAR_FEEDS).where(_F.id == within(number)).values(values)).rowcount == 0:
            raise NotFound(f"there is no calendar address {number}")

    def _version_at(self, at: int) -> int:
        return int(self._do.value(select(func.max(_V.version)).where(_V.at <= within(at))) or 0)

    def _timezone(self) -> str:
        """The property's: that of the first site."""
        register = REGISTER_ENTRIES.c
        site = select(register.body).where(
            register.noun == "sites", register.version_to.is_(None), register.body.is_not(None)
        )
        body = self._do.value(site.order_by(register.position).limit(1))
        return str(orjson.loads(body)["timezone"]) if body else Rota.timezone

    def _begin(self, version: int, who: str, at: int, why: str) -> None:
        """Taken first of all: a second writer waits here, then finds it gone."""
        statement = (
            self._do.insert(ROTA_VERSIONS).on_conflict_do_nothing(index_elements=["version"]).returning(_V.version)
        )
        if self._do.row(statement, {"version": version, "at": at, "who": who, "why": why}) is None:
            raise Conflict(f"somebody else wrote version {version} of the rota just now")

    def _standing(self, changes: Sequence[RotaChange]) -> dict[tuple[str, str], Row[Any]]:
        """The rows in force that the changes are about, removed ones as well."""
        wanted = select(_E.id, _E.noun, _E.key, _E.position, _E.body).where(_NOW)
        about = {(change.table, change.key) for change in changes}
        return {(row.noun, row.key): row for row in self._do.stream(wanted) if (row.noun, row.key) in about}

    def _write(self, changes: Sequence[RotaChange], standing: Mapping[tuple[str, str], Row[Any]], version: int) -> None:
        ended = [row.id for row in standing.values()]
        for number in ended:
            self._do.run(update(ROTA_ENTRIES).where(_E.id == number).values(version_to=version))
        places = count(int(self._do.value(select(func.max(_E.position))) or 0) + 1)
        rows = [
            {
                "noun": change.table,
                "key": change.key,
                "version_from": version,
                "position": row.position if (row := standing.get((change.table, change.key))) else next(places),
                "body": None if change.after is None else to_json(change.after),
            }
            for change in changes
        ]
        self._do.run(insert(ROTA_ENTRIES), rows)


def _in_force(version: int) -> ColumnElement[bool]:
    return and_(_E.version_from <= version, or_(_NOW, _E.version_to > version))


def _entry(table: str, body: str | None) -> Entry | None:
    return None if body is None else cast("Entry", from_json(TABLES[table], body))


def _check(change: RotaChange, row: Row[Any] | None) -> None:
    stands = None if row is None else _entry(change.table, row.body)
    if stands != change.before:
        raise Conflict(f"{change.table} {change.key!r} was changed by somebody else meanwhile")


def _fact(changes: Sequence[RotaChange], version: int, *, who: str, at: int, why: str) -> Fact:
    counts = Counter(f"{change.table} {change.what}" for change in changes)
    keys = [f"{change.table}/{change.key}" for change in changes[:MOST_KEYS_TOLD]]
    return Fact(
        at=at,
        noun="rota",
        subject=str(version),
        what="imported" if len(changes) > MOST_KEYS_TOLD else "changed",
        before=str(version - 1),
        after=str(version),
        why=why,
        who=who,
        data={"counts": dict(counts), "keys": keys},
    )
