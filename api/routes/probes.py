"""``/healthz``, ``/readyz``, ``/metrics``: for the machines that look after the machine."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from api.access import identify
from api.context import Context, context_of
from api.health import Counts, Worker, counts, stores, workers
from api.notice_metrics import notice_metrics
from api.responder_metrics import responder_metrics
from api.responders import responding

router = APIRouter(include_in_schema=False)
Given = Annotated[Context, Depends(context_of)]
BEHIND_PROXY = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """The process runs."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(context: Given) -> JSONResponse:
    """The stores answer; says nothing about them to strangers."""
    answering = {name: ok for name, (ok, _) in stores(context).items()}
    return JSONResponse(answering, 200 if all(answering.values()) else 503)


@router.get("/metrics")
def metrics(request: Request, context: Given) -> Response:
    """For Prometheus: open to this machine itself, to others with a token."""
    if not from_here(request):
        identify(request)
    with context.records.read() as unit:
        now = context.clock()
        gauges = [*_counted(counts(unit)), *_worked(workers(unit), now), *responder_metrics(responding(unit), now)]
        gauges += notice_metrics(unit)
    gauges.append(_gauge("dutyroom_live_streams", "Open /live streams", request.app.state.live.listeners))
    registry = CollectorRegistry()
    registry.register(_Fixed(gauges))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def from_here(request: Request) -> bool:
    """Whether the request comes from this machine, and no proxy says that it came from elsewhere."""
    if request.client is None or any(name in request.headers for name in BEHIND_PROXY):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Fixed:
    """A collector of what was just read."""

    def __init__(self, gauges: list[Metric]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return self._gauges


def _gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help, value=value)


def _counted(numbers: Counts) -> Iterable[Metric]:
    alerts = GaugeMetricFamily("dutyroom_open_alerts", "Open alerts", labels=["severity"])
    for severity, count in numbers.open_alerts.items():
        alerts.add_metric([str(severity)], count)
    yield alerts
    yield _gauge("dutyroom_unacknowledged_alerts", "Open alerts that nobody acknowledged", numbers.unacknowledged)
    yield _gauge("dutyroom_open_work_orders", "Open work orders", numbers.open_orders)
    yield _gauge("dutyroom_dead_letters", "Messages that could not be used and wait for somebody", numbers.dead)
    yield _gauge("dutyroom_unclaimed", "Devices and keys without a place in the register", numbers.unclaimed)
    yield _gauge("dutyroom_facts", "Newest fact", numbers.head)
    yield _gauge("dutyroom_register_version", "Version of the register", numbers.register)


WORKER_GAUGES = {
    "messages": "Messages taken in since the worker started",
    "readings": "Readings kept since the worker started",
    "letters": "Dead letters since the worker started",
    "rate": "Messages a second over the last minute",
    "lag": "Milliseconds from receipt to acknowledgement",
    "queue": "Messages waiting",
}


JOURNAL_GAUGES = {
    "rows": "Rows that wait for the history",
    "bytes": "Bytes that wait for the history",
    "limit": "Bytes that may wait",
    "forwarded": "Rows forwarded to the history since the worker started",
    "refused": "Rows that the history refused since the worker started",
}


def _worked(found: list[Worker], now: int) -> Iterable[Metric]:
    for field, help in WORKER_GAUGES.items():
        family = GaugeMetricFamily(f"dutyroom_worker_{field}", help, labels=["worker"])
        for worker in found:
            value = getattr(worker, field)
            if value is not None:
                family.add_metric([worker.name], value)
        yield family
    for field, help in JOURNAL_GAUGES.items():
        family = GaugeMetricFamily(f"dutyroom_journal_{field}", help, labels=["worker"])
        for worker in found:
            if field in worker.journal:
                family.add_metric([worker.name], worker.journal[field])
        yield family
    waits = GaugeMetricFamily(
        "dutyroom_journal_age", "Milliseconds since the oldest that waits came", labels=["worker"]
    )
    for worker in found:
        if worker.journal:
            oldest = worker.journal.get("oldest")
            waits.add_metric([worker.name], 0 if oldest is None else now - oldest)
    yield waits
    up = GaugeMetricFamily("dutyroom_worker_up", "Heard of within 15 s", labels=["worker"])
    connected = GaugeMetricFamily("dutyroom_worker_connected", "Connected to the broker", labels=["worker"])
    for worker in found:
        up.add_metric([worker.name], 0 if worker.silent(now) else 1)
        connected.add_metric([worker.name], 1 if worker.connected else 0)
    yield up
    yield connected
