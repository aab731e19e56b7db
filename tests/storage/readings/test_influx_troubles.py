"""What each trouble of an InfluxDB server means for whoever gave the readings."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

import pytest

from facility.reading import Passage, Reading
from storage.readings.influx import InfluxReadings
from storage.readings.influx_server import InfluxServer
from storage.readings.influx_url import InfluxTarget, parse_influx_url
from storage.readings.keepable import LATEST
from storage.readings.port import Kept, ReadingsRefused, ReadingsUnavailable
from tests.services import free_port

T0 = 1_764_000_000_000
MINUTE, DAY = 60_000, 86_400_000
SECRET = "hush-hush"
Answer = Callable[[str, bytes], tuple[int, bytes] | tuple[int, bytes, dict[str, str]]]


@contextmanager
def server(
    version: str, answer: Answer, greeting: bytes = b'{"results":[{"statement_id":0}]}'
) -> Iterator[InfluxTarget]:
    """Speaks HTTP on loopback and answers as told."""

    class Conversation(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked_who_it_is = self.path in {"/ping", "/query"} and (not body or b"LIMIT+1&" in body)
            status, content, *more = (200, greeting) if asked_who_it_is else answer(self.path, body)
            self.send_response(status)
            for name, value in [pair for headers in more for pair in headers.items()]:
                self.send_header(name, value)
            if version:
                self.send_header("X-Influxdb-Version", version)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Conversation) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield InfluxTarget(host="127.0.0.1", port=listening.server_port, database="duty", org="o", token=SECRET)
        finally:
            listening.shutdown()
            thread.join()


@contextmanager
def store_on(target: InfluxTarget) -> Iterator[InfluxReadings]:
    store = InfluxReadings(target, lambda _: ("riverside", "pressure"))
    yield store
    store.close()


@contextmanager
def refused_as(word: str) -> Iterator[None]:
    with pytest.raises(ReadingsUnavailable) as trouble:
        yield
    assert word in str(trouble.value)


def readings(count: int) -> list[Reading]:
    return [Reading(f"p-{i}", T0, 0.5) for i in range(count)]


GENERATIONS = pytest.mark.parametrize("version", ["1.8.10", "v2.7.12"])


@GENERATIONS
@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (401, b'{"code":"unauthorized","message":"unauthorized access"}', "refuses the sign-in (401)"),
        (403, b'{"error":"not authorized"}', "refuses the sign-in (403)"),
        (404, b'{"error":"database not found: duty"}', "404: database not found"),
        (429, b"slow down", "429: slow down"),
        (500, b'{"error":"timeout"}', "500: timeout"),
        (503, b"<html>busy</html>", "503: <html>busy"),
        (302, b"", "302"),
    ],
)
def test_a_server_that_cannot_or_may_not_is_unavailable(version: str, status: int, body: bytes, word: str) -> None:
    with server(version, lambda *_: (status, body)) as target, store_on(target) as store:
        with pytest.raises(ReadingsUnavailable) as trouble:
            store.append(readings(3))
        assert word in str(trouble.value)
        assert SECRET not in str(trouble.value)
        with pytest.raises(ReadingsUnavailable):
            store.range("p-1", 0, LATEST)


def test_nobody_listening_is_unavailable_at_first_use_and_not_before() -> None:
    with store_on(InfluxTarget(host="127.0.0.1", port=free_port(), database="duty", token=SECRET)) as store:
        calls: list[Callable[[], object]] = [lambda: store.append(readings(1)), lambda: store.last(["p"]), store.check]
        for call in calls:
            with pytest.raises(ReadingsUnavailable, match="cannot be reached") as trouble:
                call()
            assert SECRET not in str(trouble.value)


def test_a_server_that_goes_away_and_comes_back_is_used_again() -> None:
    up = threading.Event()
    up.set()
    kept: list[bytes] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        if not up.is_set():
            return 503, b"starting"
        kept.append(body)
        return 204, b""

    with server("1.6.7", answer) as target, store_on(target) as store:
        store.append(readings(1))
        up.clear()
        with pytest.raises(ReadingsUnavailable):
            store.append(readings(2))
        up.set()
        store.append(readings(2))
        assert [body.count(b"\n") + 1 for body in kept] == [1, 2]


VICTORIA_METRICS = (
    b'{"results":[{"statement_id":0,"series":[{"name":"databases","columns":["name"],"values":[["_internal"]]}]}]}'
)


@pytest.mark.parametrize(("version", "greeting"), [("", b"{}"), ("1.8.0", VICTORIA_METRICS)])
def test_what_takes_lines_but_is_no_influxdb_is_said_so_before_anything_is_lost_in_it(
    version: str, greeting: bytes
) -> None:
    kept: list[bytes] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        kept.append(body)
        return (404, b"") if path == "/metrics" else (204, b"")

    with server(version, answer, greeting) as target, store_on(target) as store:
        for call in (lambda: store.append(readings(1)), store.check, lambda: store.range("p-0", 0, LATEST)):
            with refused_as("does not answer as InfluxDB does"):
                call()
    assert not any(kept)


def test_influxdb_3_is_written_to_like_2_and_forgets_by_its_own_retention() -> None:
    paths: list[str] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        paths.append(path.partition("?")[0])
        return 204, b""

    with server("3.4.1", answer) as target, store_on(target) as store:
        store.append(readings(1))
        assert [store.forget(what, T0) for what in Kept] == [0, 0, 0, 0]
    assert paths == ["/api/v2/write"]


@pytest.mark.parametrize(
    ("version", "line", "asked"),
    [
        ("v2.7.12", b"value=0.5,received=0i", b'"test" = true) = false'),
        ("3.4.1", b"value=0.5,quality=0i,test=f,received=0i", b'("quality" = 0 OR "quality" = 1) AND "test" = false'),
    ],
)
def test_influxdb_3_is_given_whole_rows_and_asked_about_them(version: str, line: bytes, asked: bytes) -> None:
    """Its SQL finds neither true nor false of what a row has not; the other two are asked in test_conformance.py."""
    bodies: list[bytes] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        bodies.append(unquote_to_bytes(body.replace(b"+", b" ")))
        return (204, b"") if "write" in path else (200, b'{"results":[]}')

    with server(version, answer) as target, store_on(target) as store:
        store.append(readings(1))
        store.buckets("p-0", T0, T0 + MINUTE, MINUTE)
    written, question = bodies
    assert line in written
    assert asked in question


@pytest.mark.parametrize(
    "body", [b"<html>", b"\xff\xfe", b'{"results":[{"error":"database not found: duty"}]}', b'{"results":']
)
def test_an_answer_that_is_no_answer_is_unavailable(body: bytes) -> None:
    with server("1.6.7", lambda *_: (200, body)) as target, store_on(target) as store, refused_as("127.0.0.1"):
        store.range("p", 0, LATEST)


@GENERATIONS
def test_a_body_that_is_too_large_is_sent_in_parts(version: str) -> None:
    kept: list[bytes] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        if len(body) > 500:
            return 413, b'{"error":"Request Entity Too Large"}'
        kept.extend(body.splitlines())
        return 204, b""

    with server(version, answer) as target, store_on(target) as store:
        store.append(readings(30))
    assert sorted(kept) == sorted(set(kept))
    assert {line.split(b",")[1].split(b" ")[0] for line in kept} == {f"point=p-{i}".encode() for i in range(30)}


def test_one_line_that_is_too_large_alone_is_refused() -> None:
    with (
        server("1.6.7", lambda *_: (413, b"too large")) as target,
        store_on(target) as store,
        pytest.raises(ReadingsRefused, match="2 refused: too large"),
    ):
        store.append(readings(2))


@GENERATIONS
@pytest.mark.parametrize("status", [400, 406, 422])
def test_each_bad_line_is_named_and_every_good_one_is_stored(version: str, status: int) -> None:
    kept: set[bytes] = set()

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        lines = body.splitlines()
        if any(b"p-7 " in line or b"p-7," in line or b"p-20," in line for line in lines):
            return status, b'{"error":"partial write: field type conflict"}'
        kept.update(lines)
        return 204, b""

    with server(version, answer) as target, store_on(target) as store, pytest.raises(ReadingsRefused) as refusal:
        store.append(readings(40))
    assert refusal.value.lines == (repr(readings(40)[7]), repr(readings(40)[20]))
    assert refusal.value.reason == "partial write: field type conflict"
    assert len(kept) == 38


@pytest.fixture(params=["influx1", "influx2"])
def target(request: pytest.FixtureRequest) -> InfluxTarget:
    return parse_influx_url(request.getfixturevalue(f"{request.param}_db_url"))


def test_a_real_server_keeps_the_good_lines_of_a_batch_with_bad_ones(target: InfluxTarget) -> None:
    # Somebody else wrote text where our numbers go: within that week of the database our lines are refused.
    raw = InfluxServer(target)
    raw.write(f'reading,point=stranger value="text" {T0}000000'.encode())
    raw.close()
    good = [Reading(f"p-{i}", T0 + 30 * DAY + i, 0.5) for i in range(20)]
    bad = [Reading("bad-1", T0, 0.5), Reading("bad-2", T0 + 1, 0.5)]
    with store_on(target) as store:
        with pytest.raises(ReadingsRefused, match=r"2 refused: .*field type conflict") as refusal:
            store.append([*good[:7], bad[0], *good[7:], bad[1]], [Passage(point="door", at=T0, event="open")])
        assert refusal.value.lines == tuple(map(repr, bad))
        assert store.last([r.point for r in good]) == {r.point: r for r in good}
        assert len(store.passages("door", 0, LATEST)) == 1


def test_a_real_server_refuses_a_database_that_is_not_there(target: InfluxTarget) -> None:
    with store_on(replace(target, database="nowhere")) as store:
        with pytest.raises(ReadingsUnavailable, match="not found"):
            store.append(readings(1))
        with pytest.raises(ReadingsUnavailable, match="not found"):
            store.check()


def test_a_real_server_refuses_a_wrong_token(influx2_db_url: str) -> None:
    target = replace(parse_influx_url(influx2_db_url), token=SECRET)
    with store_on(target) as store:
        with pytest.raises(ReadingsUnavailable, match="refuses the sign-in") as trouble:
            store.append(readings(1))
        assert SECRET not in str(trouble.value)


def test_labels_from_the_register_cannot_begin_a_line_of_their_own(target: InfluxTarget) -> None:
    store = InfluxReadings(target, lambda _: ("site\ninjected value=1", "pressure,x=1 "))
    store.append(readings(1))
    assert store.range("p-0", 0, LATEST) == readings(1)
    raw = InfluxServer(target)
    assert [row for series in raw.query("SHOW MEASUREMENTS") for row in series.rows] == [["reading"]]
    raw.close()
    store.close()


def test_figures_of_hours_that_are_kept_are_used_and_made_anew_when_readings_come(target: InfluxTarget) -> None:
    start = T0 // DAY * DAY
    with store_on(target) as store:
        store.append([Reading("p", start + hour * 3_600_000, hour % 24) for hour in range(20 * 24)])
        first = store.buckets("p", start, start + 20 * DAY, DAY)
        raw = InfluxServer(target)
        kept = raw.query('SELECT "count", "readings" FROM "reading_hour"')[0].rows
        assert [row[1:] for row in kept] == [[1, 1]] * 20 * 24
        # Were the kept hours not read, this one would not be seen.
        raw.write(f"reading_hour,point=p low=-99.0 {start + 3 * DAY}000000".encode())
        raw.close()
        assert [b.low for b in store.buckets("p", start, start + 20 * DAY, DAY)] == [0, 0, 0, -99.0, *[0] * 16]
        store.append([Reading("p", start + 3 * DAY + 1, 5.0)])
        again = store.buckets("p", start, start + 20 * DAY, DAY)
        assert [(b.start, b.low, b.high) for b in again] == [(b.start, b.low, b.high) for b in first]
        assert [b.count for b in again] == [24, 24, 24, 25, *[24] * 16]
