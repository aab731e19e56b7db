"""The ordinary message, taken in at once: numbers of known instruments, with a good time, in Dutyroom's own contract.

Nearly all messages are of this kind. Whatever is out of the ordinary in any way is left to the decoder and the qualifier, which
make the same of an ordinary one: a test holds this file to them. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat
from operator import itemgetter
from typing import Any

from collector import json_input
from collector.decoders import native
from collector.decoding import DecodeError
from collector.link import Delivery
from collector.qualify import AHEAD, EARLIEST, GOOD, OUT_OF_RANGE, Direct, Qualifier
from collector.scalars import LIMIT
from collector.sources import Source
from collector.topics import Match
from facility.reading import Reading

_SAYS_MORE = frozenset({"event", "device", "unit", "test"})
"""Keys of a row that make it more than an ordinary one."""
_PLAIN = {"ts", "values"}
_NUMBERS = {int, float}
_NESTED = {list, dict}
_new = tuple.__new__
"""What ``Reading`` does with its fields, without going by its own ``__new__`` for each of them."""
_NOTHING_KNOWN: dict[str, Direct] = {}


class Ordinary:
    """Asks the qualifier for instruments, so that another register is known here as soon as there."""

    def __init__(self, qualifier: Qualifier) -> None:
        self._qualifier = qualifier

    def readings(self, delivery: Delivery, match: Match[Source], received: int) -> list[Reading] | None:
        """All that the message says; None where it is not ordinary."""
        source = match.owner
        if source.decoder.decode is not native.decode or match.captured["kind"] != "readings":
            return None
        payload, device, latest = delivery.payload, match.captured["device"], max(delivery.arrived, received) + AHEAD
        try:
            if payload[:1] != b"[":
                return self._of_rows([json_input.parsed(payload, source.limit)], source, device, latest, received)
            rows = json_input.unmeasured(payload, source.limit)
            if len(rows) > native.BATCH_LIMIT:
                return None
            alike = self._of_alike(rows, source, device, latest, received)
            if alike is not None:
                return alike
            json_input.refuse_depth(payload)
        except DecodeError:
            return None
        return self._of_rows(rows, source, device, latest, received)

    def _of_alike(
        self, rows: list[Any], source: Source, device: str, latest: int, received: int
    ) -> list[Reading] | None:
        """Of rows that all say the same keys and nothing else, key by key: a quarter of the time. None of any others."""
        said = _by_key(rows)
        if said is None or not said.keys() >= _PLAIN or not _SAYS_MORE.isdisjoint(said):
            return None
        at, values = said.pop("ts"), said.pop("values")
        numbers_of = _by_key(values)
        if numbers_of is None or set(map(type, at)) != {int} or not all(map(_is_flat, said.values())):
            return None
        if len(numbers_of) > 1 and len(set(map(tuple, values))) > 1:
            return None  # each row's readings come in the row's own order
        newest = max(at)
        if min(at) < EARLIEST or newest > latest:
            return None
        columns: list[Iterable[Reading]] = []
        for key, numbers in numbers_of.items():
            known = self._known(source, device, key)
            if known is None or not set(map(type, numbers)) <= _NUMBERS:
                return None
            point, low, high, due = known
            lowest, highest = min(numbers), max(numbers)
            if newest >= due or not -LIMIT < lowest <= highest < LIMIT:
                return None
            good = low <= lowest and highest <= high
            worth = repeat(GOOD) if good else [GOOD if low <= one <= high else OUT_OF_RANGE for one in numbers]
            cells = zip(repeat(point), at, map(float, numbers), worth, repeat(False), repeat(received), strict=False)
            columns.append(map(_new, repeat(Reading), cells))
        return list(columns[0] if len(columns) == 1 else chain.from_iterable(zip(*columns, strict=True)))

    def _known(self, source: Source, device: str, key: str) -> Direct | None:
        known = self._qualifier.direct.get((source.name, device), _NOTHING_KNOWN).get(key)
        return known or self._qualifier.learn_direct(source, device, key)

    def _of_rows(
        self, rows: list[object], source: Source, device: str, latest: int, received: int
    ) -> list[Reading] | None:
        """Written out rather than split up: it runs for each of hundreds of thousands of values a second."""
        direct = self._qualifier.direct.get((source.name, device), _NOTHING_KNOWN)
        found: list[Reading] = []
        add = found.append
        for row in rows:
            if type(row) is not dict or not _SAYS_MORE.isdisjoint(row):
                return None
            at, values = row.get("ts"), row.get("values")
            if type(at) is not int or type(values) is not dict or not EARLIEST <= at <= latest:
                return None
            for key, value in values.items():
                known = direct.get(key)
                if known is None:
                    known = self._qualifier.learn_direct(source, device, key)
                    if known is None:
                        return None
                    direct = self._qualifier.direct[source.name, device]
                point, low, high, due = known
                if (type(value) is not float and type(value) is not int) or at >= due or not -LIMIT < value < LIMIT:
                    return None
                quality = GOOD if low <= value <= high else OUT_OF_RANGE
                add(_new(Reading, (point, at, float(value), quality, False, received)))
        return found


def _by_key(rows: list[Any]) -> dict[str, list[Any]] | None:
    """Columns of objects that have the same keys, of which there are some; None of any others."""
    if set(map(type, rows)) != {dict} or len(set(map(len, rows))) != 1:
        return None
    try:
        return {key: list(map(itemgetter(key), rows)) for key in rows[0]} or None
    except KeyError:
        return None


def _is_flat(column: list[Any]) -> bool:
    return _NESTED.isdisjoint(map(type, column))
