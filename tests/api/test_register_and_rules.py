import io
import zipfile
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from starlette.testclient import TestClient

from facility.instant import DAY
from facility.person import Role
from facility.point import Setting
from facility.register import Change, key_of
from facility.register_files import read_tables
from tests.api.seed import GAUGE, NOW, House

Headers = Callable[[Role], dict[str, str]]
REGISTER = "/api/v1/register"


def test_the_site_is_a_tree_with_its_assets_and_points(lively: House, client: TestClient, program: Headers) -> None:
    site = client.get("/api/v1/site", headers=program(Role.GUARD)).json()
    garage = next(zone for zone in site["zones"] if zone["id"] == "garage")
    assert (site["id"], site["timezone"]) == ("riverside", "Asia/Shanghai")
    assert garage["open"] == 3
    rooms = {room["id"]: room for floor in garage["zones"] for room in floor["zones"]}
    gauge = next(asset for asset in rooms["t1-pump-room"]["assets"] if asset["id"] == "t1-pump-1")
    assert GAUGE in gauge["points"]


def test_an_empty_site_has_the_product_s_own_name(bare: House) -> None:
    from api.app import create_app

    site = TestClient(create_app(bare.context)).get("/api/v1/site", headers={"authorization": "Bearer dr_guard"})
    assert site.json()["name"] == {"zh": "值班室", "en": "Dutyroom"}


def test_the_register_in_numbers_now_and_then(home: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.INSPECTOR)
    now = client.get(REGISTER, headers=headers).json()
    then = client.get(f"{REGISTER}?at={NOW - 60 * DAY}", headers=headers).json()
    assert (now["counts"]["points"], then["counts"]["points"]) == (len(home.register().points), 0)


def test_entries_come_in_pages(home: House, client: TestClient, program: Headers) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = "limit=50" + (f"&cursor={cursor}" if cursor else "")
        page = client.get(f"{REGISTER}/devices?{query}", headers=program(Role.INSPECTOR)).json()
        seen += [row["key"] for row in page["rows"]]
        cursor = page["cursor"]
    assert seen == list(home.register().devices)


def test_every_version_of_an_entry_is_told(home: House, client: TestClient, program: Headers) -> None:
    raised = Setting(point=GAUGE, name="set_pressure", value=0.65, since=NOW, approver="王工", reason="summer")
    with home.records.begin() as unit:
        unit.registers.apply([Change(table="settings", key=key_of(raised), before=None, after=raised)], "manager", NOW)
    address = f"{REGISTER}/settings/{key_of(raised)}/history"
    rows = client.get(address, headers=program(Role.INSPECTOR)).json()
    assert [(row["what"], row["who"], row["body"]["value"]) for row in rows] == [("added", "manager", 0.65)]
    assert client.get(f"{REGISTER}/points/none/history", headers=program(Role.INSPECTOR)).status_code == 404


def test_an_unknown_table_is_refused_with_what_is_allowed(client: TestClient, program: Headers) -> None:
    problem = client.get(f"{REGISTER}/things", headers=program(Role.INSPECTOR))
    assert problem.status_code == 422
    assert "'points'" in problem.json()["errors"][0]["allowed"]


def test_the_export_imports_as_the_same_register(home: House, client: TestClient, program: Headers) -> None:
    answer = client.get(f"{REGISTER}/export", headers=program(Role.INSPECTOR))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert read_tables(files).points == home.register().points


def test_rules_come_with_sentence_points_and_file(home: House, client: TestClient, program: Headers) -> None:
    headers = program(Role.GUARD)
    rows = client.get("/api/v1/rules", headers=headers).json()
    assert [row["severity"] for row in rows] == sorted(row["severity"] for row in rows)
    one = client.get("/api/v1/rules/pump-pressure-band", headers=headers).json()
    assert one["points"] == len(one["watches"]) > 0
    assert "[band]" in one["file"]
    assert one["sentence"]["zh"] != one["sentence"]["en"]
    assert client.get("/api/v1/rules/none", headers=headers).status_code == 404


def test_a_point_without_what_the_rule_needs_is_named(home: House, client: TestClient, program: Headers) -> None:
    rule = client.get("/api/v1/rules/pump-pressure-band", headers=program(Role.GUARD)).json()
    settled = {setting.point for setting in home.register().settings.values()}
    assert {w["point"] for w in rule["watches"] if not w["judges"]} == {w["point"] for w in rule["watches"]} - settled


def test_facts_are_read_in_order_page_by_page(lively: House, client: TestClient, program: Headers) -> None:
    seen: list[Any] = []
    after: str | None = "0"
    while after is not None:
        page = client.get(f"/api/v1/facts?after={after}&limit=5", headers=program(Role.INSPECTOR)).json()
        seen += page["rows"]
        after = page["cursor"]
    assert [fact["seq"] for fact in seen] == list(range(1, len(seen) + 1))
    assert all(b["previous"] == a["hash"] for a, b in pairwise(seen))


def test_the_system_says_how_it_is(lively: House, client: TestClient, program: Headers) -> None:
    told = client.get("/api/v1/system", headers=program(Role.GUARD)).json()
    worker = told["workers"][0]
    assert (worker["connected"], worker["silent"], worker["rate_1m"]) == (True, False, 41.5)
    assert told["open_alerts"] == {"1": 0, "2": 3, "3": 0, "4": 2}
    assert (told["dead_letters"], told["unclaimed"], told["unacknowledged"]) == (2, 1, 5)
    lively.clock.now += 60_000
    assert client.get("/api/v1/system", headers=program(Role.GUARD)).json()["workers"][0]["silent"] is True


def test_the_schema_of_rule_files_is_served_as_the_command_prints_it(client: TestClient, program: Headers) -> None:
    from rules.schema import schema_text

    answer = client.get("/api/v1/rules/schema", headers=program(Role.INSPECTOR))
    assert (answer.status_code, answer.text) == (200, schema_text())
    assert answer.headers["content-type"].startswith("application/schema+json")
