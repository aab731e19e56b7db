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
from api.collector_metrics import collector_metrics
from api.context import Context, context_of
from api.health import Counts, counts, stores, workers
from api.machines import last_backup, machines
from api.notice_metrics import notice_metrics
from api.process_metrics import process_metrics
from api.responder_metrics import responder_metrics
from api.responders import responding
from storage.records.port import RecordsUnavailable

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
    registry = CollectorRegistry()
    registry.register(_Fixed([*_told(context), *_live(request, context)]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _told(context: Context) -> list[Metric]:
    """What lies in the records; nothing while they are away, for then the rest must be told all the more."""
    try:
        with context.records.read() as unit:
            now, found = context.clock(), machines(unit)
            told = [*_counted(counts(unit)), *collector_metrics(workers(unit), now)]
            told += [*responder_metrics(responding(unit), now), *notice_metrics(unit)]
            made = (last_backup(unit) or 0) / 1_000
            told.append(
                _gauge("dutyroom_last_backup_timestamp_seconds", "When a backup was last made; 0 for never", made)
            )
    except RecordsUnavailable:
        told, found = [], []
    return [*told, *process_metrics(found)]


def _live(request: Request, context: Context) -> Iterable[Metric]:
    up = GaugeMetricFamily("dutyroom_store_up", "The store answers this process", labels=["store"])
    for store, (answers, _) in stores(context).items():
        up.add_metric([store], int(answers))
    yield up
    yield _gauge("dutyroom_live_streams", "Open /live streams", request.app.state.live.listeners)


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
