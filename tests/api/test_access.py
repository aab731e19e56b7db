"""Every route × every role: nothing is reachable by accident."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.app import create_app
from facility.person import RIGHTS, Right, Role
from tests.api.seed import GAUGE, House

OPEN = {
    ("GET", "/bulletins/{key}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/report/{code}"),
    ("POST", "/report/{code}"),
    ("GET", "/report/status/{token}"),
    ("POST", "/report/status/{token}/answer"),
    ("POST", "/report/status/{token}/forget"),
    ("GET", "/rota/calendar/{secret}.ics"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/preferences"),
    # The phone's shell holds no data.
    *(("GET", path) for path in ("/m", "/m/", "/m/worker.js", "/m/manifest.webmanifest")),
}
"""Reachable without signing in."""

FROM_HERE = {("GET", "/metrics")}
"""Open to this machine, to others with a token."""

ANYBODY = {("POST", "/sign-out")}

WRITES = {
    "retry": Right.MEND_INTAKE,
    "put-away": Right.MEND_INTAKE,
    "claim": Right.MANAGE_REGISTER,
    "{action}": Right.ACT_ON_WORK,
    "test-modes": Right.ACT_ON_WORK,
    "maintenance": Right.ACT_ON_WORK,
    "end": Right.ACT_ON_WORK,
    "alarm-limits": Right.MANAGE_REGISTER,
    "try": Right.ACT_ON_WORK,
    "save": Right.MANAGE_REGISTER,
    "incidents": Right.ACT_ON_ALERTS,
    "{deed}": Right.ACT_ON_ALERTS,
    "bulletins": Right.DISPATCH,
    "withdraw": Right.DISPATCH,
    "words": Right.DISPATCH,
    "finish": Right.DISPATCH,
    "measures": Right.DISPATCH,
    "done": Right.ACT_ON_ALERTS,
    "addresses": Right.MANAGE_REGISTER,
    "shifts": Right.DISPATCH,
    "cancel": Right.DISPATCH,
    "undo": Right.DISPATCH,
    "leave": Right.ACT_ON_ALERTS,
    "swap": Right.ACT_ON_ALERTS,
    "swaps": Right.ACT_ON_ALERTS,
    "{answer}": Right.ACT_ON_ALERTS,
    "holidays": Right.MANAGE_ROTA,
    "contacts": Right.ACT_ON_ALERTS,
    "calendar": Right.ACT_ON_ALERTS,
    "revoke": Right.ACT_ON_ALERTS,
    "take-back": Right.MANAGE_ROTA,
    "silences": Right.ACT_ON_ALERTS,
    "test": Right.DISPATCH,
    "acknowledge": Right.ACT_ON_ALERTS,
    "resend": Right.DISPATCH,
    "let-go": Right.DISPATCH,
    "{wanted}": Right.ACT_ON_ALERTS,
    "work-orders": Right.ACT_ON_WORK,
    "residents": Right.ACT_ON_ALERTS,
    "residents-reports": Right.ACT_ON_ALERTS,
    "place-codes": Right.MANAGE_REGISTER,
    "limits": Right.MANAGE_REGISTER,
    "number": Right.ACT_ON_WORK,
    "inspectors": Right.MANAGE_ACCOUNTS,
    "scope": Right.MANAGE_ACCOUNTS,
    "reports": Right.DISPATCH,
    "proof": Right.DISPATCH,
    "password": Right.MANAGE_ACCOUNTS,
    "disable": Right.MANAGE_ACCOUNTS,
    "assign": Right.DISPATCH,
    "postpone": Right.DO_DUTIES,
    "postponement": Right.DISPATCH,
    "impairments": Right.ACT_ON_WORK,
    "report": Right.ACT_ON_WORK,
    "prolong": Right.ACT_ON_WORK,
}
WRITES |= dict.fromkeys(
    ("measurements", "parts", "time", "checks", "strikes", "files", "signatures"), Right.ACT_ON_WORK
)
WRITES |= dict.fromkeys(("check", "measure", "part", "strike", "file", "sign"), Right.ACT_ON_WORK)
"""The right that a route asks for, by the last part of its address."""
OTHERWISE = {
    ("GET", "/people/inspectors"): Right.MANAGE_ACCOUNTS,
    ("GET", "/people/inspectors/{name}"): Right.MANAGE_ACCOUNTS,
    ("GET", "/work-orders/new"): Right.ACT_ON_WORK,
    ("GET", "/residents/new"): Right.ACT_ON_ALERTS,
    ("POST", "/place-codes/{number}/revoke"): Right.MANAGE_REGISTER,
    ("POST", "/api/v1/place-codes/{number}/revoke"): Right.MANAGE_REGISTER,
}
"""Where that part is another route's as well, and forms that nobody else could send."""
ROOMS: dict[Right, tuple[str, ...]] = {
    Right.READ: ("POST /api/v1/plans/{zone}/what-if", "POST /plans/{zone}/what-if"),
    # A phone is for everybody who does more than look.
    Right.ACT_ON_ALERTS: (
        *("GET /api/v1/phone/day", "POST /api/v1/phone/sync", "PUT /api/v1/phone/files/{sha256}"),
        *("POST /api/v1/cameras/{camera}/oldest-frame", "POST /cameras/{camera}/oldest-frame"),
    ),
    Right.ACT_ON_WORK: ("GET /devices/try",),
    Right.DISPATCH: ("GET /phones",),
    Right.DO_DUTIES: (
        *("POST /api/v1/results", "POST /api/v1/results/files", "POST /api/v1/rounds/scans"),
        *("GET /duties/{number}/do", "POST /duties/{number}/do", "GET /results/new", "POST /results/new"),
        *("GET /results/{number}/correct", "POST /results/{number}/correct", "POST /results/{number}/order"),
    ),
    Right.INVITE_VISITORS: ("POST /api/v1/visits", "GET /visitors/new", "POST /visitors/new"),
    Right.REGISTER_VISITS: (
        *("POST /api/v1/visits/walk-in", "POST /api/v1/visits/{number}/{deed}", "POST /visitors/{number}/{deed}"),
        *("POST /visitors", "POST /visitors/badge", "GET /visitors/{number}/slip"),
    ),
    Right.LOOK_BEHIND: (
        *("POST /personal-data/retrievals", "GET /personal-data/behind", "POST /personal-data/behind"),
        *("GET /personal-data/person", "POST /personal-data/person", "POST /visitors/{number}/reveal"),
        "POST /personal-data/visits/{number}/correct",
    ),
    Right.READ_RETRIEVALS: ("GET /api/v1/retrievals", "GET /personal-data/retrievals"),
    Right.APPROVE_RETRIEVALS: ("POST /personal-data/retrievals/{number}/{deed}",),
    Right.ERASE_PERSONAL_DATA: ("POST /personal-data/visits/{number}/erase",),
    Right.MANAGE_PERMISSIONS: (
        *("POST /api/v1/permissions/comparison", "POST /api/v1/permissions/review/finish"),
        *("POST /api/v1/permissions/{permission}/review", "POST /api/v1/permissions/credentials/{pseudonym}/state"),
        *("POST /permissions/review/finish", "POST /permissions/review/{permission}", "POST /permissions/compare"),
        *("GET /permissions/entries/new", "POST /permissions/entries/new", "GET /permissions/entries/{permission}"),
        *("POST /permissions/entries/{permission}", "POST /permissions/entries/{permission}/end"),
        *("POST /permissions/entries/{permission}/take-back", "POST /api/v1/permissions"),
        *("PUT /api/v1/permissions/{permission}", "POST /api/v1/permissions/{permission}/take-back"),
        *("GET /permissions/{holder}", "POST /permissions/{holder}/cards/{pseudonym}"),
    ),
    Right.MANAGE_REGISTER: (
        *("PUT /api/v1/plans/{zone}", "POST /api/v1/plans/{zone}/propose", "POST /plans/{zone}/propose"),
        *("POST /api/v1/plans/cameras/{version}/take-back", "POST /plans/{zone}/cameras/{version}/take-back"),
        *("GET /plans/{zone}/edit", "POST /plans/{zone}", "POST /plans/{zone}/image"),
    ),
}
"""Routes of what is owed, of doors, visitors, cameras and personal data."""
OTHERWISE |= {(one.split()[0], one.split()[1]): right for right, some in ROOMS.items() for one in some}
ALSO = {"/api/v1/retrievals": Right.LOOK_BEHIND, "/personal-data/retrievals": Right.LOOK_BEHIND}
"""Whoever asks sees what became of it, and so does whoever reads them all."""
STREAMS = {"/live"}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in sorted(route.methods or ()))


def filled(path: str) -> str:
    known = {
        "{answer}": "approve",
        "{step}": "confirm",
        "{deed}": _a_deed(path),
        "{sha256}": "0" * 64,
        "{noun}": "incident",
        "{number}": "1",
        "{action}": "acknowledge" if "/alerts/" in path else "accept",
        "{table}": "points",
        "{key:path}": GAUGE,
    }
    ids = {"/rules/{id}": "/rules/pump-pressure-band", "/zones/{id}": "/zones/t1", "{id}": GAUGE}
    for name, value in (known | ids).items():
        path = path.replace(name, value)
    return path


def _a_deed(path: str) -> str:
    for noun, deed in (("residents", "look"), ("retrievals", "approve"), ("visit", "leave")):
        if noun in path:
            return deed
    return "begin"


def right_of(method: str, path: str) -> Right:
    if (method, path) in OTHERWISE:
        return OTHERWISE[method, path]
    if method == "GET":
        return Right.READ
    return WRITES[path.rpartition("/")[2]] if "/alerts/" not in path else Right.ACT_ON_ALERTS


def ask(client: TestClient, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    body: dict[str, Any] = {"json": {}} if method == "POST" and path.startswith("/api") else {}
    return client.request(method, filled(path), headers=headers, **body).status_code


def test_no_route_answers_strangers(client: TestClient, home: House) -> None:
    asked = [(m, p) for m, p in routes(create_app(home.context)) if (m, p) not in OPEN]
    assert len(asked) > 50
    for method, path in asked:
        if path in STREAMS or (method, path) in FROM_HERE:
            continue
        status = ask(client, method, path)
        assert status == (401 if path.startswith("/api/") else 303), (method, path, status)


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: TestClient) -> None:
    answer = client.get("/alerts?severity=1")
    assert answer.headers["location"] == "/sign-in?next=/alerts%3Fseverity%3D1"


def test_a_stranger_program_gets_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/alerts")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:dutyroom:problem:not-signed-in"


def test_the_live_stream_is_closed_to_strangers(client: TestClient) -> None:
    assert client.get("/live").status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_exactly_what_its_rights_say(
    lively: House, client: TestClient, program: Callable[[Role], dict[str, str]], role: Role
) -> None:
    for method, path in routes(create_app(lively.context)):
        if (method, path) in OPEN | ANYBODY | FROM_HERE or path in STREAMS:
            continue
        status = ask(client, method, path, program(role))
        allowed = bool({right_of(method, path), ALSO.get(path)} & RIGHTS[role])
        assert (status == 403) is not allowed, (role, method, path, status)
        assert status < 500, (role, method, path, status)


def test_an_inspector_changes_nothing(
    lively: House, client: TestClient, program: Callable[[Role], dict[str, str]]
) -> None:
    with lively.records.read() as unit:
        before = unit.facts.head()
    for method, path in routes(create_app(lively.context)):
        if method == "GET" or (method, path) in OPEN | ANYBODY:
            continue
        status = ask(client, method, path, program(Role.INSPECTOR))
        assert status == 403 or right_of(method, path) is Right.READ, path
    with lively.records.read() as unit:
        assert unit.facts.head() == before


def test_tokens_that_are_unknown_revoked_or_expired_are_refused(home: House, client: TestClient) -> None:
    from api.accounts import new_token

    now = home.clock()
    with home.records.begin() as unit:
        short, expiring = new_token(unit, name="x", role=Role.GUARD, who="manager", at=now, expires=now + 1000)
        gone, revoked = new_token(unit, name="y", role=Role.GUARD, who="manager", at=now)
        unit.people.revoke_token(gone.id, now)

    def status(secret: str) -> int:
        return client.get("/api/v1/rules", headers={"authorization": f"Bearer {secret}"}).status_code

    assert short.role is Role.GUARD
    assert [status(expiring), status(revoked), status("dr_nonsense"), status("")] == [200, 401, 401, 401]
    home.clock.now += 1000
    assert status(expiring) == 401


def test_only_the_hash_of_a_token_is_kept(home: House) -> None:
    from api.accounts import new_token

    with home.records.begin() as unit:
        token, secret = new_token(unit, name="gateway", role=Role.INSPECTOR, who="manager", at=home.clock())
        told = unit.facts.of("account", f"token/{token.id}")
    assert secret.startswith("dr_")
    assert secret not in repr(token)
    assert [fact.what for fact in told] == ["token-created"]


@pytest.mark.parametrize(
    ("headers", "host", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({"x-forwarded-for": "203.0.113.9"}, "127.0.0.1", 401),
        ({}, "203.0.113.9", 401),
        ({"authorization": "Bearer dr_inspector"}, "203.0.113.9", 200),
    ],
)
def test_metrics_are_open_to_this_machine_and_to_tokens(
    lively: House, headers: dict[str, str], host: str, status: int
) -> None:
    app = create_app(lively.context)
    answer = TestClient(app, client=(host, 5000)).get("/metrics", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert 'dutyroom_open_alerts{severity="2"} 3.0' in answer.text
        assert 'dutyroom_worker_up{worker="worker"} 1.0' in answer.text
