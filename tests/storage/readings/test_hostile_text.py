"""Text from payloads and registers can neither inject into InfluxDB nor harm it, and comes back as it was.

The texts are made here: every pair of the characters that mean something to line protocol, InfluxQL or JSON, in and
around a name, and the shapes on which parsers were seen to stumble. InfluxData's own corpus of line protocol
(github.com/influxdata/line-protocol, ``lineprotocol/testdata/corpus.json``) is tried as well where
``DUTYROOM_TEST_LINE_CORPUS`` names the file.
"""

import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from storage.readings.influx import InfluxReadings
from storage.readings.influx_server import InfluxServer
from storage.readings.influx_url import parse_influx_url
from storage.readings.keepable import LATEST, sift
from storage.readings.port import ReadingsRefused

T0 = 1_764_000_000_000
MEANING = (",", " ", "=", "\\", '"', "'", "#", "%", "n", "i", "泵", "😀", "`", ";", "\u2028", "\ufeff", "\u202e")
SHAPES = (
    "cpu,host=a value=1i 1764000000000000000",
    "cpu value=1\ncpu value=2",
    "\\\\,\\ \\=",
    "%5C%0A%25",
    "NaN",
    "9223372036854775808i",
    "time",
    "_field",
    "_measurement",
    "\x00",
    "\r\n",
    "\ud800",
    "a" * 1000,
    "泵" * 1000,
    "a" * 1001,
    "'; DROP MEASUREMENT reading; --",
    "$__org",
    "{{0}}",
)
KEYS = {
    "reading": {"value", "quality", "test", "received"},
    "passage": {"event", "credential", "direction", "seq", "test", "received"},
    "scan": {"tag", "guard", "seq", "received"},
}


def texts() -> list[str]:
    pairs = ["".join(pair) for pair in product(MEANING, repeat=2)]
    around = [shape.format(one) for one in MEANING for shape in ("{}room", "ro{}om", "room{}")]
    return list(dict.fromkeys([*MEANING, *pairs, *around, *SHAPES, *corpus()]))


def corpus() -> Iterator[str]:
    file = os.environ.get("DUTYROOM_TEST_LINE_CORPUS")
    yield from strings(json.loads(Path(file).read_text("utf-8"))) if file else ()


def strings(node: object) -> Iterator[str]:
    if isinstance(node, str) and node:
        yield node
    elif isinstance(node, dict | list):
        for one in [*node, *node.values()] if isinstance(node, dict) else node:
            yield from strings(one)


@pytest.mark.parametrize("which", ["influx1", "influx2"])
def test_every_text_comes_back_as_it_was_and_nothing_else_does(which: str, request: pytest.FixtureRequest) -> None:
    target = parse_influx_url(request.getfixturevalue(f"{which}_emptied"))
    readings = [Reading(text, T0 + i, i, Quality.STALE, test=True, received=T0) for i, text in enumerate(texts())]
    passages = [
        Passage(point="door", at=T0 + i, event=r.point, credential=r.point, direction=r.point, received=T0)
        for i, r in enumerate(readings)
    ]
    scans = [Scan(point="stop", at=T0 + i, tag=r.point, guard=r.point, received=T0) for i, r in enumerate(readings)]
    kept = sift(readings, passages, scans)
    store = InfluxReadings(target, lambda point: (point[::-1], point))
    with pytest.raises(ReadingsRefused) as refusal:
        store.append(readings, passages, scans)
    assert set(refusal.value.lines) == {repr(row) for row, _ in kept.refused}, "the server refuses none of ours"
    assert store.last([r.point for r in readings]) == {r.point: r for r in kept.readings}
    assert store.passages("door", 0, LATEST, len(passages)) == kept.passages[::-1]
    assert store.scans("stop", 0, LATEST, len(scans)) == kept.scans[::-1]
    store.close()
    assert names_on(InfluxServer(target)) == (KEYS, {"point", "site", "quantity"})


def names_on(server: InfluxServer) -> tuple[dict[str, set[str]], set[str]]:
    """Field keys by measurement, and tag keys: all that there is."""

    def said(question: str) -> set[str]:
        return {str(row[0]) for series in server.query(question) for row in series.rows}

    fields = {name: said(f'SHOW FIELD KEYS FROM "{name}"') for name in said("SHOW MEASUREMENTS")}
    tags = said("SHOW TAG KEYS")
    server.close()
    return fields, tags
