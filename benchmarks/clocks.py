"""The scheduler among 20,000 open work orders with 5 clocks each: a pass that finds nothing, and one that finds 1,000 due.

The measure beside it is what the database itself needs to count the same due rows by the same index. Each store is fresh
and on this machine; PostgreSQL is measured when DUTYROOM_TEST_POSTGRES_URL says where one is.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select

from facility.alert import Severity
from facility.instant import DAY, HOUR, MINUTE
from facility.promise import Promise
from facility.text import Text
from facility.work_order import WorkOrder
from response.scheduler import look_at_clocks
from storage.records.sql import SqlRecords
from storage.records.sql.clocks import due_now
from tests import services

ORDERS, DUE = 20_000, 1_000
PASSES = 50
START = 1_795_492_800_000
PROMISES = (
    Promise(name="respond", within=15 * MINUTE),
    Promise(name="arrive", within=HOUR),
    Promise(name="resolve", within=2 * HOUR),
    Promise(name="notice", within=30 * MINUTE),
    Promise(name="visit", within=DAY),
)


def main() -> dict[str, Any]:
    """One JSON line: milliseconds a pass, on each store, and the ratio to a bare count of the due rows."""
    services.load_environment()
    found: dict[str, Any] = {"benchmark": "clocks", "orders": ORDERS, "clocks": ORDERS * len(PROMISES), "due": DUE}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = _measure(f"sqlite:///{folder}/records.db")
    postgres = os.environ.get(services.POSTGRES)
    if postgres:
        with services.postgres_database(postgres) as url:
            found["postgresql"] = _measure(url)
    return found


def _measure(url: str) -> dict[str, float]:
    with _opened(url) as records:
        _fill(records)
        quiet = min(_timed(lambda: _pass(records, START)) for _ in range(PASSES))
        now = START + PROMISES[0].within
        count = min(_timed(lambda: _count(records, now)) for _ in range(PASSES))
        processor = time.process_time()
        due = _timed(lambda: _pass(records, now))
        processor = time.process_time() - processor
        with records.read() as unit:
            said = unit.facts.head()
    assert said == DUE, said
    return {
        "quiet_pass_ms": round(quiet * 1_000, 2),
        "bare_count_ms": round(count * 1_000, 2),
        "quiet_to_bare_count": round(quiet / count, 1),
        "due_pass_ms": round(due * 1_000, 1),
        "due_pass_of_processor_ms": round(processor * 1_000, 1),
        "due_pass_us_each": round(due / DUE * 1_000_000),
    }


@contextmanager
def _opened(url: str) -> Iterator[SqlRecords]:
    records = SqlRecords(url)
    records.migrate()
    try:
        yield records
    finally:
        records.close()


def _fill(records: SqlRecords) -> None:
    """Of each twentieth order one limit passes at the instant that is looked at; the others have days left."""
    for start in range(0, ORDERS, 500):
        with records.begin() as unit:
            for number in range(start, start + 500):
                unit.work_orders.add(_order(number))


def _order(number: int) -> WorkOrder:
    at = START + 30 * DAY
    clocks = [promise.clock(at) for promise in PROMISES]
    if number % (ORDERS // DUE) == 0:
        clocks[0] = PROMISES[0].clock(START + number)
    return WorkOrder(
        kind="water-supply",
        title=Text("水泵房压力", "Pump-room pressure"),
        severity=Severity.HIGH,
        limit=Text("0.50–0.70 MPa"),
        opened=START,
        event_at=START,
        clocks=tuple(clocks),
    )


def _pass(records: SqlRecords, now: int) -> None:
    """As the responder does it: portions, each in a unit that commits."""
    more = True
    while more:
        with records.begin() as unit:
            more = look_at_clocks(unit, now)


def _count(records: SqlRecords, now: int) -> None:
    with records.engine.connect() as connection:
        connection.execute(select(func.count()).select_from(due_now(now).subquery())).scalar()


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
