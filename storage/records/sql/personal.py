"""What is personal in many tables: counted, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from storage.records.personal import Ended, Tally
from storage.records.sql.retrievals import NAMES_SOMEBODY
from storage.records.sql.tables import (
    ACCOUNTS,
    CHECKPOINT_GIVEN,
    CONTACTS,
    CROSSINGS,
    DEAD_LETTERS,
    DOOR_FINDINGS,
    FILES,
    ISSUED_REPORTS,
    NOTICES,
    PERMISSION_ENTRIES,
    PERMISSION_VERSIONS,
    PHONE_ENTRIES,
    PHONES,
    PLAN_ENTRIES,
    REPORT_PHOTOS,
    RETRIEVALS,
    ROTA_ENTRIES,
    ROTA_VERSIONS,
    SESSIONS,
    VISIT_GUESTS,
    VISITS,
    within,
)
from storage.records.sql.transaction import Transaction

Condition = ColumnElement[bool]
_MARK = '"ended":true'
"""In the body of an entry whose personal part has had its time."""


@dataclass(frozen=True, kw_only=True)
class _Lying:
    """Where a class lies. ``at``: from when its time counts. ``over``: out of use. ``there``: not ended yet."""

    table: Table
    key: ColumnElement[Any]
    at: ColumnElement[int]
    there: Condition
    over: Condition = field(default_factory=lambda: literal(value=True))
    becomes: Mapping[str, Any] | None = None
    """Column → value in its place; None: the row goes."""
    own_end: bool = False
    """``at`` is each row's own end, and somebody else's work; here it is only counted."""


_A, _N, _D, _P, _X = ACCOUNTS.c, NOTICES.c, DEAD_LETTERS.c, PHONE_ENTRIES.c, CROSSINGS.c
_G, _V, _R, _C, _F = VISIT_GUESTS.c, VISITS.c, RETRIEVALS.c, CONTACTS.c, REPORT_PHOTOS.c
_O, _I = DOOR_FINDINGS.c, ISSUED_REPORTS.c
_WAITS = _N.state.in_(["pending", "failed"])
_UNDER_A_PLAN = exists().where(PLAN_ENTRIES.c.body.contains(FILES.c.sha256))
"""A picture of a house, in whatever version of its plan."""
_OPEN_VISIT = exists().where(_V.id == _G.visit, _V.closed.is_(None))

_LIE: dict[str, _Lying] = {
    "visits": _Lying(
        table=VISIT_GUESTS, key=_G.visit, at=_G.until, there=_G.erased.is_(None), over=not_(_OPEN_VISIT), own_end=True
    ),
    "crossings": _Lying(table=CROSSINGS, key=_X.id, at=_X.at, there=literal(value=True)),
    "door-findings": _Lying(
        table=DOOR_FINDINGS,
        key=_O.id,
        at=_O.at,
        there=or_(_O.credential != "", _O.holder != ""),
        becomes={"credential": "", "holder": "", "key": literal("ended/").concat(cast(_O.id, Text))},
    ),
    "patrols": _Lying(
        table=CHECKPOINT_GIVEN, key=CHECKPOINT_GIVEN.c.id, at=CHECKPOINT_GIVEN.c.at, there=literal(value=True)
    ),
    "phones": _Lying(table=PHONES, key=PHONES.c.id, at=PHONES.c.seen, there=literal(value=True)),
    "report-mail": _Lying(
        table=ISSUED_REPORTS,
        key=_I.id,
        at=_I.asked,
        there=_I.recipients != "[]",
        over=_I.making != "asked",
        becomes={"recipients": "[]"},
    ),
    "report-numbers": _Lying(table=CONTACTS, key=_C.report, at=_C.until, there=_C.erased.is_(None), own_end=True),
    "report-photos": _Lying(table=REPORT_PHOTOS, key=_F.report, at=_F.until, there=literal(value=True), own_end=True),
    "notices": _Lying(
        table=NOTICES,
        key=_N.id,
        at=_N.created,
        there=and_(_N.address != "", _N.address != _N.person),
        over=not_(_WAITS),
        becomes={"address": ""},
    ),
    "accounts": _Lying(
        table=ACCOUNTS,
        key=_A.id,
        at=_A.disabled,
        there=_A.name != _A.id,
        over=_A.disabled.is_not(None),
        becomes={"name": _A.id, "password": ""},
    ),
    "phone-visits": _Lying(
        table=PHONE_ENTRIES,
        key=_P.id,
        at=_P.received,
        there=and_(_P.kind == "visit", _P.body != "{}"),
        becomes={"body": "{}"},
    ),
    "phone-entries": _Lying(table=PHONE_ENTRIES, key=_P.id, at=_P.received, there=literal(value=True)),
    "letters": _Lying(
        table=DEAD_LETTERS,
        key=_D.id,
        at=_D.resolved,
        there=func.length(_D.payload) > 0,
        over=_D.resolved.is_not(None),
        becomes={"payload": b""},
    ),
    "retrievals": _Lying(
        table=RETRIEVALS,
        key=_R.id,
        at=_R.until,
        there=and_(_R.erased.is_(None), NAMES_SOMEBODY),
        own_end=True,
    ),
    "sessions": _Lying(
        table=SESSIONS, key=SESSIONS.c.digest, at=SESSIONS.c.expires, there=literal(value=True), own_end=True
    ),
    "work-files": _Lying(
        table=FILES,
        key=FILES.c.sha256,
        at=FILES.c.created,
        there=and_(FILES.c.media.startswith("image/"), func.length(FILES.c.body) > 0),
        over=not_(_UNDER_A_PLAN),
        becomes={"body": b"", "thumb": None},
    ),
}
_VERSIONED = {
    "rota": (ROTA_ENTRIES, ROTA_VERSIONS, "people"),
    "holders": (PERMISSION_ENTRIES, PERMISSION_VERSIONS, "holders"),
}


class SqlPersonalData:
    """See ``storage.records.personal.PersonalData``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def names(self) -> frozenset[str]:
        """Those that ``end`` takes."""
        return frozenset({name for name, lying in _LIE.items() if not lying.own_end} | {"rota"})

    def tally(self, name: str) -> Tally:
        """Raises ``KeyError``."""
        if name in _VERSIONED:
            return self._tally_versions(name)
        lying = _LIE[name]
        count = select(func.count()).select_from(lying.table).where(lying.there)
        oldest = select(func.min(lying.at)).where(lying.there, lying.over)
        counted, first = int(self._do.value(count)), self._do.value(oldest)
        return Tally(count=counted, until=first) if lying.own_end else Tally(count=counted, oldest=first)

    def end(self, name: str, before: int, limit: int, since: int | None = None) -> Ended:
        """Raises ``KeyError``."""
        if name == "rota":
            return self._end_rota(before, limit)
        if name not in self.names():
            raise KeyError(name)
        lying = _LIE[name]
        due = [lying.there, lying.over, lying.at < within(before)]
        if since is not None:
            due.append(lying.at >= within(since))
        rows = self._do.rows(
            select(lying.key.label("key"), lying.at.label("at")).where(*due).order_by(lying.at).limit(limit)
        )
        if not rows:
            return Ended()
        which = lying.key.in_([row.key for row in rows])
        self._do.run(
            delete(lying.table).where(which)
            if lying.becomes is None
            else update(lying.table).where(which).values(lying.becomes)
        )
        return Ended(count=len(rows), oldest=rows[0].at, newest=rows[-1].at)

    def _tally_versions(self, name: str) -> Tally:
        entries, versions, noun = _VERSIONED[name]
        there = (entries.c.noun == noun, entries.c.body.is_not(None), not_(entries.c.body.contains(_MARK)))
        if name == "holders":
            gone = self.holders_gone(2**62, 1)
            count = select(func.count()).select_from(entries).where(*there, entries.c.version_to.is_(None))
            return Tally(count=int(self._do.value(count)) + len(gone), oldest=gone[0][1] if gone else None)
        count = select(func.count()).select_from(entries).where(*there)
        left = select(func.min(versions.c.at)).join(entries, versions.c.version == entries.c.version_to).where(*there)
        return Tally(count=int(self._do.value(count)), oldest=self._do.value(left))

    def _end_rota(self, before: int, limit: int) -> Ended:
        """Whoever is in the rota still keeps the name in its earlier versions too; who has left is an id."""
        entries, versions = ROTA_ENTRIES.c, ROTA_VERSIONS.c
        there = (entries.noun == "people", entries.body.is_not(None), not_(entries.body.contains(_MARK)))
        rows = self._do.rows(
            select(entries.id, entries.key, entries.body, versions.at)
            .join(ROTA_VERSIONS, versions.version == entries.version_to)
            .where(*there, versions.at < within(before))
            .order_by(versions.at, entries.id)
            .limit(limit)
        )
        here = self._in_rota([row.key for row in rows])
        for row in rows:
            body = orjson.loads(row.body) | {"phone": "", "email": "", "addresses": {}, "ended": True}
            if row.key not in here:
                body |= {"name": row.key, "account": "", "company": ""}
            self._do.run(update(ROTA_ENTRIES).where(entries.id == row.id).values(body=orjson.dumps(body).decode()))
        return Ended(count=len(rows), oldest=rows[0].at, newest=rows[-1].at) if rows else Ended()

    def _in_rota(self, keys: list[str]) -> set[str]:
        entries = ROTA_ENTRIES.c
        standing = (entries.noun == "people", entries.version_to.is_(None), entries.body.is_not(None))
        return {row.key for row in self._do.rows(select(entries.key).where(*standing, entries.key.in_(keys)))}

    def holders_gone(self, before: int, limit: int) -> list[tuple[str, int]]:
        """What was taken out first first."""
        entries, versions = PERMISSION_ENTRIES.c, PERMISSION_VERSIONS.c
        now = PERMISSION_ENTRIES.alias("now")
        there = exists().where(
            now.c.noun == "holders", now.c.key == entries.key, now.c.version_to.is_(None), now.c.body.is_not(None)
        )
        named = not_(entries.body.contains('"name":"",'))
        left = (
            select(entries.key, func.max(versions.at).label("left"))
            .join(PERMISSION_VERSIONS, versions.version == entries.version_to)
            .where(entries.noun == "holders", entries.body.is_not(None), named, not_(there))
            .group_by(entries.key)
            .having(func.max(versions.at) < within(before))
            .order_by(func.max(versions.at), entries.key)
            .limit(limit)
        )
        return [(row.key, int(row.left)) for row in self._do.rows(left)]

    def reports_of(self, phone: str) -> list[int]:
        """Compared without spaces and dashes."""
        wanted = _plain(CONTACTS.c.phone) == phone
        rows = self._do.rows(select(_C.report).where(_C.erased.is_(None), wanted).order_by(_C.report)) if phone else []
        return [int(row.report) for row in rows]

    def notices_to(self, address: str) -> int:
        """Exactly this one."""
        if not address:
            return 0
        return int(self._do.value(select(func.count()).select_from(NOTICES).where(_plain(_N.address) == address)))


def _plain(column: Column[Any]) -> ColumnElement[str]:
    plain: ColumnElement[str] = column
    for sign in (" ", "-", "."):
        plain = func.replace(plain, sign, "")
    return func.upper(plain)
