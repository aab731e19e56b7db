"""Doors and permissions for programs and people: figures, pseudonyms, and no name where none may stand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from dutyroom.permission_files import Importing, import_permissions
from facility.alert import Severity
from facility.door_finding import DoorFinding, DoorRule
from facility.instant import HOUR, MINUTE
from facility.own_alert import own_alert
from facility.permission_files.door_list import read_mapping
from facility.permission_review import Decision
from facility.person import Role
from facility.pseudonym import pseudonym
from facility.reading import Passage, Reading
from facility.text import Text
from storage.records.permissions import FindingFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

Headers = Callable[[Role], dict[str, str]]
SITE = Path(__file__).parents[2] / "examples" / "riverside"
hide = partial(pseudonym, b"test")
CARD = hide("card", "0E11F7A1")
DOOR = "substation-door"
NAMES = ("孔工", "严立", "戚伟")


@pytest.fixture
def house(home: House) -> House:
    """Riverside with its permissions, and somebody at the substation's door this morning."""
    how = Importing(hide=partial(hide, "card"), who="system:start", at=NOW - HOUR)
    assert not import_permissions(home.context.records, SITE / "permissions", how).errors
    mapping = read_mapping((SITE / "door-list.toml").read_text("utf-8"))
    made = replace(home, context=replace(home.context, hide=hide, door_list=lambda: mapping))
    granted = Passage(
        point=f"{DOOR}.entry",
        at=NOW - 10 * MINUTE,
        event="granted",
        credential=CARD,
        direction="in",
        received=NOW - 9 * MINUTE,
    )
    denied = replace(granted, at=NOW - 20 * MINUTE, event="denied", received=NOW - 19 * MINUTE)
    forced = replace(granted, at=NOW - 5 * MINUTE, event="duress", received=NOW - 4 * MINUTE)
    made.context.readings.append([Reading(f"{DOOR}.state", NOW - 9 * MINUTE, 0.0)], [granted, denied, forced])
    plain = DoorFinding(
        key="1",
        rule=DoorRule.NOT_PERMITTED,
        door=DOOR,
        point=f"{DOOR}.entry",
        zone="substation",
        at=NOW - 10 * MINUTE,
        credential=CARD,
        holder="lift-01",
        reason="no-permission",
        permissions=1,
        found=NOW - 9 * MINUTE,
    )
    with home.context.records.begin() as unit:
        unit.door_findings.add(plain)
        unit.door_findings.add(replace(plain, key="2", rule=DoorRule.DURESS, reason="", at=NOW - 5 * MINUTE))
    return made


@pytest.fixture
def api(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def test_a_door_says_how_it_stands_and_who_came_last_by_pseudonym(api: TestClient, program: Headers) -> None:
    rows = api.get("/api/v1/doors", headers=program(Role.GUARD)).json()["rows"]
    assert len(rows) >= 15
    (door,) = [row for row in rows if row["asset"] == DOOR]
    assert (door["access"], door["granted"], door["denied"]) == ("high-risk", 2, 1)
    assert (door["last"]["credential"], door["last"]["event"]) == (CARD, "granted")
    assert door["state"] == "closed"


def test_a_duress_card_looks_like_any_other_to_those_who_may_not_know(api: TestClient, program: Headers) -> None:
    for role, rules in ((Role.GUARD, ["not-permitted"]), (Role.OFFICER, ["duress", "not-permitted"])):
        headers = program(role)
        found = api.get(f"/api/v1/doors/findings?door={DOOR}", headers=headers).json()["rows"]
        assert [row["rule"] for row in found] == rules
        rows = api.get("/api/v1/doors", headers=headers).json()["rows"]
        assert next(row for row in rows if row["asset"] == DOOR)["findings"] == len(rules)
        passages = api.get(f"/api/v1/doors/{DOOR}/passages", headers=headers).json()["rows"]
        assert {row["event"] for row in passages} == {"granted", "denied"}


def test_passages_are_filtered_by_event_card_and_time(api: TestClient, program: Headers) -> None:
    def many(query: str) -> int:
        answer = api.get(f"/api/v1/doors/{DOOR}/passages?{query}", headers=program(Role.GUARD))
        return len(answer.json()["rows"])

    assert [many("event=denied"), many("event=granted"), many(f"credential={CARD}"), many("credential=x")] == [
        1,
        2,
        3,
        0,
    ]
    assert many(f"from={NOW - 11 * MINUTE}&to={NOW - 9 * MINUTE}") == 1


def test_a_door_that_is_not_there_is_not_found(api: TestClient, program: Headers) -> None:
    assert api.get("/api/v1/doors/t1-pump-1/passages", headers=program(Role.GUARD)).status_code == 404


def test_no_answer_names_anybody(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN)
    api.post("/api/v1/permissions/comparison", content=(SITE / "door-list.csv").read_bytes(), headers=headers)
    for address in ("doors", "doors/findings", f"doors/{DOOR}/passages", "permissions", "permissions/comparison"):
        text = api.get(f"/api/v1/{address}", headers=headers).text
        assert not any(name in text for name in NAMES), address


def test_a_list_is_compared_once_it_can_be_read(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN) | {"content-type": "text/csv"}
    assert api.get("/api/v1/permissions/comparison", headers=headers).status_code == 404
    refused = api.post("/api/v1/permissions/comparison", content=b"a,b\n1,2\n", headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "row 1, 卡号")
    answer = api.post("/api/v1/permissions/comparison", content=(SITE / "door-list.csv").read_bytes(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["figures"]["more"] == 1
    again = api.get("/api/v1/permissions/comparison", headers=headers).json()
    assert again["who"].startswith("token/")
    assert [row["kind"] for row in again["differences"]] == ["dead", "more", "unknown", "less", "twice"]
    assert all(row["to_do"]["zh"] for row in again["differences"])


@pytest.mark.parametrize("role", [Role.GUARD, Role.ENGINEER, Role.OFFICER, Role.INSPECTOR])
def test_only_who_decides_about_permissions_may_change_or_compare(
    api: TestClient, program: Headers, role: Role
) -> None:
    headers = program(role)
    for address, body in (
        ("permissions/night-crew/review", {"decision": "confirm"}),
        ("permissions/review/finish", {}),
        (f"permissions/credentials/{CARD}/state", {"state": "lost", "why": "x"}),
    ):
        assert api.post(f"/api/v1/{address}", json=body, headers=headers).status_code == 403
    assert api.post("/api/v1/permissions/comparison", content=b"", headers=headers).status_code == 403


def test_a_review_goes_on_one_by_one_and_a_phone_may_send_twice(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN)
    wish = {"decision": "shorten", "until": "2026-12-31", "why": "the contract ends"}
    refused = api.post("/api/v1/permissions/night-crew/review", json=wish | {"why": ""}, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "why")
    first = api.post("/api/v1/permissions/night-crew/review", json=wish, headers=headers | {"Idempotency-Key": "k"})
    again = api.post("/api/v1/permissions/night-crew/review", json=wish, headers=headers | {"Idempotency-Key": "k"})
    assert (first.status_code, first.json()) == (200, again.json())
    rows = api.get("/api/v1/permissions", headers=headers).json()["rows"]
    assert {row["id"]: row["until"] for row in rows}["night-crew"] == "2026-12-31"
    finished = api.post("/api/v1/permissions/review/finish", json={}, headers=headers).json()
    assert finished["figures"]["permissions"] == 5


def test_a_lost_card_is_lost_from_now_on(api: TestClient, house: House, program: Headers) -> None:
    address = f"/api/v1/permissions/credentials/{CARD}/state"
    headers = program(Role.ADMIN)
    assert api.post(address, json={"state": "lost"}, headers=headers).status_code == 422
    assert api.post(address, json={"state": "lost", "why": "left in a taxi"}, headers=headers).status_code == 200
    with house.context.records.read() as unit:
        assert unit.permissions.load(NOW - MINUTE).credentials[CARD].state.value == "active"
        assert unit.permissions.load().credentials[CARD].state.value == "lost"


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sign_in(house: House) -> Callable[[str], Browser]:
    app = create_app(house.context)

    def made(name: str) -> Browser:
        browser = Browser(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        browser.sign_in(name)
        return browser

    return made


SignIn = Callable[[str], Browser]


def test_the_pages_of_a_guard_show_pseudonyms_and_name_nobody(sign_in: SignIn) -> None:
    guard = sign_in("guard")
    for address in ("/doors", f"/doors/{DOOR}", "/permissions", "/permissions/review", "/permissions/compare"):
        page = guard.page(address)
        assert not any(name in page for name in NAMES), address
        assert "胁迫" not in words(page), address
    assert CARD[:6] in guard.page("/doors")
    assert "未出再进" in words(guard.page("/doors"))
    assert "静默" not in words(guard.page("/doors"))
    assert "静默" in words(sign_in("officer").page("/doors"))
    assert "/personal-data/behind" not in guard.page(f"/doors/{DOOR}")
    assert guard.page("/permissions/lift-01", 403)


def test_the_officer_sees_what_is_silent_and_may_ask_who_is_behind_a_card(sign_in: SignIn) -> None:
    page = sign_in("officer").page(f"/doors/{DOOR}")
    assert "胁迫" in words(page)
    assert f"/personal-data/behind?pseudonym={CARD}" in page
    assert "孔工" not in page


def test_a_door_s_passages_are_filtered_by_the_address(sign_in: SignIn) -> None:
    guard = sign_in("guard")
    assert guard.page(f"/doors/{DOOR}?event=denied").count("<tr><td") == 1
    assert "当天没有通行" in words(guard.page(f"/doors/{DOOR}?day=2026-11-20"))
    assert guard.page(f"/doors/{DOOR}?day=nonsense&event=nonsense&card=%00")
    assert guard.page("/doors/t1-pump-1", 404)


def test_the_keeper_sees_holders_with_the_end_of_their_cards_and_finds_them_by_it(sign_in: SignIn) -> None:
    keeper = sign_in("manager")
    page = words(keeper.page("/permissions?q=F7A1"))
    assert "孔工" in page
    assert "严立" not in page
    one = words(keeper.page("/permissions/lift-01"))
    assert all(word in one for word in ("孔工", "F7A1", "1号楼电梯机房"))
    assert "发现" not in one  # where somebody went is a look of its own
    assert keeper.page("/permissions/nobody", 404)


def test_a_card_is_reported_lost_on_its_holder_s_page(sign_in: SignIn) -> None:
    keeper = sign_in("manager")
    address = f"/permissions/lift-01/cards/{CARD}"
    assert keeper.send(address, state="lost", why="") == 422
    assert keeper.send(address, state="lost", why="left in a taxi") == 303
    assert "卡已挂失" in words(keeper.page("/permissions/lift-01"))
    assert sign_in("officer").send(address, state="active", why="x") == 403


def test_a_review_is_done_on_its_page_and_handed_in(sign_in: SignIn, house: House) -> None:
    keeper = sign_in("manager")
    assert "5 项权限" in words(keeper.page("/permissions/review"))
    assert keeper.send("/permissions/review/night-crew", decision=Decision.END.value, why="") == 422
    assert keeper.send("/permissions/review/night-crew", decision=Decision.END.value, why="merged") == 303
    assert keeper.send("/permissions/review/day-crew", decision="shorten", until="2026-12-31", why="new rota") == 303
    assert "4 项权限" in words(keeper.page("/permissions/review"))
    assert keeper.send("/permissions/review/finish", why="quarter 4") == 303
    with house.context.records.read() as unit:
        facts = [fact for fact in unit.facts.after(0) if fact.noun == "permission-review"]
    assert [fact.data["figures"]["permissions"] for fact in facts] == [4]


WISH = {"group": "night-crew", "access": "sensitive", "days": "workdays", "approver": "manager", "reason": "cover"}


def test_a_permission_is_entered_changed_ended_and_taken_back_on_the_page(sign_in: SignIn) -> None:
    keeper = sign_in("manager")
    assert 'name="days" value="every-day" checked' in keeper.page("/permissions/entries/new?holder=lift-01")
    answer = keeper.client.post("/permissions/entries/new", data=WISH | {"csrf": keeper.csrf})
    here = answer.headers["location"].partition("?")[0]
    page = keeper.page(answer.headers["location"])
    assert "已录入，自第 2 版起生效" in words(page)
    assert 'value="workdays" checked' in page
    refused = keeper.client.post(here, data=WISH | {"csrf": keeper.csrf, "seen": "2", "until": "2020-01-01"})
    told = words(refused.text)
    assert refused.status_code == 422
    assert "最后一天 ：已经过去" in told
    assert "为什么改 ：要写理由" in told
    assert keeper.send(here, **WISH, seen="1", why="x") == 409
    assert keeper.send(here, **WISH | {"days": "sat"}, seen="2", why="Saturdays") == 303
    assert keeper.send(f"{here}/end", seen="3", why="") == 422
    assert keeper.send(f"{here}/end", seen="3", why="over") == 303
    assert "此权限已不再有效" in words(keeper.page(here))
    assert keeper.send(f"{here}/take-back", seen="4") == 303
    assert 'value="sat" checked' in keeper.page(here)
    assert keeper.page("/permissions/entries/nobody", 404)


def test_programs_enter_change_and_take_back_a_permission(api: TestClient, program: Headers) -> None:
    headers = program(Role.ADMIN)
    refused = api.post("/api/v1/permissions", json=WISH | {"holder": "lift-01", "starts": "7"}, headers=headers)
    assert [error["field"] for error in refused.json()["errors"]] == ["group", "starts"]
    made = api.post("/api/v1/permissions", json=WISH, headers=headers)
    assert made.status_code == 201, made.text
    here = f"/api/v1/permissions/{made.json()['id']}"
    seen = made.json()["changed"]
    wish = WISH | {"zone": "substation", "access": "", "why": "one room", "seen": seen}
    assert api.put(here, json=wish, headers=headers).json()["zone"] == "substation"
    assert api.put(here, json=wish, headers=headers).status_code == 409
    back = api.post(f"{here}/take-back", json={"seen": seen + 1}, headers=headers).json()
    assert (back["access"], back["zone"], back["in_force"]) == ("sensitive", "", True)
    assert api.get("/api/v1/permissions/nobody", headers=headers).status_code == 404


def test_a_list_is_uploaded_compared_and_each_difference_says_what_to_do(sign_in: SignIn) -> None:
    keeper = sign_in("manager")
    assert "还没有与门禁系统名单比对过" in words(keeper.page("/permissions/compare"))

    def upload(content: bytes) -> int:
        answer = keeper.client.post(
            "/permissions/compare", data={"csrf": keeper.csrf}, files={"file": ("list.csv", content, "text/csv")}
        )
        return answer.status_code

    assert upload(b"a,b\n1,2\n") == 422
    assert upload((SITE / "door-list.csv").read_bytes()) == 303
    page = words(keeper.page("/permissions/compare"))
    assert all(word in page for word in ("多出的权限 1", "孔工", "在门禁系统里删除重复的一条"))
    assert "孔工" not in sign_in("officer").page("/permissions/compare")


def test_without_doors_and_permissions_the_pages_teach(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), raise_server_exceptions=False, follow_redirects=False))
    browser.sign_in("manager")
    assert "台账里还没有门" in words(browser.page("/doors"))
    assert "dutyroom permissions import" in words(browser.page("/permissions"))
    assert "没有要复核的" in words(browser.page("/permissions/review"))


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "启动时读入的站点文件"), ("en", "the site’s files, read at the start")]
)
def test_what_the_start_brought_in_is_told_in_words(sign_in: SignIn, language: str, said: str) -> None:
    browser = sign_in("manager")
    for address in ("/permissions", "/permissions/review"):
        told = words(browser.client.get(address, headers={"accept-language": language}).text)
        assert said in told
        assert "system:" not in told


def test_an_alert_of_a_door_says_what_to_do_first_and_leads_to_the_door(sign_in: SignIn, house: House) -> None:
    plain = own_alert(
        "door-out-of-hours",
        f"{DOOR}.entry",
        NOW,
        severity=Severity.HIGH,
        title=Text("门", "door"),
        limit=Text("卡", "card"),
    )
    with house.context.records.begin() as unit:
        alert = unit.alerts.open(replace(plain, asset=DOOR, zone="substation", started=NOW - HOUR))
        (found,) = unit.door_findings.find(FindingFilter(rules=(DoorRule.NOT_PERMITTED,))).rows
        unit.door_findings.update(replace(found, alert=alert.id))
    page = sign_in("guard").page(f"/alerts/{alert.id}")
    assert f'href="/doors/{DOOR}"' in page
    assert "打电话问持卡人" in words(page)
    assert f"<code>{CARD[:6]}" in page
    assert "/rules/door-out-of-hours" not in page
