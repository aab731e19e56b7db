"""The rota and its history, and the calendar addresses that people were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import func, select, update

from facility.rota import TABLES, Rota, RotaChange
from storage.records.port import Conflict, NotFound
from storage.records.rotas import CalendarFeed, RotaVersion
from storage.records.sql.facts import SqlFacts
from storage.records.sql.shape import Shape
from storage.records.sql.tables import CALENDAR_FEEDS, REGISTER_ENTRIES, ROTA_ENTRIES, ROTA_VERSIONS, within
from storage.records.sql.transaction import Transaction
from storage.records.sql.versioned import Ledger, Versioned

_E, _V, _F = ROTA_ENTRIES.c, ROTA_VERSIONS.c, CALENDAR_FEEDS.c
_LEDGER = Ledger(noun="rota", versions=ROTA_VERSIONS, entries=ROTA_ENTRIES, kinds=TABLES, gone="removed")
_FEED = Shape(CalendarFeed)


class SqlRotas:
    """See ``storage.records.rotas.Rotas``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do, self._facts = transaction, facts
        self._kept = Versioned(transaction, _LEDGER)

    def version(self) -> int:
        """0 before anything was entered."""
        return self._kept.version()

    def load(self, at: int | None = None) -> Rota:
        """In the order in which entries were first entered."""
        version = self.version() if at is None else self._kept.version_at(at)
        return Rota(version=version, timezone=self._timezone(), **self._kept.entries(version))

    def apply(self, changes: Sequence[RotaChange], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when an entry is not, or no longer, what a change says it was."""
        old = self.version()
        if not changes:
            return old
        version = self._kept.begin(old, who, at, why)
        standing = self._kept.standing(changes)
        for change in changes:
            self._kept.check(change, standing)
        self._kept.write(changes, standing, version)
        self._facts.append(self._kept.fact(changes, version, who=who, at=at, why=why))
        return version

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return self._kept.history(table, key)

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
                before=self._kept.entry(row.noun, before.get((row.noun, row.key))),
                after=self._kept.entry(row.noun, row.body),
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

    def _timezone(self) -> str:
        """The property's: that of the first site."""
        register = REGISTER_ENTRIES.c
        site = select(register.body).where(
            register.noun == "sites", register.version_to.is_(None), register.body.is_not(None)
        )
        body = self._do.value(site.order_by(register.position).limit(1))
        return str(orjson.loads(body)["timezone"]) if body else Rota.timezone
