"""Alertmanager's interface: what their own ``amtool`` makes of ours, and what it is not allowed to do."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.alert import Alert
from facility.instant import HOUR, MINUTE, iso
from facility.person import Role
from tests.api.seed import GAUGE, House
from tests.api.server import serving

Headers = Callable[[Role], dict[str, str]]
BAND = "pump-pressure-band"
SMOKE = "smoke-alarm"


class Amtool:
    """Their command, with the token of one role."""

    def __init__(self, path: str, folder: Path, url: str, role: Role) -> None:
        config = folder / f"{role.value}.yml"
        config.write_text(f"authorization: {{ type: Bearer, credentials: dr_{role.value} }}\n")
        self._command = [path, f"--alertmanager.url={url}", f"--http.config.file={config}"]

    def __call__(self, *words: str) -> str:
        return self.run(*words).stdout

    def run(self, *words: str, good: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([*self._command, *words], capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode == 0) == good, done.stderr + done.stdout
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "-o", "json"))


@pytest.fixture
def now_home(home: House) -> House:
    """Riverside now: ``amtool`` has a clock of its own."""
    home.clock.now = time.time_ns() // 1_000_000
    return home


@pytest.fixture
def url(now_home: House) -> Iterator[str]:
    with serving(create_app(now_home.context)) as found:
        yield found


@pytest.fixture
def amtool(url: str, amtool_path: str, tmp_path: Path) -> Callable[[Role], Amtool]:
    return lambda role: Amtool(amtool_path, tmp_path, url, role)


def pump(home: House, point: str = GAUGE) -> Alert:
    return home.raise_alert(BAND, point, value=0.41)


def smoke(home: House) -> Alert:
    point = next(p.id for p in home.register().points.values() if p.quantity == "smoke")
    return home.raise_alert(SMOKE, point, value=1)


def again(home: House, alert: Alert) -> Alert:
    with home.records.read() as unit:
        return unit.alerts.get(alert.id)


def test_amtool_reads_alerts(now_home: House, amtool: Callable[[Role], Amtool]) -> None:
    alert = pump(now_home)
    fire = smoke(now_home)
    tool = amtool(Role.INSPECTOR)
    found = tool.json("alert", "query")
    assert {one["labels"]["alert"] for one in found} == {str(alert.id), str(fire.id)}
    (one,) = tool.json("alert", "query", f"alertname={BAND}", "severity!=low", "point=~t1-.*")
    assert one["labels"]["point"] == GAUGE
    assert one["annotations"]["summary_zh"] == alert.title.zh
    assert one["status"]["state"] == "active"
    assert BAND in tool("alert", "query")
    assert tool.json("alert", "query", "alertname=nothing") == []


def test_amtool_sets_and_ends_a_silence(now_home: House, amtool: Callable[[Role], Amtool]) -> None:
    alert, tool = pump(now_home), amtool(Role.OFFICER)
    words = ["-d", "2h", "-c", "阀门更换中", "-a", "zhou", f"alertname={BAND}"]
    made = tool("silence", "add", *words).strip()
    shelved = again(now_home, alert)
    assert shelved.state == "shelved"
    assert shelved.shelved_until is not None
    assert abs(shelved.shelved_until - now_home.clock() - 2 * HOUR) < MINUTE
    assert shelved.shelved_why == "阀门更换中 (zhou)"
    who = shelved.shelved_by
    assert who.startswith("token/")

    (one,) = tool.json("silence", "query")
    assert (one["id"], one["comment"], one["status"]["state"]) == (made, "阀门更换中 (zhou)", "active")
    assert tool.json("silence", "query", f"alertname={BAND}")[0]["id"] == made
    assert tool.json("silence", "query", "alertname=nothing") == []
    assert tool.json("alert", "query") == [], "amtool asks for active ones"
    (silenced,) = tool.json("alert", "query", "--silenced")
    assert silenced["status"]["silencedBy"] == [made]

    tool("silence", "expire", made)
    assert again(now_home, alert).shelved_until is None
    assert tool.json("silence", "query") == []
    with now_home.records.read() as unit:
        facts = [fact for fact in unit.facts.of("alert", str(alert.id)) if fact.what in ("shelved", "unshelved")]
    assert [(fact.what, fact.who) for fact in facts] == [("shelved", who), ("unshelved", who)]


def test_amtool_makes_a_silence_longer(now_home: House, amtool: Callable[[Role], Amtool]) -> None:
    alert, tool = pump(now_home), amtool(Role.OFFICER)
    made = tool("silence", "add", "-d", "1h", "-c", "换阀", f"alertname={BAND}").strip()
    other = tool("silence", "update", "-d", "3h", made)
    until = again(now_home, alert).shelved_until
    assert until is not None
    assert until > now_home.clock() + 2 * HOUR
    assert made not in other
    assert len(tool.json("silence", "query")) == 1


def test_nobody_silences_life_safety(now_home: House, amtool: Callable[[Role], Amtool]) -> None:
    alert, fire = pump(now_home), smoke(now_home)
    told = amtool(Role.ADMIN).run("silence", "add", "-d", "1h", "-c", "吵", "severity=~.+", good=False)
    assert "life-safety alert: nobody can shelve it" in told.stderr
    assert fire.rule in told.stderr
    assert again(now_home, fire).shelved_until is None
    assert again(now_home, alert).shelved_until is None, "nothing was shelved, not the others either"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-d", "9h", "-c", "长", f"alertname={BAND}"], "not after"),
        (["-d", "1h", "-c", "无", "alertname=nothing"], "no open alert fits"),
        (["-d", "1h", "-c", "晚", "--start", "2099-01-01T00:00:00Z", f"alertname={BAND}"], ""),
        (["-d", "1h", "-c", "式", "alertname=~(a+)+"], "no group repeated"),
    ],
)
def test_a_silence_that_cannot_be_says_why(
    words: list[str], said: str, now_home: House, amtool: Callable[[Role], Amtool]
) -> None:
    alert = pump(now_home)
    told = amtool(Role.OFFICER).run("silence", "add", *words, good=False)
    assert said in told.stderr
    assert again(now_home, alert).shelved_until is None


def test_who_may_not_shelve_may_not_silence(now_home: House, amtool: Callable[[Role], Amtool]) -> None:
    alert = pump(now_home)
    amtool(Role.INSPECTOR).run("silence", "add", "-d", "1h", "-c", "看", f"alertname={BAND}", good=False)
    assert again(now_home, alert).shelved_until is None


def test_nothing_is_read_without_a_token(home: House, client: TestClient) -> None:
    for path in ("alerts", "alerts/groups", "silences", "status", "receivers", "silence/x"):
        assert client.get(f"/api/v2/{path}").status_code == 401
    assert client.post("/api/v2/silences", json={}).status_code in (401, 422)
    assert client.delete("/api/v2/silence/x").status_code == 401


def test_what_was_shelved_on_the_page_is_a_silence_too(home: House, client: TestClient, program: Headers) -> None:
    alert = pump(home)
    until = iso(home.clock() + HOUR)
    headers = program(Role.OFFICER)
    client.post(f"/api/v1/alerts/{alert.id}/shelve", json={"reason": "换阀", "until": until}, headers=headers)
    (one,) = client.get("/api/v2/silences", headers=headers).json()
    assert (one["comment"], one["endsAt"], one["startsAt"]) == ("换阀", until, iso(home.clock()))
    assert client.get(f"/api/v2/silence/{one['id']}", headers=headers).json() == one
    assert {m["name"]: m["value"] for m in one["matchers"]} == {"alertname": BAND, "alert": str(alert.id)}
    assert client.delete(f"/api/v2/silence/{one['id']}", headers=headers).status_code == 200
    assert client.delete(f"/api/v2/silence/{one['id']}", headers=headers).status_code == 404
    assert client.get("/api/v2/silence/nonsense", headers=headers).status_code == 404


def test_alerts_are_grouped_by_rule_and_filtered(home: House, client: TestClient, program: Headers) -> None:
    first, second = pump(home), pump(home, "t1-pump-2.pressure")
    smoke(home)
    headers = program(Role.GUARD)
    groups = client.get("/api/v2/alerts/groups", headers=headers).json()
    sizes = {group["labels"]["alertname"]: len(group["alerts"]) for group in groups}
    assert sizes[BAND] == 2
    assert len(sizes) == 2

    def asked(query: str) -> set[str]:
        return {one["labels"]["alert"] for one in client.get(f"/api/v2/alerts?{query}", headers=headers).json()}

    assert asked(f'filter=alertname="{BAND}"') == {str(first.id), str(second.id)}
    assert asked(f"filter=alertname={BAND}&filter=point!={GAUGE}") == {str(second.id)}
    assert asked("filter=life_safety=true&filter=severity!~low|medium") != set()
    assert asked("active=false") == set()
    refused = client.get("/api/v2/alerts?filter=nonsense", headers=headers)
    assert refused.status_code == 400
    assert "allowed" in refused.json()


def test_a_house_under_test_is_inhibited_not_active(home: House, client: TestClient, program: Headers) -> None:
    from dataclasses import replace

    alert = pump(home)
    with home.records.begin() as unit:
        unit.alerts.update(replace(unit.alerts.get(alert.id), test=True))
    headers = program(Role.GUARD)
    (one,) = client.get("/api/v2/alerts", headers=headers).json()
    assert one["status"] == {"state": "suppressed", "silencedBy": [], "inhibitedBy": ["test"]}
    assert client.get("/api/v2/alerts?inhibited=false", headers=headers).json() == []


def test_status_and_receivers_are_theirs(home: House, client: TestClient, program: Headers) -> None:
    told = client.get("/api/v2/status", headers=program(Role.GUARD)).json()
    assert told["cluster"]["status"] == "disabled"
    assert told["versionInfo"]["version"] == "0.1.0"
    assert told["uptime"] == iso(home.clock())
    assert client.get("/api/v2/receivers", headers=program(Role.GUARD)).json() == [{"name": "dutyroom"}]
