"""Figures about work on pages and for programs: each opens what is behind it."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

from starlette.testclient import TestClient

from api.work_figures import plain
from facility.alert import Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE
from facility.notice import Notice, NoticeState
from facility.person import Role
from facility.residents_report import ReportState, ResidentsReport, Way
from facility.text import Text
from facility.work_order import State, WorkOrder
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

ENGLISH = {"accept-language": "en"}
WORK = WorkOrder(kind="strange-kind", title=Text("修灯", "Mend a lamp"), severity=Severity.MEDIUM, zone="t1",
                 limit=Text("l"), opened=NOW - 5 * HOUR, event_at=NOW - 5 * HOUR, assignee="engineer")  # fmt: skip


def clock(name: str, hours: int, done: int | None) -> Clock:
    return Clock(name=name, started=NOW - 5 * HOUR, limit=hours * HOUR, stopped=done)


def work(home: House) -> None:
    """In time, late, overdue, and one without the limits that every order owes."""
    with home.records.begin() as unit:
        for clocks in (
            (clock("respond", 1, NOW - 5 * HOUR + MINUTE), clock("resolve", 2, NOW - 4 * HOUR)),
            (clock("respond", 1, NOW - 3 * HOUR), clock("resolve", 9, None)),
            (clock("respond", 1, None), clock("resolve", 2, None)),
            (),
        ):
            order = unit.work_orders.add(replace(WORK, clocks=clocks, state=State.ACCEPTED))
            fact = Fact(at=NOW - 5 * HOUR, noun="work-order", subject=str(order.id), what="accepted", who="engineer")
            unit.facts.append(fact)
        notice = Notice(key="a", cause="work-order:1", person="engineer", channel="in-app", address="engineer",
                        template="order", created=NOW - HOUR, due=NOW - HOUR)  # fmt: skip
        unit.notices.add(
            replace(notice, state=NoticeState.ACKNOWLEDGED, sent=NOW - HOUR, acknowledged=NOW - HOUR + MINUTE)
        )
        unit.notices.add(replace(notice, key="b", state=NoticeState.DEAD))
        for what, mark in (("confirmed", 5), ("unsolved", 1), ("lapsed", None)):
            data = {"satisfaction": mark, "kind": "water", "zone": "t1", "asset": ""}
            unit.facts.append(Fact(at=NOW - HOUR, noun="report", subject="1", what=what, who="officer", data=data))


def test_a_program_reads_figures_and_the_limits_behind_each(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]]
) -> None:
    work(home)
    told = client.get("/api/v1/figures/response", headers=program(Role.INSPECTOR)).json()
    respond = told["clocks"]["respond"]
    assert [respond[name] for name in ("due", "in_time", "late", "open", "without")] == [4, 1, 1, 1, 1]
    assert (respond["share"], respond["median"], respond["p90"]) == (0.25, 2 * HOUR, None)
    # The limit of nine hours has not fallen due.
    assert told["clocks"]["resolve"]["due"] == 3
    assert told["by_class"]["strange-kind"]["respond"]["due"] == 4
    assert told["by_building"]["t1"]["respond"]["due"] == 4
    assert [told["notices"][name] for name in ("written", "sent", "dead", "acknowledged", "median")] == [
        2,
        1,
        1,
        1,
        MINUTE,
    ]
    assert (told["satisfaction"], told["reports_ended"], told["unsolved"], told["marks"]) == (
        3.0,
        3,
        1,
        [1, 0, 0, 0, 1],
    )
    (load,) = told["load"]
    assert (load["person"], load["accepted"], load["overdue"]) == ("engineer", [1, 2, 3, 4], [3])
    behind = client.get(
        "/api/v1/figures/response/behind",
        params={"from": told["start"], "to": told["end"], "clock": "respond", "verdict": "late"},
        headers=program(Role.INSPECTOR),
    ).json()
    assert [(one["order"], one["verdict"]) for one in behind] == [(2, "late")]


def test_every_number_of_the_page_opens_as_many_rows_as_it_says(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    work(home)
    officer = browser_of("officer")
    html = officer.page("/figures/response", 200, **ENGLISH)
    links = re.findall(r'<a href="(/figures/response/(?:behind|told|said)[^"]+)">(\d+)</a>', html)
    assert len(links) > 15
    for address, count in links:
        shown = officer.page(address.replace("&amp;", "&"), 200, **ENGLISH)
        assert f'<span class="count">{count}</span></h1>' in shown, address
    behind = next(address for address, _ in links if "verdict=open" in address)
    assert "Facts" in words(officer.page(behind.replace("&amp;", "&"), 200, **ENGLISH))


def test_the_csv_holds_the_same_rows_and_no_formula(home: House, browser_of: Callable[[str], Browser]) -> None:
    work(home)
    answer = browser_of("officer").client.get(f"/figures/response/behind.csv?from={NOW - DAY}&to={NOW}&clock=respond")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert sorted(row["verdict"] for row in rows) == ["in-time", "late", "open", "without"]
    assert [plain(text) for text in ("=1+1", "@x", "lift", "")] == ["'=1+1", "'@x", "lift", ""]


def test_a_period_that_is_none_is_refused(client: TestClient, program: Callable[[Role], dict[str, str]]) -> None:
    answer = client.get("/api/v1/figures/response", params={"from": NOW, "to": NOW}, headers=program(Role.OFFICER))
    assert answer.status_code == 422


def test_pages_of_figures_teach_while_there_is_nothing(browser_of: Callable[[str], Browser]) -> None:
    officer = browser_of("officer")
    assert "No time limit fell due" in words(officer.page("/figures/response", 200, **ENGLISH))
    assert "Nothing was reported in this month" in words(officer.page("/residents/analysis", 200, **ENGLISH))
    assert "2024-02" in officer.page("/residents/analysis?month=2024-02")
    assert officer.page("/residents/analysis?month=nonsense")


def test_the_month_shows_what_comes_back_and_opens_its_cases(home: House, browser_of: Callable[[str], Browser]) -> None:
    report = ResidentsReport(way=Way.WEB, zone="t1", guess="water", kind="water", received=NOW - 20 * DAY,
                             solved=NOW - 19 * DAY, visited=NOW - 20 * DAY + HOUR, state=ReportState.CLOSED)  # fmt: skip
    with home.records.begin() as unit:
        for days in (20, 10, 5):
            unit.reports.add(replace(report, received=NOW - days * DAY, solved=NOW - (days - 1) * DAY, visited=None))
    shown = words(browser_of("officer").page("/residents/analysis", 200, **ENGLISH))
    assert "66.7 % (2 / 3)" in shown
    assert "Inspection of this, for water supply: half the present interval." in shown
    assert "#3 came after #2" in shown


def test_a_program_takes_a_report_down_and_gives_it_out_once(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]]
) -> None:
    headers = program(Role.OFFICER) | {"idempotency-key": "one"}
    body = {"zone": next(iter(home.register().zones)), "words": "没水", "phone": "13812345678", "consent": True}
    made = [client.post("/api/v1/residents-reports", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert "138" not in made[0].text
    given = client.post("/api/v1/residents-reports/1/assign", headers=program(Role.OFFICER)).json()
    assert (given["state"], given["work_order"]) == ("assigned", 1)
    refused = client.post("/api/v1/residents-reports/1/solve", headers=program(Role.ADMIN))
    assert refused.status_code == 403
    facts = client.get("/api/v1/residents-reports/1/facts", headers=program(Role.INSPECTOR)).json()
    assert [fact["what"] for fact in facts] == ["reported", "given-out"]
    found = client.get("/api/v1/residents-reports", params={"state": "assigned"}, headers=program(Role.GUARD)).json()
    assert [row["id"] for row in found["rows"]] == [1]


def test_a_program_makes_and_revokes_codes(
    home: House, client: TestClient, program: Callable[[Role], dict[str, str]]
) -> None:
    scope = f"zone:{next(iter(home.register().zones))}"
    assert (
        client.post("/api/v1/place-codes", json={"scopes": [scope]}, headers=program(Role.OFFICER)).status_code == 403
    )
    (code,) = client.post("/api/v1/place-codes", json={"scopes": [scope]}, headers=program(Role.ADMIN)).json()
    assert client.get(code["path"]).status_code == 200
    gone = client.post("/api/v1/place-codes/1/revoke", json={"reason": "torn"}, headers=program(Role.ADMIN))
    assert gone.json()["revoked"]
    assert client.get(code["path"]).status_code == 404
    assert len(client.get("/api/v1/place-codes", headers=program(Role.GUARD)).json()) == 1
    wrong = client.post("/api/v1/place-codes", json={"scopes": ["zone:nowhere"]}, headers=program(Role.ADMIN))
    assert wrong.status_code == 422
