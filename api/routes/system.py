"""``/api/v1/system``: the health of the product itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import READING
from api.context import Context, context_of
from api.health import Worker, counts, stores, workers
from api.paging import PROBLEMS, Out, moment
from api.routes import API

router = APIRouter(prefix=API, tags=["system"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class WorkerOut(Out):
    """What a worker last said of itself; null where it did not say."""

    name: str = Field(examples=["worker"])
    at: str | None
    silent: bool
    slow: bool
    connected: bool | None
    messages: int | None
    readings: int | None
    letters: int | None
    rate_1m: float | None = Field(description="Messages a second over the last minute.")
    lag_ms: float | None
    queue: int | None
    errors: list[str]
    broken_rules: list[str]


class StoreOut(Out):
    """Whether a store answers, and what it says of itself."""

    answers: bool
    says: str


class SystemOut(Out):
    """The way of a message in numbers."""

    now: str
    version: str
    workers: list[WorkerOut]
    stores: dict[str, StoreOut]
    open_alerts: dict[int, int] = Field(description="By severity.")
    unacknowledged: int
    open_work_orders: int
    dead_letters: int
    unclaimed: int
    facts: int
    register_version: int
    streams: int = Field(description="Browsers and programs that listen to /live in this process.")


@router.get("/system", summary="Health of the product itself")
def read_system(request: Request, context: Given) -> SystemOut:
    """From the workers' notes, the stores and this process."""
    now = context.clock()
    with context.records.read() as unit:
        found, numbers = workers(unit), counts(unit)
    return SystemOut(
        now=moment(now) or "",
        version=context.version,
        workers=[_worker(worker, now) for worker in found],
        stores={name: StoreOut(answers=ok, says=says) for name, (ok, says) in stores(context).items()},
        open_alerts=numbers.open_alerts,
        unacknowledged=numbers.unacknowledged,
        open_work_orders=numbers.open_orders,
        dead_letters=numbers.dead,
        unclaimed=numbers.unclaimed,
        facts=numbers.head,
        register_version=numbers.register,
        streams=request.app.state.live.listeners,
    )


@router.get("/openapi.json", include_in_schema=False)
def read_openapi(request: Request) -> JSONResponse:
    """This interface, as OpenAPI."""
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(document)


def _worker(worker: Worker, now: int) -> WorkerOut:
    return WorkerOut(
        name=worker.name,
        at=moment(worker.at),
        silent=worker.silent(now),
        slow=worker.slow,
        connected=worker.connected,
        messages=worker.messages,
        readings=worker.readings,
        letters=worker.letters,
        rate_1m=worker.rate,
        lag_ms=worker.lag,
        queue=worker.queue,
        errors=list(worker.errors),
        broken_rules=[rule for rule, _, _ in worker.broken_rules],
    )
