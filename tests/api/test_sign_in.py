import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.accounts import AccountError, add_account, change_password, disable_account
from api.app import create_app
from api.security import HEADERS
from api.sessions import IDLE, LONGEST, PER_ACCOUNT, PER_ADDRESS
from api.web.pages.sign_in import local_path
from facility.instant import MINUTE
from facility.person import Role
from storage.records.port import Conflict
from tests.api.browser import Browser, words
from tests.api.seed import NOW, PASSWORD, House

BrowserOf = Callable[[str], Browser]


def test_signing_in_opens_a_session_whose_cookie_no_script_sees(client: TestClient, home: House) -> None:
    answer = client.post("/sign-in", data={"account": "officer", "password": PASSWORD, "next": "/alerts/7"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts/7")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").status_code == 200
    with home.records.read() as unit:
        assert [fact.what for fact in unit.facts.of("account", "officer")] == ["signed-in"]


def test_only_the_hash_of_the_cookie_is_stored(browser_of: BrowserOf, home: House) -> None:
    from api.accounts import digest
    from storage.records.port import NotFound

    cookie = browser_of("officer").client.cookies["dutyroom"]
    with home.records.read() as unit:
        assert unit.people.session(digest(cookie)).account == "officer"
        with pytest.raises(NotFound):
            unit.people.session(cookie)


@pytest.mark.parametrize(("account", "password"), [("officer", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_pair_is_told_without_saying_which_half(client: TestClient, account: str, password: str) -> None:
    answer = client.post("/sign-in", data={"account": account, "password": password}, headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert "Account and password do not fit together" in words(answer.text)


def test_an_unknown_account_costs_the_same_check(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from api import accounts

    real, hashes = accounts._hasher(), []

    class Counting:
        def verify(self, password: str, hash: str) -> bool:
            hashes.append(hash)
            return real.verify(password, hash)

        def hash(self, password: str) -> str:
            return real.hash(password)

    monkeypatch.setattr(accounts, "_hasher", Counting)
    for account in ("officer", "nobody"):
        client.post("/sign-in", data={"account": account, "password": "wrong password"})
    assert len(hashes) == 2
    assert all(hash.startswith("$argon2id$") for hash in hashes)


@pytest.mark.parametrize(("key", "limit"), [("account:officer", PER_ACCOUNT), ("address:testclient", PER_ADDRESS)])
def test_too_many_failures_close_the_door_and_say_for_how_long(
    client: TestClient, home: House, key: str, limit: int
) -> None:
    with home.records.begin() as unit:
        for _ in range(limit):
            unit.people.failed(key, NOW - 5 * MINUTE)
    good = {"account": "officer", "password": PASSWORD}
    answer = client.post("/sign-in", data=good, headers={"accept-language": "en"})
    assert answer.status_code == 429
    assert "opens again in 11 min" in words(answer.text)
    home.clock.now += 11 * MINUTE
    assert client.post("/sign-in", data=good).status_code == 303


def test_failures_are_counted_for_account_and_address(client: TestClient, home: House) -> None:
    client.post("/sign-in", data={"account": "officer", "password": "wrong password"})
    with home.records.read() as unit:
        assert unit.people.failures("account:officer", 0) == 1
        assert unit.people.failures("address:testclient", 0) == 1


def test_a_session_slides_while_it_is_used_and_ends_when_it_is_not(browser_of: BrowserOf, home: House) -> None:
    browser = browser_of("officer")
    for _ in range(3):
        home.clock.now += IDLE - MINUTE
        browser.page("/alerts")
    home.clock.now += IDLE
    browser.page("/alerts", status=303)


def test_no_session_lives_longer_than_a_week(browser_of: BrowserOf, home: House) -> None:
    browser = browser_of("officer")
    while home.clock.now < NOW + LONGEST - IDLE:
        home.clock.now += IDLE // 2
        browser.page("/rules")
    home.clock.now = NOW + LONGEST
    browser.page("/rules", status=303)


def test_signing_out_ends_the_session_on_the_server(browser_of: BrowserOf, home: House) -> None:
    browser = browser_of("officer")
    cookie = browser.client.cookies["dutyroom"]
    assert browser.send("/sign-out") == 303
    browser.client.cookies.set("dutyroom", cookie)
    browser.page("/", status=303)
    with home.records.read() as unit:
        assert [fact.what for fact in unit.facts.of("account", "officer")] == ["signed-in", "signed-out"]


def test_disabling_an_account_ends_its_sessions_at_once(browser_of: BrowserOf, home: House) -> None:
    browser = browser_of("engineer")
    with home.records.begin() as unit:
        disable_account(unit, name="engineer", who="manager", at=NOW)
        disable_account(unit, name="engineer", who="manager", at=NOW)
    browser.page("/", status=303)
    assert browser.client.post("/sign-in", data={"account": "engineer", "password": PASSWORD}).status_code == 401
    with home.records.read() as unit:
        assert [f.what for f in unit.facts.of("account", "engineer")].count("disabled") == 1


def test_a_new_password_ends_the_sessions_of_the_old_one(browser_of: BrowserOf, home: House) -> None:
    browser = browser_of("engineer")
    with home.records.begin() as unit:
        change_password(unit, name="engineer", password="another good one", who="manager", at=NOW)
    browser.page("/", status=303)
    browser.sign_in("engineer", "another good one")


@pytest.mark.parametrize(
    "fields",
    [{"name": "A b"}, {"name": "x"}, {"name": "../etc"}, {"password": "short"}, {"password": "x" * 201}],
)
def test_accounts_that_cannot_be_are_refused_with_what_is_allowed(home: House, fields: dict[str, str]) -> None:
    wish = {"name": "new-one", "password": "long enough"} | fields
    with home.records.begin() as unit, pytest.raises(AccountError, match="allowed"):
        add_account(unit, title="New", role=Role.GUARD, who="manager", at=NOW, **wish)


def test_an_account_is_added_with_its_fact_and_only_once(home: House) -> None:
    wish = {"name": "li.ming", "title": "李明", "password": "long enough"}
    with home.records.begin() as unit:
        made = add_account(unit, role=Role.GUARD, who="manager", at=NOW, **wish)
        told = unit.facts.of("account", "li.ming")
    assert made.password.startswith("$argon2id$")
    assert [(fact.what, fact.who, fact.data["role"]) for fact in told] == [("added", "manager", "guard")]
    with pytest.raises(Conflict), home.records.begin() as unit:
        add_account(unit, role=Role.GUARD, who="manager", at=NOW, **wish)


@pytest.mark.parametrize(
    ("next", "goes"),
    [
        ("/alerts?zone=t1", "/alerts?zone=t1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("alerts", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_but_home(next: str, goes: str) -> None:
    assert local_path(next) == goes


# --- forgery


def test_a_form_without_its_token_changes_nothing(browser_of: BrowserOf, lively: House) -> None:
    browser = browser_of("officer")
    answer = browser.client.post("/alerts/1/acknowledge", data={"said": "real"}, headers={"accept-language": "en"})
    assert answer.status_code == 403
    assert "came from another page" in words(answer.text)
    with lively.records.read() as unit:
        assert not unit.alerts.get(1).acknowledged


def test_a_token_of_another_session_does_not_fit(browser_of: BrowserOf, lively: House) -> None:
    officer, guard = browser_of("officer"), browser_of("guard")
    officer.csrf = guard.csrf
    assert officer.send("/alerts/1/acknowledge", said="real") == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_write_from_another_site_is_refused_even_with_the_token(
    browser_of: BrowserOf, lively: House, headers: dict[str, str]
) -> None:
    browser = browser_of("officer")
    fields = {"said": "real", "csrf": browser.csrf}
    assert browser.client.post("/alerts/1/acknowledge", data=fields, headers=headers).status_code == 403


def test_another_site_cannot_sign_anybody_in(client: TestClient) -> None:
    good = {"account": "officer", "password": PASSWORD}
    assert client.post("/sign-in", data=good, headers={"origin": "https://evil.example"}).status_code == 403


def test_a_script_of_our_own_writes_with_the_header(browser_of: BrowserOf, lively: House) -> None:
    browser = browser_of("officer")
    headers = {"x-csrf-token": browser.csrf, "sec-fetch-site": "same-origin"}
    bare = browser.client.post("/api/v1/alerts/1/acknowledge", json={})
    own = browser.client.post("/api/v1/alerts/1/acknowledge", json={}, headers=headers)
    assert (bare.status_code, own.status_code) == (403, 200)
    assert bare.json()["type"] == "urn:dutyroom:problem:forged"


# --- headers and preferences


@pytest.mark.parametrize("address", ["/sign-in", "/", "/api/v1/alerts", "/static/base.css", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_pages_have_no_inline_script_or_style(browser_of: BrowserOf, lively: House) -> None:
    html = browser_of("manager").page("/") + browser_of("manager").page("/alerts/2")
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", html) == []


def test_static_files_with_their_hash_stay_in_the_cache(client: TestClient) -> None:
    from api.web.look import static

    assert "immutable" in client.get(static("base.css")).headers["cache-control"]
    assert client.get("/static/base.css").headers["cache-control"] == "no-cache"
    assert client.get("/sign-in").headers["cache-control"] == "no-store"


def test_behind_tls_cookies_are_bound_to_the_host(home: House) -> None:
    from dataclasses import replace

    app = create_app(replace(home.context, secure_cookies=True))
    client = TestClient(app, base_url="https://duty.example", follow_redirects=False)
    answer = client.post("/sign-in", data={"account": "officer", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-dutyroom=")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers
    assert client.get("/").status_code == 200


def test_the_language_follows_the_browser_until_somebody_chooses(client: TestClient) -> None:
    assert "登录" in client.get("/sign-in", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    assert "Sign in" in client.get("/sign-in", headers={"accept-language": "en-GB,zh;q=0.5"}).text
    assert "登录" in client.get("/sign-in", headers={"accept-language": "fr"}).text
    assert client.post("/preferences", data={"language": "en", "next": "/sign-in"}).headers["location"] == "/sign-in"
    assert "Sign in" in client.get("/sign-in", headers={"accept-language": "zh-CN"}).text


def test_a_chosen_language_stays_with_the_session(browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    assert browser.send("/preferences", language="en") == 303
    browser.client.cookies.delete("language")
    assert "What is wrong now" in browser.page("/")


def test_the_theme_is_in_the_page_before_it_is_drawn(browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    assert 'data-theme="auto"' in browser.page("/")
    browser.send("/preferences", theme="dark")
    assert 'data-theme="dark"' in browser.page("/")
    browser.send("/preferences", theme="pink")
    assert 'data-theme="dark"' in browser.page("/")


def test_demo_accounts_stand_on_the_sign_in_page_and_only_in_the_demo(home: House, client: TestClient) -> None:
    from dataclasses import replace

    demo = replace(home.context, demo=(("officer", "dutyroom-demo", Role.OFFICER),))
    assert "dutyroom-demo" in TestClient(create_app(demo)).get("/sign-in").text
    assert "dutyroom-demo" not in client.get("/sign-in").text


def test_a_form_sent_after_the_session_has_ended_leads_back_to_the_page_it_stood_on(client: TestClient) -> None:
    stood = {"referer": "http://testserver/work-orders/new?zone=t1"}
    answer = client.post("/work-orders", data={"title": "滴水"}, headers=stood, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/work-orders/new%3Fzone%3Dt1")
    elsewhere = {"referer": "http://elsewhere.example/work-orders/new"}
    answer = client.post("/work-orders", data={"title": "滴水"}, headers=elsewhere, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/"
