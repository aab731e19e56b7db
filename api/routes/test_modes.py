"""``/api/v1/test-modes``: tests, what came through in them and what did not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from api.access import READING, WorkActor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, moment
from api.routes import API
from api.routes.points import bad_cursor
from api.setting_aside import TestWish, start_test, stop_test
from facility.instant import MINUTE
from facility.scope import Extent
from facility.test_mode import TestMode

router = APIRouter(prefix=f"{API}/test-modes", tags=["test modes"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class TestModeOut(Out):
    """One test. ``came`` and ``missed`` are the evidence that stands once ``reported`` does."""

    __test__ = False

    id: int = Field(examples=[3])
    extent: str = Field(examples=["zone"], description="point, asset, zone or system")
    scope: str = Field(examples=["t1"], description="its id; empty for the whole property")
    since: str
    until: str
    ended: str | None
    ended_by: str
    who: str
    why: str = Field(examples=["Monthly test, tower 1"])
    in_force: bool
    expected: list[str] = Field(examples=[["t1-f01-smoke-1.smoke"]])
    reported: str | None
    came: list[str]
    missed: list[str]
    version: int


class TestModeIn(BaseModel):
    """What a test needs."""

    __test__ = False

    extent: Extent = Field(examples=["zone"])
    scope: str = Field(default="", max_length=200, examples=["t1"])
    minutes: int = Field(gt=0, le=240, examples=[60])
    why: str = Field(min_length=1, max_length=LONGEST_TEXT, examples=["Monthly test, tower 1"])
    expected: list[str] = Field(
        default_factory=list,
        max_length=5000,
        description="Points whose signal is to come through; the life-safety points in the scope when left out.",
    )


@router.get("", summary="Tests, newest first")
def list_test_modes(context: Given, cursor: Cursor = None, limit: Limit = 50) -> Listing[TestModeOut]:
    """Those in force, and those that are over, with what they showed."""
    with context.records.read() as unit:
        try:
            page = unit.test_modes.find(cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[mode_out(mode, context.clock()) for mode in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One test")
def read_test_mode(context: Given, number: int) -> TestModeOut:
    """With the signals that came through, and those that did not, once it is over."""
    with context.records.read() as unit:
        return mode_out(unit.test_modes.get(number), context.clock())


@router.post("", summary="Start a test", response_model=TestModeOut, status_code=201)
def start(*, request: Request, visitor: WorkActor, context: Given, body: TestModeIn, key: Key = None) -> Any:
    """It begins now and ends by itself. Alerts in its scope are kept and marked, and page nobody."""
    wish = TestWish(
        extent=body.extent,
        scope=body.scope,
        length=body.minutes * MINUTE,
        why=body.why,
        expected=tuple(dict.fromkeys(body.expected)),
    )
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: mode_out(start_test(unit, context.register(unit), visitor.actor, now, wish), now).model_dump(),
    )


@router.post("/{number}/end", summary="End a test early", response_model=TestModeOut, responses=CONFLICT)
def end(*, request: Request, visitor: WorkActor, context: Given, number: int, key: Key = None) -> Any:
    """From now on alarms in its scope are in earnest; its report follows within seconds. 409 when it is over already."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: mode_out(stop_test(unit, number, visitor.actor, now), now).model_dump(),
    )


def mode_out(mode: TestMode, now: int) -> TestModeOut:
    """A test as the API gives it."""
    return TestModeOut(
        id=mode.id,
        extent=mode.extent.value,
        scope=mode.scope,
        since=moment(mode.since) or "",
        until=moment(mode.until) or "",
        ended=moment(mode.ended),
        ended_by=mode.ended_by,
        who=mode.who,
        why=mode.why,
        in_force=mode.in_force(now),
        expected=list(mode.expected),
        reported=moment(mode.reported),
        came=list(mode.came),
        missed=list(mode.missed),
        version=mode.version,
    )
