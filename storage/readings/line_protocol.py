"""Readings, passages and scans as lines for InfluxDB, and names as they stand in tags.

Measurements, tag keys and field keys are fixed here: no name on the wire ever comes from a payload. The number of series
is the number of points. Times are nanoseconds; see ``_nanoseconds`` for what stands below the millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import repeat
from zlib import crc32

import numpy as np

from facility.reading import Bucket, Passage, Scan
from storage.readings.columns import Columns, starts_of
from storage.readings.port import Series

MILLISECOND = 1_000_000
"""Nanoseconds."""

# A backslash before the end of a tag or before a space cannot be written in line protocol at all, and a line break would
# begin a line of its own. So neither is sent: they travel as %5C and %0A, and a percent sign as %25.
_STORED = str.maketrans(
    {character: f"%{ord(character):02X}" for character in ("\\", "%", "\x7f", *map(chr, range(32)))}
)
_HEX = re.compile("%([0-9A-F]{2})")
_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"'})
_QUERY = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n"})


def reading_lines(readings: Columns, labels: Callable[[str], tuple[str, str]], *, whole: bool = False) -> list[str]:
    """``reading,point=…,quantity=…,site=… value=0.6,quality=3i,test=t,received=…i <ns>`` of each.

    ``labels``: a point's site and quantity. What is good has no ``quality`` and what is no test no ``test``, unless the lines
    are to be ``whole``: half the fields are a third less work for the server.
    """
    heads = [f"{_series('reading', name, *labels(name))} value=" for name in readings.names]
    at, value, *_ = readings.series
    cells = zip(
        map(heads.__getitem__, readings.place.tolist()),
        value.tolist(),
        _tails(readings.series, whole=whole),
        (at * MILLISECOND).tolist(),
        strict=True,
    )
    return [f"{head}{value!r}{tail}{nanoseconds}" for head, value, tail, nanoseconds in cells]


def _tails(series: Series, *, whole: bool) -> Iterator[str]:
    """What is alike for most that came together is written once."""
    _, _, quality, test, received = series
    starts = starts_of(quality, test, received)
    for start, count in zip(starts.tolist(), np.diff([*starts, len(quality)]).tolist(), strict=True):
        worth = f",quality={quality[start]}i" if whole or quality[start] else ""
        tried = f",test={'t' if test[start] else 'f'}" if whole or test[start] else ""
        yield from repeat(f"{worth}{tried},received={received[start]}i ", count)


def passage_line(passage: Passage, site: str, quantity: str) -> str:
    """A door event; what tells it apart from others of the same millisecond is in its nanoseconds."""
    p = passage
    return (
        f"{_series('passage', p.point, site, quantity)} event={_text(p.event)},credential={_text(p.credential)},"
        f"direction={_text(p.direction)},seq={p.seq}i,test={'t' if p.test else 'f'},received={p.received}i"
        f" {_nanoseconds(p.at, p.seq, p.event, p.credential)}"
    )


def scan_line(scan: Scan, site: str, quantity: str) -> str:
    """A checkpoint event; what tells it apart from others of the same millisecond is in its nanoseconds."""
    return (
        f"{_series('scan', scan.point, site, quantity)} tag={_text(scan.tag)},guard={_text(scan.guard)},"
        f"seq={scan.seq}i,received={scan.received}i {_nanoseconds(scan.at, scan.seq, scan.tag, scan.guard)}"
    )


def hour_line(point: str, hour: Bucket, readings: int) -> str:
    """The figures of one hour, kept beside the readings; ``readings`` is how many there were, evidence or not."""
    return (
        f"{_series('reading_hour', point, '', '')} low={float(hour.low)!r},high={float(hour.high)!r},mean={float(hour.mean)!r},"
        f"count={hour.count}i,readings={readings}i {hour.start * MILLISECOND}"
    )


def mark_line(made: int, ended: int) -> str:
    """How far figures of hours were made, and how far readings have ended. The newest line counts."""
    return f"reading_mark made={made}i,ended={ended}i {made * MILLISECOND}"


def stored_name(name: str) -> str:
    """A point's name as the server gives it back in the tag ``point``."""
    return name.translate(_STORED)


def given_name(stored: str) -> str:
    """The other way round."""
    return _HEX.sub(lambda found: chr(int(found[1], 16)), stored)


def quoted(text: str) -> str:
    """A text as a string of InfluxQL."""
    return f"'{text.translate(_QUERY)}'"


def _nanoseconds(at: int, seq: int, *telling_apart: str) -> int:
    """A time inside the millisecond ``at`` for one of several things that happened at one point in it.

    InfluxDB keeps one row per series and time; a tag that tells them apart would make a series of each. The offset
    depends only on the event itself, so that a repeat overwrites itself. Events that differ in ``seq`` alone never meet;
    any other two in the same millisecond of the same door do so once in a million.
    """
    return at * MILLISECOND + (crc32("\x1f".join(telling_apart).encode()) + seq) % MILLISECOND


@lru_cache(maxsize=200_000)
def _series(measurement: str, point: str, site: str, quantity: str) -> str:
    # Tags in the order of their keys: the server need not sort them. An empty tag is left out: it has no spelling.
    tags = {"point": point, "quantity": quantity, "site": site}
    return ",".join(
        [measurement, *(f"{key}={stored_name(value).translate(_TAG)}" for key, value in tags.items() if value)]
    )


def _text(text: str) -> str:
    return f'"{text.translate(_TEXT)}"'
