"""Phones and what they brought."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, insert, select

from facility.phone import Phone, PhoneEntry
from storage.records.phones import PhoneEntryFilter
from storage.records.port import Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.tables.phones import PHONE_ENTRIES, PHONES
from storage.records.sql.transaction import Transaction

_ENTRY, _PHONE = Shape(PhoneEntry), Shape(Phone)
_E, _P = PHONE_ENTRIES.c, PHONES.c
_PAGES = "phone-entries"
_LATEST = ("seen", "offset", "round_trip", "waits", "agent")


class SqlPhoneEntries:
    """See ``storage.records.phones.PhoneEntries``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, entry: PhoneEntry) -> PhoneEntry:
        """Raises ``Conflict``."""
        row = self._do.row(insert(PHONE_ENTRIES).returning(PHONE_ENTRIES), _ENTRY.new_row(entry))
        assert row is not None
        return _ENTRY.thing(row)

    def by_key(self, account: str, key: str) -> PhoneEntry | None:
        """Of this account alone."""
        row = self._do.row(select(PHONE_ENTRIES).where(_E.account == account, _E.key == key))
        return None if row is None else _ENTRY.thing(row)

    def find(self, wanted: PhoneEntryFilter, cursor: str | None = None, limit: int = 50) -> Page[PhoneEntry]:
        """Newest first."""
        statement = select(PHONE_ENTRIES).where(*_conditions(wanted)).order_by(_E.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(_E.id < cursors.read(_PAGES, cursor, 1)[0])
        found = [_ENTRY.thing(row) for row in self._do.rows(statement)]
        more = cursors.write(_PAGES, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def count(self, wanted: PhoneEntryFilter) -> int:
        """How many match."""
        return int(self._do.value(select(func.count()).select_from(PHONE_ENTRIES).where(*_conditions(wanted))))


class SqlPhones:
    """See ``storage.records.phones.Phones``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def note(self, phone: Phone) -> None:
        """``first`` stays."""
        statement = self._do.insert(PHONES)
        latest = {name: statement.excluded[name] for name in _LATEST}
        statement = statement.on_conflict_do_update(index_elements=["device", "account"], set_=latest)
        self._do.run(statement, _PHONE.new_row(phone))

    def all(self) -> list[Phone]:
        """The last heard of first."""
        return [_PHONE.thing(row) for row in self._do.rows(select(PHONES).order_by(_P.seen.desc(), _P.id))]


def _conditions(wanted: PhoneEntryFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    for column, values in (
        (_E.account, wanted.accounts),
        (_E.device, wanted.devices),
        (_E.kind, wanted.kinds),
        (_E.outcome, [one.value for one in wanted.outcomes]),
        (_E.about, (wanted.about,) if wanted.about else ()),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.since is not None:
        chosen.append(_E.received >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_E.received < within(wanted.until))
    return chosen
