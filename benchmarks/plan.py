"""Planning 45 days ahead for 10,000 assets and the 29 duties that ship, and advancing what falls due at a month's end.

The measure beside it is SQLite's own: as many rows of the same columns, written by executemany in one transaction. Each store
is fresh and on this machine; PostgreSQL is measured when DUTYROOM_TEST_POSTGRES_URL says where one is.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from typing import Any

from facility.instant import DAY
from facility.occurrence import Occurrence
from facility.register import Register, difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from inspections.attending import Attending
from inspections.duty_files import load_duties
from inspections.planner import Planner
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit
from storage.records.sql import SqlRecords
from storage.records.sql.shape import Shape
from storage.records.sql.tables import OCCURRENCES
from tests import services

ASSETS = 10_000
START = 1_795_492_800_000
SHARES = {
    "smoke-detector": 60,
    "extinguisher": 15,
    "emergency-light": 10,
    "hydrant": 10,
    "distribution-box": 4,
    "lift": 1,
}
"""Of a hundred assets so many are of that kind."""


def main() -> dict[str, Any]:
    """One JSON line: seconds to plan all, to look again when nothing changed, and the ratio to bare inserts."""
    services.load_environment()
    found: dict[str, Any] = {"benchmark": "plan", "assets": ASSETS, "duties": len(load_duties())}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = _measure(f"sqlite:///{folder}/records.db", folder)
        postgres = os.environ.get(services.POSTGRES)
        if postgres:
            with services.postgres_database(postgres) as url:
                found["postgresql"] = _measure(url, folder)
    return found


def register() -> Register:
    """One building with its assets, by shares of kinds."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    assets = (
        Asset(id=f"a{number}", zone="b1", kind=kinds[number % len(kinds)], name=Text(f"{number}"))
        for number in range(ASSETS)
    )
    return Register(
        sites={"home": Site(id="home", name=Text("家园"))},
        zones={"b1": Zone(id="b1", site="home", kind="building", name=Text("一号楼"))},
        assets={one.id: one for one in assets},
    )


def _measure(url: str, folder: str) -> dict[str, float]:
    records = SqlRecords(url)
    try:
        records.migrate()
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), register()), "bench", START)
        duties = load_duties()
        planner, attending = Planner(lambda: duties), Attending(lambda: duties)
        planned = _timed(lambda: _drain(records, planner.step, START))
        again = _timed(lambda: _drain(records, planner.step, START + 60_000))
        restarted = _timed(lambda: _drain(records, Planner(lambda: duties).step, START + 60_000))
        with records.read() as unit:
            rows = unit.occurrences.find(OccurrenceFilter(), limit=1_000_000).rows
        bare = _bare(rows, folder)
        attended = _timed(lambda: _drain(records, attending.step, START + 40 * DAY))
        with records.read() as unit:
            facts = unit.facts.head()
    finally:
        records.close()
    return {
        "rows": len(rows),
        "plan_s": round(planned, 2),
        "look_again_ms": round(again * 1_000, 1),
        "after_restart_ms": round(restarted * 1_000, 1),
        "bare_inserts_s": round(bare, 2),
        "ratio": round(planned / bare, 1),
        "advance_40_days_s": round(attended, 2),
        "facts": facts,
    }


def _drain(records: SqlRecords, step: Callable[[Unit, int], bool], now: int) -> None:
    more = True
    while more:
        with records.begin() as unit:
            more = step(unit, now)


def _bare(rows: list[Occurrence], folder: str) -> float:
    """As many rows of the same columns with the same indexes' unique key, by the driver alone."""
    shape: Shape[Occurrence] = Shape(Occurrence)
    columns = [column.name for column in OCCURRENCES.columns if column.name != "id"]
    values = [tuple(row[name] for name in columns) for row in map(shape.new_row, rows)]
    database = sqlite3.connect(f"{folder}/bare-{time.monotonic_ns()}.db")
    try:
        database.execute(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {', '.join(columns)}, UNIQUE (key))")
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO bare ({', '.join(columns)}) VALUES ({marks})"

        def write() -> None:
            with database:
                database.executemany(insert, values)

        return _timed(write)
    finally:
        database.close()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
