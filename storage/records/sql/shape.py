"""How the nouns lie in rows and in JSON. What is known of a class is worked out once."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson
from sqlalchemy import Row

from facility.text import Text

T = TypeVar("T")


def to_json(thing: object) -> str:
    """Dataclasses, their tuples and what JSON has → JSON. Raises ``TypeError`` on anything else."""
    return orjson.dumps(thing).decode()


def from_json(wanted: type[T], body: str | bytes) -> T:
    """One ``wanted`` out of what ``to_json`` wrote.

    Fields that it no longer has are left out, fields that are new get their default: old entries stay readable.
    """
    return rebuild(wanted, orjson.loads(body))


def rebuild(wanted: type[T], found: dict[str, Any]) -> T:
    """One ``wanted`` out of a decoded JSON object, which is used up."""
    names, converters = _plan(wanted)  # type: ignore[arg-type]  # a class is hashable; mypy doubts it of a type variable
    values = found if found.keys() <= names else {k: v for k, v in found.items() if k in names}
    for name, convert in converters:
        if values.get(name) is not None:
            values[name] = convert(values[name])
    return wanted(**values)


Converter = Callable[[Any], Any]


@cache
def _plan(wanted: type[Any]) -> tuple[frozenset[str], tuple[tuple[str, Converter], ...]]:
    kinds = _kinds(wanted)
    return frozenset(kinds), tuple((name, c) for name, kind in kinds.items() if (c := _converter(kind)) is not None)


def _kinds(wanted: type) -> dict[str, Any]:
    hints = get_type_hints(wanted)
    return {field.name: _without_none(hints[field.name]) for field in dataclasses.fields(wanted)}


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        (only,) = (one for one in get_args(kind) if one is not type(None))
        return only
    return kind


def _converter(kind: Any) -> Converter | None:
    if get_origin(kind) is tuple:
        return _of_tuple(get_args(kind))
    if get_origin(kind) is Mapping and (each := _converter(get_args(kind)[1])) is not None:
        return lambda found: {key: each(value) for key, value in found.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return lambda found: rebuild(kind, found)
    return None


def _of_tuple(inner: tuple[Any, ...]) -> Converter:
    """``tuple[X, ...]``, and ``tuple[X, Y]`` whose parts each have their kind; tuples in tuples as well."""
    if len(inner) == 2 and inner[1] is Ellipsis:
        each = _converter(inner[0])
        return tuple if each is None else lambda found: tuple(each(one) for one in found)
    parts = [_converter(kind) for kind in inner]
    if not any(parts):
        return tuple
    return lambda found: tuple(one if part is None else part(one) for part, one in zip(parts, found, strict=True))


class Shape(Generic[T]):
    """How a dataclass lies in a row.

    A field is a column of its name; a ``Text`` is two (``title_zh``, ``title_en``), an enum its value, a tuple or mapping JSON.
    """

    def __init__(self, noun: type[T]) -> None:
        self.noun = noun
        self._plain: list[str] = []
        self._texts: list[str] = []
        self._enums: dict[str, type[Enum]] = {}
        self._json: dict[str, Converter] = {}
        for name, kind in _kinds(noun).items():
            self._sort(name, kind)

    def _sort(self, name: str, kind: Any) -> None:
        if kind is Text:
            self._texts.append(name)
        elif isinstance(kind, type) and issubclass(kind, Enum):
            self._enums[name] = kind
        elif get_origin(kind) in (tuple, Mapping):
            self._json[name] = _converter(kind) or (tuple if get_origin(kind) is tuple else dict)
        else:
            self._plain.append(name)

    def row(self, thing: T, **instead: Any) -> dict[str, Any]:
        """Column → value, ``instead`` taking the place of the noun's own."""
        values = {name: getattr(thing, name) for name in self._plain}
        for name in self._texts:
            words: Text = getattr(thing, name)
            values[f"{name}_zh"], values[f"{name}_en"] = words.zh, words.en
        for name in self._enums:
            values[name] = getattr(thing, name).value
        for name in self._json:
            values[name] = to_json(getattr(thing, name))
        return values | instead

    def new_row(self, thing: T, **instead: Any) -> dict[str, Any]:
        """As ``row``, without the id: the database gives it."""
        values = self.row(thing, **instead)
        del values["id"]
        return values

    def thing(self, row: Row[Any]) -> T:
        """The noun out of a row that has all its columns."""
        found = row._mapping
        values: dict[str, Any] = {name: found[name] for name in self._plain}
        for name in self._texts:
            values[name] = Text(found[f"{name}_zh"], found[f"{name}_en"])
        for name, kind in self._enums.items():
            values[name] = kind(found[name])
        for name, convert in self._json.items():
            values[name] = convert(orjson.loads(found[name]))
        return self.noun(**values)
