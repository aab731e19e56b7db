"""A year's report of 10,000 assets, both files, against plain SQLite reading the same facts and Python decoding their JSON.

Each asset owes something each month, fifty owe something each day: 138,000 due dates, with a result of one measurement each.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from api.reports.making import make
from api.reports.room import ReportRoom
from api.reports.snapshot import asked_for
from facility.fact import Fact
from facility.instant import DAY, HOUR
from facility.register import Register, difference
from facility.site import Asset, Site, Zone, time_zone
from facility.text import Text
from inspections.duty_files import load_duties
from rules.definition import load_book
from storage.readings.memory import MemoryReadings
from storage.records.sql import SqlRecords

ASSETS = int(os.environ.get("REPORT_ASSETS", "10000"))
BUILDINGS = 10
DAILY = 50
YEAR = 2026
AIM = 30.0
ZONE = time_zone("Asia/Shanghai")
PORTION = 500
METER = {"id": "MEG-07", "kind": "megohmmeter", "serial": "7", "calibration_due": 1_830_000_000_000, "valid": True}


def main() -> dict[str, Any]:
    """Seconds of each, and the ratio."""
    with tempfile.TemporaryDirectory(prefix="dutyroom-report-") as folder:
        file = Path(folder) / "records.db"
        records = SqlRecords(f"sqlite:///{file}")
        records.migrate()
        facts = _fill(records)
        plain = _plain(file)
        readings = MemoryReadings()
        room = ReportRoom(records=records, readings=lambda: readings, duties=load_duties, book=load_book)
        asked = asked_for(date(YEAR, 1, 1), date(YEAR, 12, 31), ZONE)
        stages: dict[str, float] = {}
        began, spent = time.perf_counter(), time.process_time()

        def told(stage: str, done: float) -> None:
            stages.setdefault(stage, round(time.process_time() - spent, 2))
            if sys.stderr.isatty():
                print(f"\r{stage} {done:.0%}   ", end="", file=sys.stderr)

        made = make(room, asked, "zh", told=told)
        seconds, processor = time.perf_counter() - began, time.process_time() - spent
        total = {one.id: one.value for one in made.snapshot.figures}
        records.close()
    return {
        "benchmark": "report",
        "assets": ASSETS,
        "facts": facts,
        "due": total["compliance/due"],
        "figures": len(total),
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "aim_seconds": AIM,
        "plain_processor_seconds": round(plain, 2),
        "ratio": round(processor / plain, 2),
        "stages_began_at_processor_second": stages,
        "pdf_bytes": len(made.pdf),
        "xlsx_bytes": len(made.xlsx),
    }


def _fill(records: SqlRecords) -> int:
    with records.begin() as unit:
        unit.registers.apply(difference(unit.registers.load(), _register()), "benchmark", 1)
    portion: list[Fact] = []
    for fact in _facts():
        portion.append(fact)
        if len(portion) == 5_000:
            _append(records, portion)
    _append(records, portion)
    with records.read() as unit:
        return unit.facts.head()


def _append(records: SqlRecords, portion: list[Fact]) -> None:
    with records.begin() as unit:
        unit.facts.append_all(portion)
    portion.clear()


def _register() -> Register:
    zones = {
        f"b{n}": Zone(id=f"b{n}", site="s", kind="building", name=Text(f"{n} 号楼", f"Tower {n}"))
        for n in range(BUILDINGS)
    }
    assets = {
        f"x{n}": Asset(
            id=f"x{n}", zone=f"b{n % BUILDINGS}", kind="extinguisher", name=Text(f"灭火器 {n}", f"Extinguisher {n}")
        )
        for n in range(ASSETS)
    }
    return Register(sites={"s": Site(id="s", name=Text("测试园区", "Test park"))}, zones=zones, assets=assets)


def _facts() -> Iterator[Fact]:
    """By due date: what fell due, then what became of each, then its result."""
    start = asked_for(date(YEAR, 1, 1), date(YEAR, 1, 2), ZONE).since
    number = 0
    for day in range(365):
        due = start + (day + 1) * DAY - 1
        owed = [("stair-rails", "EQ-6", asset) for asset in range(DAILY)]
        if day % 30 == 29:
            owed += [("extinguishers", "FI-1", asset) for asset in range(ASSETS)]
        for at in range(0, len(owed), PORTION):
            some = [(number + place, *one) for place, one in enumerate(owed[at : at + PORTION])]
            number += len(some)
            for duty in dict.fromkeys(one[1] for one in some):
                yield from _of_duty([one for one in some if one[1] == duty], due)


def _of_duty(some: list[tuple[int, str, str, int]], due: int) -> Iterator[Fact]:
    duty, clause = some[0][1:3]
    rows = [[id, f"x{asset}", f"x{asset}", f"b{asset % BUILDINGS}", "engineers", ""] for id, _, _, asset in some]
    data = {"due": due, "opens": due - 29 * DAY, "closes": due, "missed": due + DAY, "clause": clause, "version": "v1"}
    yield Fact(
        at=due, noun="duty", subject=duty, what="fell-due", who="system:duties", data={**data, "occurrences": rows}
    )
    for id, _, _, asset in some:
        yield from _fate(id, duty, clause, asset, due)


def _fate(id: int, duty: str, clause: str, asset: int, due: int) -> Iterator[Fact]:
    about = {
        "duty": duty, "duty_version": "v1", "clause": clause, "target": f"x{asset}", "asset": f"x{asset}",
        "zone": f"b{asset % BUILDINGS}", "opens": due - 29 * DAY, "due": due, "until": due, "missed_at": due + DAY,
        "team": "engineers", "assignee": "",
    }  # fmt: skip
    if id % 20 == 0:
        yield Fact(
            at=due + DAY,
            noun="occurrence",
            subject=str(id),
            what="missed",
            after="missed",
            who="system:duties",
            data=about,
        )
        return
    done = due - HOUR
    finding = {
        "check": "pressure", "item": "", "outcome": "pass", "value": 1.2, "unit": "MPa", "over_range": False, "choice": "",
        "text": "", "files": [], "signed": [], "code": "", "instrument": METER, "low": 1.0, "high": 1.4, "corrected": None,
        "conditions": [],
    }  # fmt: skip
    result = {
        "duty": duty, "duty_version": "v1", "occurrence": id, "target": f"x{asset}", "asset": f"x{asset}",
        "zone": f"b{asset % BUILDINGS}", "with_whom": [], "done": done, "device_at": done, "offset": 0, "late_upload": False,
        "outcome": "pass", "findings": [finding], "corrects": None, "retest_of": None, "sensors": [], "orders": [],
    }  # fmt: skip
    yield Fact(at=due, noun="result", subject=str(id), what="submitted", after="pass", who=f"e{id % 20}", data=result)
    settled = about | {"result": id, "done": done, "outcome": "pass"}
    yield Fact(at=due, noun="occurrence", subject=str(id), what="done", after="done", who=f"e{id % 20}", data=settled)


def _plain(file: Path) -> float:
    """Every fact read and its JSON decoded, by nothing but the standard library."""
    began = time.process_time()
    with sqlite3.connect(file) as link:
        for row in link.execute("SELECT seq, at, noun, subject, what, after, who, data FROM facts ORDER BY seq"):
            json.loads(row[7])
    link.close()
    return time.process_time() - began
