"""Errors name the field, what was wrong and what is allowed; as problems for programs, as pages for people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.person import Role
from storage.readings.memory import MemoryReadings
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, Records, RecordsUnavailable, Unit
from tests.api.browser import words
from tests.api.seed import House

Headers = Callable[[Role], dict[str, str]]
GUARD = {"authorization": "Bearer dr_guard"}


class DeafReadings(MemoryReadings):
    """A store that is down."""

    def last(self, points: object) -> dict[str, object]:  # type: ignore[override]
        raise ReadingsUnavailable("no route to host")

    def check(self) -> str:
        raise ReadingsUnavailable("no route to host")


@dataclass
class BrokenRecords:
    """Records that answer the first question, and then fail."""

    records: Records
    error: Exception
    reads: int = 1

    @contextmanager
    def read(self) -> Iterator[Unit]:
        self.reads -= 1
        if self.reads < 0:
            raise self.error
        with self.records.read() as unit:
            yield unit

    def __getattr__(self, name: str) -> object:
        return getattr(self.records, name)


def client_over(home: House, **parts: object) -> TestClient:
    return TestClient(create_app(replace(home.context, **parts)), raise_server_exceptions=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("severity=9", "severity.0", {"le": 4}),
        ("severity=none", "severity.0", None),
        ("limit=0", "limit", {"ge": 1}),
        ("open=perhaps", "open", None),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    client: TestClient, query: str, field: str, allowed: object
) -> None:
    problem = client.get(f"/api/v1/alerts?{query}", headers=GUARD)
    assert problem.status_code == 422
    assert problem.headers["content-type"] == "application/problem+json"
    error = problem.json()["errors"][0]
    assert (error["field"], error["allowed"]) == (field, allowed)
    assert error["wrong"]


def test_a_wrong_state_is_told_the_states_there_are(client: TestClient) -> None:
    problem = client.get("/api/v1/alerts?state=asleep", headers=GUARD).json()
    assert "'unacknowledged', 'acknowledged', 'returned-unacknowledged'" in problem["errors"][0]["allowed"]


@pytest.mark.parametrize("path", ["alerts", "work-orders", "dead-letters", "unclaimed", "points", "register/zones"])
def test_a_cursor_that_is_not_ours_is_refused(lively: House, client: TestClient, path: str) -> None:
    problem = client.get(f"/api/v1/{path}?cursor=zzz", headers=GUARD)
    assert (problem.status_code, problem.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    "address", ["/api/v1/alerts/99", "/api/v1/work-orders/99", "/api/v1/dead-letters/99", "/api/v1/nothing"]
)
def test_what_is_not_there_is_a_404_problem(client: TestClient, address: str) -> None:
    problem = client.get(address, headers=GUARD)
    assert problem.status_code == 404
    assert problem.json()["instance"] == address


def test_a_body_that_is_no_json_is_a_problem_too(lively: House, client: TestClient) -> None:
    headers = GUARD | {"content-type": "application/json"}
    problem = client.post("/api/v1/alerts/1/comment", content=b"{", headers=headers)
    assert (problem.status_code, problem.json()["type"]) == (422, "urn:dutyroom:problem:invalid")


def test_a_number_too_large_for_the_database_is_not_a_crash(client: TestClient) -> None:
    assert client.get(f"/api/v1/alerts/{2**70}", headers=GUARD).status_code in (404, 422)
    assert client.get(f"/alerts/{2**70}", headers=GUARD).status_code in (404, 422)


def test_problems_are_told_in_the_reader_s_language(client: TestClient) -> None:
    said = client.get("/api/v1/alerts/99", headers=GUARD | {"accept-language": "zh"}).json()
    assert said["title"] == "这里什么也没有"


def test_people_get_a_page_with_a_way_back(client: TestClient) -> None:
    page = client.get("/alerts/99", headers=GUARD | {"accept-language": "en"})
    assert page.status_code == 404
    assert "Nothing here" in words(page.text)
    assert 'href="/"' in page.text


def test_a_page_for_a_missing_right_says_whose_it_is(client: TestClient) -> None:
    page = client.post("/dead-letters/1/retry", headers=GUARD | {"accept-language": "en"})
    assert page.status_code == 403
    assert "Your role (guard) may not mend dead letters" in words(page.text)


def test_a_silent_readings_store_is_a_503_that_says_when_to_try_again(lively: House) -> None:
    client = client_over(lively, readings=DeafReadings())
    problem = client.get("/api/v1/points", headers=GUARD)
    assert (problem.status_code, problem.json()["store"]) == (503, "readings")
    assert problem.headers["retry-after"] == "5"
    page = client.get("/alerts", headers=GUARD | {"accept-language": "en"})
    assert page.status_code == 503
    assert "Alarms go on" in words(page.text)


def test_readiness_says_which_store_is_silent(lively: House) -> None:
    answer = client_over(lively, readings=DeafReadings()).get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"records": True, "readings": False})
    assert client_over(lively).get("/readyz").status_code == 200


def test_the_process_is_alive_whatever_the_stores_do(lively: House) -> None:
    records = BrokenRecords(lively.records, RecordsUnavailable("gone"), reads=0)
    assert client_over(lively, records=records).get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("error", "status"), [(RecordsUnavailable("gone"), 503), (Conflict(), 409), (ZeroDivisionError(), 500)]
)
def test_a_failing_database_is_told_in_plain_words(lively: House, error: Exception, status: int) -> None:
    records = BrokenRecords(lively.records, error)
    answer = client_over(lively, records=records).get("/api/v1/alerts/1", headers=GUARD)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert "Traceback" not in answer.text
    records.reads = 1
    page = client_over(lively, records=records).get("/alerts/1", headers=GUARD)
    assert page.status_code == status
    assert "<h1>" in page.text


def test_the_system_page_stays_up_when_readings_do_not(lively: House) -> None:
    page = client_over(lively, readings=DeafReadings()).get("/system", headers=GUARD | {"accept-language": "en"})
    assert page.status_code == 200
    assert "no route to host" in words(page.text)
