"""The pages of a rule: what it watches, its versions, and why changed files are not in force."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.trying import Trials
from dutyroom.rule_files import RuleFiles
from dutyroom.rule_following import RuleFollower
from facility.instant import DAY, HOUR, SECOND
from facility.person import Role
from facility.reading import Reading
from rules.definition import load_book, read_rule
from rules.links import BROKER, GATEWAY, broker_alert
from rules.versions import saved
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, House

BrowserOf = Callable[[str], Browser]


def test_the_system_page_says_why_changed_rule_files_are_not_in_force(lively: House, browser_of: BrowserOf) -> None:
    problem = "/site/rules/own.toml:7: minimum.limit: '<5 kg>' is no pressure"
    with lively.records.begin() as unit:
        note = {**unit.notes.get("worker/worker"), "rules_refused": {"at": 0, "problems": [problem]}}
        unit.notes.put("worker/worker", note)
    page = browser_of("officer").page("/system")
    assert "规则文件有误，未采用" in page
    assert "own.toml:7: minimum.limit: &#39;&lt;5 kg&gt;&#39; is no pressure" in page


RULE = "pump-pressure-band"


@pytest.fixture
def site(home: House, tmp_path: Path) -> Iterator[tuple[House, Callable[[str], Browser], Path]]:
    """A house whose rules may be changed from its pages, with an hour in which the gauge hung at 0.49 MPa."""
    files = RuleFiles(tmp_path / "site")
    files.load()
    context = replace(home.context, book=files.book, save_rule=files.save)
    start = NOW - 2 * HOUR
    hours = [0.6] * 90 + [0.49] * 180 + [0.6] * 90
    home.readings.append([Reading(GAUGE, start + n * 10 * SECOND, v, received=start) for n, v in enumerate(hours)])
    app = create_app(context)

    def sign_in(name: str) -> Browser:
        made = Browser(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        made.sign_in(name)
        return made

    yield home, sign_in, tmp_path / "site" / "rules"
    settle()


def settle() -> None:
    for thread in threading.enumerate():
        if thread.name == "trial":
            thread.join()


def form(**changed: str) -> dict[str, str]:
    now = {"around": "set_pressure", "within": "0.1 MPa", "deadband": "0.02 MPa", "hold_for": "30s", "clear_for": "5m"}
    return {**now, "days": "1", **changed}


def tried(browser: Browser, **changed: str) -> str:
    """The address of the trial's page, once it is done."""
    answer = browser.client.post(f"/rules/{RULE}/try", data={"csrf": browser.csrf, **form(**changed)})
    assert answer.status_code == 303, words(answer.text)
    settle()
    return answer.headers["location"]


Site = tuple[House, Callable[[str], Browser], Path]


def test_a_rule_shows_its_stories_as_pictures_with_what_was_found(site: Site) -> None:
    page = site[1]("officer").page(f"/rules/{RULE}")
    assert page.count('<svg class="story"') == len(load_book().rules[RULE].stories)
    assert '<line class="limit"' in page
    assert '<rect class="st active"' in page
    assert "正常 ×1 → 异常，时间未到 ×3 → 报警 ×3 → 已恢复，时间未到 ×1" in words(page)


def test_every_rule_of_the_manual_has_a_page(site: Site) -> None:
    officer = site[1]("engineer")
    for rule in load_book():
        page = officer.page(f"/rules/{rule.id}")
        assert page.count("<figcaption><b") == len(rule.stories)


@pytest.mark.parametrize(
    ("rule", "language", "said"),
    [
        ("door-forced-sensitive", "zh", "门（敏感区域、高风险区域）显示"),
        ("door-forced-sensitive", "en", "When door (sensitive areas, high-risk areas) "),
        ("terminal-heating", "zh", "温度（配电箱）每"),
        ("terminal-heating", "en", "When temperature (distribution box) "),
    ],
)
def test_a_rule_says_in_words_at_which_places_it_looks(
    home: House, browser_of: BrowserOf, rule: str, language: str, said: str
) -> None:
    client = browser_of("officer").client
    for address in ("/rules", f"/rules/{rule}"):
        assert said in words(client.get(address, headers={"accept-language": language}).text)
    found = client.get(f"/api/v1/rules/{rule}", headers={"authorization": "Bearer dr_guard"}).json()
    assert said in found["sentence"][language]


def test_a_rule_says_when_it_last_judged_what_it_costs_and_that_it_fails(site: Site) -> None:
    home, sign_in, _ = site
    for error, says in ((None, "最近判断"), ({"text": "ZeroDivisionError"}, "规则程序出错： ZeroDivisionError")):
        with home.records.begin() as unit:
            row = {"rule": RULE, "last_judged": NOW - 5_000, "cost_us": 0.234, "error": error}
            unit.notes.put("worker/w", {"at": NOW, "rules": [row, {"rule": 7, "cost_us": "odd"}]})
        page = words(sign_in("officer").page(f"/rules/{RULE}"))
        assert says in page
        assert "每条读数耗时 0.23 微秒" in page


def test_a_change_is_tried_on_real_history_before_it_is_made(site: Site) -> None:
    engineer = site[1]("engineer")
    page = words(engineer.page(tried(engineer, within="0.12 MPa")))
    assert "允许偏离 0.1 MPa → 0.12 MPa" in page
    assert "按现行规则 1 次报警，改后 0 次。 新增 0，减少 1，时间变动 0，不变 0" in page
    assert "1 个测点" not in page
    assert "Stories" not in page
    moved = words(engineer.page(tried(engineer, hold_for="10m")))
    assert "新增 0，减少 0，时间变动 1" in moved
    added = engineer.page(tried(engineer, hold_for="1m", within="0.02 MPa", deadband="0.01 MPa", days="2"))
    assert '<svg class="strip"' in added
    assert '<rect class="was"' in added
    assert '<rect class="would"' in added


def test_trying_changes_nothing(site: Site) -> None:
    home, sign_in, folder = site
    tried(sign_in("engineer"), within="0.12 MPa")
    assert not folder.exists()
    with home.records.read() as unit:
        assert [fact for fact in unit.facts.after(0, 10_000) if fact.noun == "rule"] == []


def test_what_is_wrong_with_a_change_is_said_at_its_field_and_what_was_typed_stays(site: Site) -> None:
    engineer = site[1]("engineer")
    answer = engineer.client.post(f"/rules/{RULE}/try", data={"csrf": engineer.csrf, **form(within="0.12 kg")})
    assert answer.status_code == 422
    assert "band.within" in words(answer.text)
    assert 'name="within" value="0.12 kg"' in answer.text
    for days in ("0", "many", "4000"):
        assert engineer.send(f"/rules/{RULE}/try", **form(days=days)) == 422


def test_more_readings_than_a_page_can_judge_are_refused_with_how_many_days_would_do(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.trying.MOST_READINGS", 200_000)
    engineer = site[1]("engineer")
    answer = engineer.client.post(f"/rules/{RULE}/try", data={"csrf": engineer.csrf, **form(days="10")})
    assert answer.status_code == 422
    assert "天可以" in words(answer.text)


def test_only_so_many_are_tried_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr("api.trying.replay_here", lambda *_: go.wait())
    engineer = site[1]("engineer")
    assert [engineer.send(f"/rules/{RULE}/try", **form()) for _ in range(4)] == [303, 303, 303, 422]
    page = engineer.page(f"/rules/{RULE}/trials/1")
    assert "正在重新判断历史" in page
    assert 'data-every="2"' in page
    go.set()


def test_a_trial_whose_rule_fails_says_so_and_one_that_takes_too_long_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rules.kinds import band

    engineer = site[1]("engineer")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as patch:
        patch.setattr(band, "breached", broken)
        address = tried(engineer, within="0.12 MPa")
    assert "ZeroDivisionError: division by zero" in engineer.page(address)
    monkeypatch.setattr("api.trying.LONGEST", -1)
    assert "时间太长，已放弃" in engineer.page(tried(engineer))


def save(browser: Browser, address: str, **changed: str) -> int:
    was = load_book().rules[RULE].version
    given = {**form(), "reason": "夏季用水", "was": was, "trial": address.rpartition("/")[2], **changed}
    return browser.send(f"/rules/{RULE}/save", **given)


def test_a_manager_saves_a_change_as_a_new_version_with_the_reason(site: Site) -> None:
    home, sign_in, folder = site
    manager = sign_in("manager")
    address = tried(manager, within="0.15 MPa")
    assert save(manager, address, within="0.15 MPa", despite="1") == 303
    text = (folder / f"{RULE}.toml").read_text("utf-8")
    assert text == load_book().rules[RULE].text.replace('"0.1 MPa"', '"0.15 MPa"')
    with home.records.read() as unit:
        [version] = unit.rule_versions.of(RULE)
        [fact] = [fact for fact in unit.facts.after(0, 10_000) if fact.noun == "rule"]
    assert (version.author, version.why, version.text) == ("manager", "夏季用水", text)
    assert (fact.who, fact.what, fact.why, fact.after) == ("manager", "added", "夏季用水", version.version)
    page = words(manager.page(f"/rules/{RULE}"))
    assert "±0.15 MPa" in page
    assert f"{version.version[:12]} 11月24日" in page
    assert "林经理 Lin · 夏季用水" in page
    shown = words(manager.page(f"/rules/{RULE}/versions/{version.version[:12]}"))
    assert "这是现行版本" in shown


def test_the_worker_finds_the_version_that_a_page_saved_and_adds_no_other(site: Site) -> None:
    home, sign_in, folder = site
    manager = sign_in("manager")
    assert save(manager, tried(manager, within="0.15 MPa"), within="0.15 MPa", despite="1") == 303
    follower = RuleFollower(RuleFiles(folder.parent), home.records, home.clock)
    with home.records.read() as unit:
        assert follower.first(unit).rules[RULE].text == (folder / f"{RULE}.toml").read_text("utf-8")
    follower.keep()
    with home.records.read() as unit:
        assert [version.author for version in unit.rule_versions.of(RULE)] == ["manager"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": " "}, "请写明理由"),
        ({"within": "0.1 MPa", "despite": ""}, "没有改动"),
        ({"was": "0" * 64}, "规则已被别人改过"),
        ({"despite": ""}, "有案例不再成立"),
        ({"within": "a lot"}, "band.within"),
    ],
)
def test_a_change_is_not_saved_while_something_is_wrong_with_it(site: Site, changed: dict[str, str], says: str) -> None:
    _, sign_in, folder = site
    manager = sign_in("manager")
    address = tried(manager, within="0.15 MPa")
    given = {**form(), "reason": "x", "was": load_book().rules[RULE].version, "trial": address.rpartition("/")[2]}
    given |= {"within": "0.15 MPa", "despite": "1", **changed}
    answer = manager.client.post(f"/rules/{RULE}/save", data={"csrf": manager.csrf, **given})
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert not folder.exists()


def test_what_cannot_be_written_leaves_no_version_behind(site: Site) -> None:
    home, sign_in, folder = site
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    manager = sign_in("manager")
    assert save(manager, tried(manager, within="0.15 MPa"), within="0.15 MPa", despite="1") == 422
    with home.records.read() as unit:
        assert unit.rule_versions.of(RULE) == []


def test_nobody_but_a_manager_is_offered_to_save(site: Site) -> None:
    engineer = site[1]("engineer")
    page = engineer.page(tried(engineer, within="0.15 MPa"))
    assert "/save" not in page
    assert "主管可以保存" in page
    assert save(engineer, "1", within="0.15 MPa", despite="1") == 403


def test_an_old_version_shows_what_changed_and_that_it_is_no_longer_in_force(site: Site) -> None:
    home, sign_in, _ = site
    first = load_book().rules[RULE]
    second = read_rule(first.text.replace('"0.1 MPa"', '"0.2 MPa"'), "")
    with home.records.begin() as unit:
        saved(unit, first, "file:root", NOW - DAY, "")
        saved(unit, second, "manager", NOW, "wider")
    officer = sign_in("officer")
    new = officer.page(f"/rules/{RULE}/versions/{second.version[:12]}")
    assert '<span class="added">+ within    = &#34;0.2 MPa&#34;</span>' in new
    assert '<span class="removed">− within    = &#34;0.1 MPa&#34;</span>' in new
    assert "这个版本已不再使用" in officer.page(f"/rules/{RULE}/versions/{first.version}")
    officer.page(f"/rules/{RULE}/versions/{'0' * 64}", 404)


def test_a_page_is_drawn_from_one_state_of_a_trial(lively: House) -> None:
    """Its thread goes on writing meanwhile: what was running when the page began is running to its end."""
    trials = Trials()
    rule = load_book().rules[RULE]
    number = trials.start(lively.context, (rule, rule), 1, "manager").number
    seen, again = trials.get(number), trials.get(number)
    assert seen is not None
    assert seen is not again


@pytest.mark.parametrize(
    ("rule", "language", "told"),
    [
        (GATEWAY, "en", ("When nothing comes through a gateway", "Check the gateway's power", "Gateways it watches")),
        (GATEWAY, "zh", ("经网关没有收到任何消息", "先查网关的电源和网络", "它监视的网关", "1号楼水泵房网关")),
        (BROKER, "en", ("no link to its broker for 1 min", "Check broker and network", "life safety")),
        (BROKER, "zh", ("连接中断 1 分钟时", "查消息服务器和网络", "没有规则文件和示例")),
    ],
)
def test_a_rule_that_judges_links_has_its_page(
    home: House, browser_of: BrowserOf, rule: str, language: str, told: tuple[str, ...]
) -> None:
    with home.records.begin() as unit:
        number = unit.alerts.open(broker_alert("worker", NOW, NOW)).id
    client = browser_of("officer").client
    page = client.get(f"/rules/{rule}", headers={"accept-language": language})
    assert page.status_code == 200
    assert [word for word in ("MP-4", *told) if word not in words(page.text)] == []
    assert (f"/alerts/{number}" in page.text) == (rule == BROKER)
    assert f"/rules/{rule}/try" not in page.text
    assert f'href="/rules/{rule}"' in client.get("/rules").text


def test_the_alert_of_a_lost_link_leads_to_its_rule(home: House, browser_of: BrowserOf) -> None:
    with home.records.begin() as unit:
        alert = unit.alerts.open(broker_alert("worker", NOW, NOW))
    client = browser_of("officer").client
    page = client.get(f"/alerts/{alert.id}", headers={"accept-language": "en"}).text
    assert "Check broker and network" in words(page)
    assert f'href="/rules/{BROKER}"' in page
    version = client.get(f"/rules/{BROKER}/versions/{alert.rule_version[:12]}")
    assert (version.status_code, version.headers["location"]) == (303, f"/rules/{BROKER}")


@pytest.mark.parametrize("name", [GATEWAY, BROKER])
def test_programs_find_the_rules_that_judge_links_too(
    client: TestClient, program: Callable[[Role], dict[str, str]], name: str
) -> None:
    headers = program(Role.ENGINEER)
    found = client.get(f"/api/v1/rules/{name}", headers=headers).json()
    assert (found["id"], found["watches"], found["file"], found["points"]) == (name, [], "", 0)
    assert found["sentence"]["en"].startswith("When ")
    assert name in {rule["id"] for rule in client.get("/api/v1/rules", headers=headers).json()}
