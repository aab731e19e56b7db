"""The manual clause by clause, and the matrix of what was due and done."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.accounts import Limits, limit_account
from api.app import create_app
from api.clauses import PAGES, carriers, states
from api.compliance import first_kept, months_between, span_of, usual_months
from api.context import zone_of
from api.problems import Problem
from facility.clause import CLAUSES
from facility.inspection import Outcome, Result
from facility.instant import DAY, HOUR
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House
from tests.api.test_access import routes
from tests.inspections.owed import Owed, became, done, fell_due

ENGLISH = {"accept-language": "en"}
RESULT = Result(
    key="r", duty="extinguishers", duty_version="v", occurrence=1, target="t1-pump-1", who="engineer", done=NOW, device_at=NOW,
    received=NOW, outcome=Outcome.PASS,
)  # fmt: skip
DUE = NOW - 2 * DAY
ONE = Owed(id=1, due=DUE, target="t1-pump-1", asset="t1-pump-1", zone="t1")
TWO = replace(ONE, id=2, target="t2", asset="", zone="t2")
THREE = replace(ONE, id=3, due=NOW - HOUR)


def owe(home: House) -> None:
    """One done, one missed, one that fell due an hour ago."""
    with home.records.begin() as unit:
        kept = unit.results.add(RESULT)
        unit.facts.append(done(ONE, before=HOUR, result=kept.id))
        unit.facts.append(fell_due(ONE, TWO))
        unit.facts.append(became(TWO, "missed", DUE + DAY, who="system:duties"))
        unit.facts.append(fell_due(THREE))


def test_what_is_not_kept_any_more_shows_as_such_and_stays_done(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    four = replace(ONE, id=4)
    with home.records.begin() as unit:
        unit.facts.append(done(four, result=0))
        unit.facts.append(fell_due(four))
    owe(home)
    browser = browser_of("inspector")
    assert "/duties/4" in browser.page("/compliance/items?mark=gone")
    assert "/duties/1" in browser.page("/compliance/items?mark=done")
    told = browser.client.get("/api/v1/compliance").json()["total"]
    assert (told["due"], told["done"]) == (4, 2)


def test_where_results_begin_that_are_still_kept(home: House) -> None:
    with home.records.begin() as unit:
        kept = [unit.results.add(replace(RESULT, key=str(n))).id for n in range(5)]
        gone = [-3, -2, -1]
        assert first_kept(unit, [*gone, *kept]) == 3
        assert first_kept(unit, kept) == 0
        assert first_kept(unit, gone) == 3
        assert first_kept(unit, []) == 0


def test_no_clause_is_without_something_that_carries_it_out(home: House) -> None:
    found = carriers(home.context)
    assert list(found) == list(CLAUSES)
    assert [clause for clause, some in found.items() if not some] == []
    assert set(PAGES) <= set(CLAUSES)


def test_every_clause_has_its_line_and_its_page(browser_of: Callable[[str], Browser]) -> None:
    browser = browser_of("inspector")
    page = browser.page("/clauses")
    for clause in CLAUSES:
        assert f'id="{clause}"' in page
        assert CLAUSES[clause].text.zh in words(browser.page(f"/clauses/{clause}"))
    browser.page("/clauses/EQ-99", 404)


def test_a_clause_says_what_carries_it_out_and_what_is_wrong_now(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    home.raise_alert("pump-pressure-band", GAUGE, value=0.4)
    with home.records.read() as unit:
        (state,) = states(unit, home.context, NOW, only="EQ-4")
    assert state.wrong
    assert {one.kind for one in state.carriers} >= {"duty", "rule"}
    page = browser_of("inspector").page("/clauses/EQ-4", 200, **ENGLISH)
    assert "alerts open: 1" in page
    assert "/rules/pump-pressure-band" in page


def test_the_matrix_counts_and_each_square_opens_what_is_behind_it(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    owe(home)
    browser = browser_of("inspector")
    page = browser.page("/compliance", 200, **ENGLISH)
    assert "33.3 %" in page
    square = re.search(r'href="(/compliance/items\?[^"]*mark=missed[^"]*)"', page)
    assert square is not None
    behind = browser.page(square[1].replace("&amp;", "&"), 200, **ENGLISH)
    assert "/duties/2" in behind
    assert "/duties/1" not in behind
    by_asset = browser.page("/compliance?clause=FI-1", 200, **ENGLISH)
    assert by_asset.index("target=t2") < by_asset.index("target=t1-pump-1")


def test_filters_stand_in_the_address(home: House, browser_of: Callable[[str], Browser]) -> None:
    owe(home)
    browser = browser_of("officer")
    assert "/duties/2" not in browser.page("/compliance/items?zone=t1")
    assert "/duties/1" in browser.page("/compliance/items?zone=t1&clause=FI-1")
    assert "/duties/1" not in browser.page("/compliance/items?clause=EQ-1")
    browser.page("/compliance?from=2026-13&to=2026-14", 422)
    browser.page("/compliance?from=2026-05&to=2026-04", 422)


def test_a_program_reads_the_same(home: House, client: TestClient, program: Callable[[Role], dict[str, str]]) -> None:
    owe(home)
    told = client.get("/api/v1/compliance", headers=program(Role.INSPECTOR)).json()
    assert (told["total"]["due"], told["total"]["owed"], told["total"]["done"]) == (3, 3, 1)
    assert told["clauses"]["FI-1"]["months"]["2026-11"]["missed"] == 1
    items = client.get("/api/v1/compliance/items?mark=done", headers=program(Role.INSPECTOR)).json()
    assert [one["id"] for one in items["rows"]] == [1]
    clauses = client.get("/api/v1/clauses", headers=program(Role.INSPECTOR)).json()
    assert [one["id"] for one in clauses] == list(CLAUSES)


def test_months_are_whole_and_local(home: House) -> None:
    zone = zone_of(home.context.site(home.register()))
    assert usual_months(NOW, zone) == ("2025-12", "2026-11")
    assert months_between("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]
    start, end = span_of(["2026-11"], zone)
    assert (end - start) == 30 * DAY
    with pytest.raises(Problem):
        months_between("2020-01", "2026-02")


def test_what_carries_a_clause_out_is_a_page_that_there_is(home: House) -> None:
    known = {path for method, path in routes(create_app(home.context)) if method == "GET"}
    patterns = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)) for path in known]
    addresses = {one.address.partition("?")[0] for some in carriers(home.context).values() for one in some}
    assert len(addresses) > 50
    assert [address for address in sorted(addresses) if not any(one.fullmatch(address) for one in patterns)] == []


def test_each_page_that_is_named_and_one_of_each_other_kind_opens(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    every = [one for some in carriers(home.context).values() for one in some]
    pages = {one.address for one in every if one.kind == "page"}
    others = {one.kind: one.address for one in every if one.kind != "page"}
    assert set(others) >= {"duty", "rule", "door-check", "playbook"}
    inspector = browser_of("inspector").client
    answers = {address: inspector.get(address).status_code for address in pages | set(others.values())}
    assert {address: status for address, status in answers.items() if status != 200} == {}


def test_cameras_lead_to_their_plans_and_access_to_the_checks_at_doors(home: House) -> None:
    found = carriers(home.context)
    assert "/plans" in {one.address for one in found["EQ-8"]}
    checks = {one.id for one in found["AP-1"] if one.kind == "door-check"}
    assert checks >= {check.alert_rule for check in home.context.door_checks().values() if check.clause == "AP-1"}
    assert {"/doors", "/permissions"} <= {one.address for one in found["AP-1"]}


def test_each_of_what_carries_a_clause_out_says_how_it_stands(
    home: House, browser_of: Callable[[str], Browser]
) -> None:
    alert = home.raise_alert("pump-pressure-band", GAUGE, value=0.4)
    with home.records.begin() as unit:
        missed = Occurrence(
            key="m", duty="gauge-verification", duty_version="v", clause="EQ-4", target="x", opens=NOW - 9 * DAY,
            due=NOW - 3 * DAY, closes=NOW - 3 * DAY, missed=NOW - DAY, standing=Standing.MISSED,
        )  # fmt: skip
        unit.occurrences.plan([missed])
        (state,) = states(unit, home.context, NOW, only="EQ-4")
        (calm,) = states(unit, home.context, NOW, only="EQ-6")
    assert {calm.now(one) for one in calm.carriers if one.kind == "duty"} == {("ok", 0)}
    told = {one.id: state.now(one) for one in state.carriers}
    assert (told[alert.rule], told["gauge-verification"]) == (("alerts", 1), ("missed", 1))
    page = words(browser_of("inspector").page("/clauses/EQ-4", 200, **ENGLISH))
    assert "alerts open: 1" in page
    assert "missed in 30 days: 1" in page


def test_a_limited_account_gets_no_link_that_leads_nowhere(home: House, browser_of: Callable[[str], Browser]) -> None:
    with home.records.begin() as unit:
        limits = Limits(clauses=("EQ-8", "AP-1"))
        limit_account(unit, name="inspector", limits=limits, who="manager", at=NOW)
    browser = browser_of("inspector")
    pages = [browser.page(address) for address in ("/compliance", "/duties", "/clauses/EQ-8", "/clauses/AP-1")]
    links = {link for page in pages for link in re.findall(r'<a [^>]*href="(/[^"?#]+)"', page)}
    assert {link: status for link in links if (status := browser.client.get(link).status_code) not in (200, 303)} == {}
    assert 'href="/permissions"' not in pages[3]
    assert "门禁权限" in pages[3]
    assert not any("data-live" in page for page in pages), "what is refused to it is not asked for each second"
