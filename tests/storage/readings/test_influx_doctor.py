"""What is wrong with an InfluxDB, and how to mend it: real servers of the first two generations, the others as they answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import pytest

from facility.instant import DAY
from storage.readings.influx_doctor import troubles
from storage.readings.influx_server import InfluxServer
from storage.readings.influx_url import InfluxTarget, parse_influx_url
from storage.readings.port import ReadingsUnavailable, WrongServer
from tests.services import InfluxAddress, influx2_bucket
from tests.storage.readings.test_influx_troubles import Answer, server

KEPT = 5479 * DAY


def found(target: InfluxTarget, kept: int = KEPT) -> list[str]:
    asked = InfluxServer(target)
    try:
        return list(troubles(asked, kept))
    finally:
        asked.close()


@pytest.fixture(scope="module")
def bucket(influx2_url: str) -> Iterator[str]:
    with influx2_bucket(influx2_url) as url:
        yield url


class Owner:
    """Somebody who may do anything at InfluxDB 2."""

    def __init__(self, url: str) -> None:
        self.target = parse_influx_url(url)
        self._address = InfluxAddress.of(url)
        (self.bucket,) = self.ask("GET", f"/api/v2/buckets?name={self.target.database}")["buckets"]

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, list[dict[str, str]]]:
        answer: dict[str, list[dict[str, str]]] = self._address.ask(method, path, body) or {}
        return answer

    def allowed(self, *actions: str) -> InfluxTarget:
        """The target with a token that may do only this with the bucket."""
        resource = {"type": "buckets", "id": self.bucket["id"], "orgID": self.bucket["orgID"]}
        rights = [{"action": action, "resource": resource} for action in actions]
        made = self.ask("POST", "/api/v2/authorizations", {"orgID": self.bucket["orgID"], "permissions": rights})
        return replace(self.target, token=str(made["token"]))


def test_a_server_that_is_set_up_well_has_no_troubles(influx1_db_url: str, bucket: str) -> None:
    assert found(parse_influx_url(influx1_db_url)) == []
    assert found(parse_influx_url(bucket)) == []
    assert found(Owner(bucket).allowed("read", "write")) == []


def test_a_database_that_is_not_there_is_made_with_one_command(influx1_db_url: str, bucket: str) -> None:
    [one] = found(replace(parse_influx_url(influx1_db_url), database="nowhere"))
    assert one == "there is no database 'nowhere': influx -execute 'CREATE DATABASE \"nowhere\"'"
    [two] = found(replace(parse_influx_url(bucket), database="nowhere"))
    assert two.startswith("there is no bucket 'nowhere' that this token may see")
    assert two.endswith("influx bucket create --org dutyroom --name nowhere --retention 0")


def test_an_organisation_that_is_not_there_is_named(bucket: str) -> None:
    [one] = found(replace(parse_influx_url(bucket), org="nobody"))
    assert "there is no organisation 'nobody'" in one


def test_a_token_that_is_unknown_or_may_too_little_is_told_apart(bucket: str) -> None:
    owner = Owner(bucket)
    [unknown] = found(replace(owner.target, token="wrong"))
    assert unknown.startswith("the token is refused (unauthorized access)")
    [reads] = found(owner.allowed("read"))
    assert reads.startswith(f"the token may not write into '{owner.target.database}'")
    assert f"--read-bucket {owner.bucket['id']} --write-bucket {owner.bucket['id']}" in reads
    [writes] = found(owner.allowed("write"))
    assert writes.startswith(f"the token may not read '{owner.target.database}'")


def test_a_bucket_that_influxql_does_not_find_is_told_with_its_mapping(influx2_url: str) -> None:
    with influx2_bucket(influx2_url) as url:
        owner = Owner(url)
        org, name = owner.bucket["orgID"], owner.target.database
        (mapping,) = owner.ask("GET", f"/api/v2/dbrps?orgID={org}&db={name}")["content"]
        owner.ask("DELETE", f"/api/v2/dbrps/{mapping['id']}?orgID={org}")
        told = found(owner.target)
    # Newer servers map a bucket to its own name by themselves.
    assert all(f"influx v1 dbrp create --org dutyroom --db {name}" in one for one in told)
    assert len(told) <= 1


def test_a_retention_that_is_shorter_than_ours_is_told(influx1_db_url: str, influx2_url: str) -> None:
    one, name = parse_influx_url(influx1_db_url), parse_influx_url(influx1_db_url).database
    alter = f'ALTER RETENTION POLICY "autogen" ON "{name}" DURATION 60d'
    InfluxAddress.of(influx1_db_url).ask("POST", f"/query?q={quote(alter)}")
    [told] = found(one)
    assert told.startswith("60 days after its time everything ends there, and 5479 days are to be kept: ")
    assert told.endswith(f'influx -execute \'ALTER RETENTION POLICY "autogen" ON "{name}" DURATION INF\'')
    assert found(one, 60 * DAY) == []
    with influx2_bucket(influx2_url) as url:
        owner = Owner(url)
        rule = {"retentionRules": [{"type": "expire", "everySeconds": 30 * 86_400}]}
        owner.ask("PATCH", f"/api/v2/buckets/{owner.bucket['id']}", rule)
        [told] = found(owner.target)
    assert told.endswith(f"influx bucket update --id {owner.bucket['id']} --retention 0")


@contextmanager
def answering(version: str, answers: dict[str, tuple[int, bytes]]) -> Iterator[InfluxTarget]:
    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        return answers.get(path.partition("?")[0], (200, b'{"results":[{"statement_id":0}]}'))

    with server(version, answer) as target:
        yield target


@pytest.mark.parametrize(
    ("version", "answers", "word"),
    [
        ("1.8.10", {"/write": (401, b'{"error":"authorization failed"}')}, "user or password are refused"),
        ("1.8.10", {"/write": (403, b'{"error":"guard not authorized"}')}, "GRANT ALL ON"),
        ("1.8.10", {"/write": (500, b'{"error":"engine: disk full"}')}, "refused with 500: engine: disk full"),
        ("3.4.1", {"/api/v2/write": (401, b"")}, "influxdb3 create token"),
        ("3.4.1", {"/api/v2/write": (503, b"starting")}, "refused with 503: starting"),
    ],
)
def test_what_a_server_refuses_is_said_in_its_own_words(
    version: str, answers: dict[str, tuple[int, bytes]], word: str
) -> None:
    with answering(version, answers) as target:
        [told] = found(target)
    assert word in told


def test_influxdb_3_that_takes_lines_and_questions_has_no_troubles() -> None:
    with answering("3.4.1", {"/api/v2/write": (400, b'{"error":"no lines"}')}) as target:
        assert found(target) == []
        assert InfluxServer(target).name == "InfluxDB 3.4.1"


def other(path: str, body: bytes) -> tuple[int, bytes]:
    """As VictoriaMetrics 1.148.9 was seen to answer."""
    if path == "/metrics":
        return (
            200,
            b'vm_app_uptime_seconds 3\nvm_app_version{version="victoria-metrics-x", short_version="v1.148.9"} 1\n',
        )
    return 204, b""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (other, "is VictoriaMetrics v1.148.9: it takes lines, but has no InfluxQL and keeps no text"),
        (lambda *_: (404, b""), "does not answer as InfluxDB does"),
    ],
)
def test_what_is_no_influxdb_is_called_by_its_name(answer: Answer, words: str) -> None:
    with server("", answer) as target, pytest.raises(WrongServer, match=words):
        found(target)


def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(ReadingsUnavailable, match="cannot be reached"):
        found(InfluxTarget(host="127.0.0.1", port=1, database="duty"))
