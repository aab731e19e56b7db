"""What Prometheus is told: well formed, in base units, of every stage and process, also while a store is away."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from storage.records.port import Records, RecordsUnavailable, Unit
from tests.api.seed import NOW, WORKER, Clockwork, House, reopen
from tests.architecture.checkout import CHECKOUT

GRAFANA = CHECKOUT / "deploy" / "grafana" / "dutyroom.json"
NAME = re.compile(r"\bdutyroom_[a-z0-9_]+")


def told(home: House) -> str:
    """As this machine's own Prometheus is told."""
    answer = TestClient(create_app(home.context), client=("127.0.0.1", 5_000)).get("/metrics")
    assert answer.status_code == 200
    return answer.text


def samples(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (
        line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")
    )}  # fmt: skip


@pytest.fixture(scope="module")
def metrics(riverside_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """With a worker that has a journal, and a responder; asked from the machine itself."""
    file = tmp_path_factory.mktemp("metrics") / "records.db"
    shutil.copyfile(riverside_file, file)
    home = reopen(f"sqlite:///{file}", Clockwork())
    journal = {"rows": 7, "bytes": 900, "limit": 9_000, "oldest": NOW - 5_000, "forwarded": 21, "refused": 1}
    with home.records.begin() as unit:
        unit.notes.put("worker/worker", {**WORKER, "journal": journal, "thinned": 4, "mismatched": 2})
        unit.notes.put("responder/one", {"at": NOW, "active": True, "machine": WORKER["machine"]})
    text = told(home)
    home.records.close()
    return text


def test_every_stage_of_a_messages_way_is_counted_by_worker(metrics: str) -> None:
    found = samples(metrics)
    for line, value in {
        'dutyroom_messages_received_total{worker="worker"}': 1_204_314,
        'dutyroom_messages_decoded_total{worker="worker"}': 1_204_308,
        'dutyroom_messages_refused_total{reason="unit",worker="worker"}': 1,
        'dutyroom_readings_judged_total{worker="worker"}': 2_408_622,
        'dutyroom_messages_committed_total{worker="worker"}': 1_204_311,
        'dutyroom_messages_acknowledged_total{worker="worker"}': 1_204_311,
        'dutyroom_readings_thinned_total{worker="worker"}': 4,
        'dutyroom_messages_mismatched_total{worker="worker"}': 2,
        'dutyroom_history_rows_forwarded_total{worker="worker"}': 21,
        'dutyroom_journal_age_seconds{worker="worker"}': 5,
        'dutyroom_journal_limit_bytes{worker="worker"}': 9_000,
        'dutyroom_lag_seconds{worker="worker"}': 0.012,
        'dutyroom_stage_seconds_total{stage="store",worker="worker"}': 122.5,
        'dutyroom_store_errors_total{store="readings",worker="worker"}': 1,
        'dutyroom_process_cpu_seconds_total{process="worker/worker"}': 300.5,
        'dutyroom_disk_free_bytes{folder="/var/lib/dutyroom",host="north"}': 40 << 30,
        'dutyroom_clock_kept{host="north"}': 1,
        'dutyroom_store_up{store="records"}': 1,
    }.items():
        assert found[line] == value, line
    assert found['dutyroom_process_resident_bytes{process="pages"}'] > 1 << 20


def test_prometheus_own_checker_finds_nothing_to_say(metrics: str, promtool_path: str) -> None:
    done = subprocess.run(
        [promtool_path, "check", "metrics"], input=metrics, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_documents_tell_every_metric_and_none_that_there_is_not(metrics: str) -> None:
    page = (CHECKOUT / "docs" / "operations.md").read_text("utf-8").split("\n## Metrics\n")[1].split("\n## ")[0]
    cells = [row.split("|")[2] for row in page.splitlines() if row.startswith("| ")]
    told = {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}
    there = set(re.findall(r"^# TYPE dutyroom_(\w+) ", metrics, re.MULTILINE))
    assert there - told == set()
    assert told - there - {"worker", "reason", "store", "stage", "severity", "dutyroom_"} == set()


class Away:
    """Records that nobody can reach."""

    def check(self) -> str:
        raise RecordsUnavailable("gone")

    def read(self) -> AbstractContextManager[Unit]:
        raise RecordsUnavailable("gone")


def test_while_the_records_are_away_the_rest_is_told(home: House) -> None:
    away = replace(home.context, records=cast("Records", Away()))
    app = create_app(home.context)
    app.state.context = away
    answer = TestClient(app, client=("127.0.0.1", 5_000)).get("/metrics")
    assert answer.status_code == 200
    found = samples(answer.text)
    assert (found['dutyroom_store_up{store="records"}'], found['dutyroom_store_up{store="readings"}']) == (0, 1)
    assert found['dutyroom_process_resident_bytes{process="pages"}'] > 1 << 20


def queries(dashboard: Path) -> list[str]:
    """Every expression of the dashboard's panels and variables."""
    board = json.loads(dashboard.read_text("utf-8"))
    found = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    return found + [
        variable["query"]["query"] for variable in board["templating"]["list"] if variable["type"] == "query"
    ]


def test_every_query_of_the_dashboard_asks_for_a_metric_that_there_is(metrics: str) -> None:
    there = {name for line in metrics.splitlines() if line.startswith("# TYPE ") for name in [line.split()[2]]}
    asked = {name for query in queries(GRAFANA) for name in NAME.findall(query)}
    assert len(asked) >= 20
    assert asked - there == set()


def test_the_dashboards_queries_are_promql(promtool_path: str, tmp_path: Path) -> None:
    """As rules of recording, which promtool reads whole."""
    exprs = [query.replace("$worker", ".*").replace("$__rate_interval", "5m") for query in queries(GRAFANA)]
    rules = [{"record": f"q:{n}", "expr": expr} for n, expr in enumerate(exprs) if not expr.startswith("label_values")]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run([promtool_path, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_panels_fill_their_rows_and_have_titles_in_both_languages() -> None:
    board = json.loads(GRAFANA.read_text("utf-8"))
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(places) == len(set(places))
    for panel in board["panels"]:
        assert re.search(r"[一-鿿]", panel["title"]), panel["title"]
        assert re.search(r"[A-Za-z]", panel["title"]), panel["title"]
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
