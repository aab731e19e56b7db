"""The ordinary message, taken in at once: numbers of known instruments, with a good time, in Dutyroom's own contract.

Nearly all messages are of this kind. Whatever is out of the ordinary in any way is left to the decoder and the qualifier, which
make the same of an ordinary one: a test holds this file to them. No I/O, no clock.
"""

from __future__ import annotations

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
        try:
            document = json_input.parsed(delivery.payload, source.limit)
        except DecodeError:
            return None
        rows = document if type(document) is list else [document]
        if len(rows) > native.BATCH_LIMIT:
            return None
        return self._of_rows(rows, source, match.captured["device"], max(delivery.arrived, received) + AHEAD, received)

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
