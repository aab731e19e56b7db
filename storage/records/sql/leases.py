"""Leases."""

from __future__ import annotations

from sqlalchemy import select, update

from facility.lease import Lease
from storage.records.sql.shape import Shape
from storage.records.sql.tables import LEASES
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Lease)
_C = LEASES.c


class SqlLeases:
    """See ``storage.records.leases.Leases``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def get(self, name: str) -> Lease | None:
        """As it stands."""
        row = self._do.row(select(LEASES).where(_C.name == name))
        return None if row is None else _SHAPE.thing(row)

    def take(self, name: str, holder: str, at: int, seen: Lease | None) -> bool:
        """By compare-and-set on what was seen."""
        if seen is None:
            first = _SHAPE.row(Lease(name=name, holder=holder, beat=1, at=at))
            insert = self._do.insert(LEASES).on_conflict_do_nothing().returning(_C.name)
            return self._do.row(insert, first) is not None
        unchanged = update(LEASES).where(_C.name == name, _C.holder == seen.holder, _C.beat == seen.beat)
        return self._do.run(unchanged.values(holder=holder, beat=seen.beat + 1, at=at)).rowcount == 1

    def beat(self, name: str, holder: str, at: int) -> bool:
        """False when it is the holder no longer."""
        ours = update(LEASES).where(_C.name == name, _C.holder == holder)
        return self._do.run(ours.values(beat=_C.beat + 1, at=at)).rowcount == 1

    def hold(self, name: str, holder: str) -> bool:
        """On SQLite a writing unit is alone already."""
        return bool(self._do.value(select(_C.holder).where(_C.name == name).with_for_update()) == holder)

    def release(self, name: str, holder: str, at: int) -> None:
        """Nothing happens when somebody else has it."""
        ours = update(LEASES).where(_C.name == name, _C.holder == holder)
        self._do.run(ours.values(holder="", beat=_C.beat + 1, at=at))
