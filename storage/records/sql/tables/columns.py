"""What the tables are made of.

Everything is named by its noun. Instants are milliseconds in 64 bits. JSON lies in text columns: the same on both
databases, and PostgreSQL's own JSON type refuses U+0000.
"""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    false,
    text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    },
)

# PostgreSQL refuses U+0000 in text, and no encoder takes half a surrogate pair: a topic or a name may hold both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(words: str) -> str:
    """``words`` with what no database can store replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", words)


def within(number: int) -> int:
    """``number`` as far as a column reaches, to look things up by: an address may ask for row 10**30."""
    return max(-(2**63), min(number, 2**63 - 1))


class Words(TypeDecorator[str]):
    """Text of any length; what cannot be stored is replaced, when looking up as well."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """See ``storable``."""
        return None if value is None else storable(value)


ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Column[int]:
    return Column("id", ROW_ID, primary_key=True, autoincrement=True)


def words(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Words, nullable=null)


def whole(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def number(name: str) -> Column[float]:
    return Column(name, Double, nullable=True)


def words_by_default(name: str) -> Column[str]:
    """Of a column that came later: rows that stood already say nothing."""
    return Column(name, Words, nullable=False, server_default=text("''"))


def none_by_default(name: str) -> Column[str]:
    """As ``words_by_default``, of a list in JSON."""
    return Column(name, Words, nullable=False, server_default=text("'[]'"))


def no_by_default(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())
