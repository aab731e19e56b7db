"""Server-sent events: one poller per process, fanned out to browsers through bounded queues."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.discreet import is_silent
from api.discreet_facts import is_hushed, silent_alerts
from api.web.values import show
from facility.alert import Condition
from facility.fact import Fact
from facility.instant import iso
from facility.register import Register
from storage.readings.port import ReadingsUnavailable
from storage.records.port import NotFound, RecordsUnavailable, Unit

log = logging.getLogger(__name__)

FACTS_EVERY = 0.1
VALUES_EVERY = 0.5
BEAT_EVERY = 2.0
RECHECK_EVERY = 30.0
"""How soon a signed-out or revoked listener is cut off."""
QUEUE = 500
"""Events that wait for one browser; a slower one is cut off and comes back with its Last-Event-ID."""
MOST_POINTS = 1000
RESUME = 500
"""A browser that missed more facts than this reloads instead."""
SHOWN_NOUNS = frozenset(
    {
        "alert",
        "camera",
        "coverage",
        "plan",
        "video",
        "notice",
        "chain",
        "work-order",
        "incident",
        "bulletin",
        "letter",
        "device",
        "occurrence",
        "duty",
        "impairment",
        "maintenance",
        "test-mode",
        "register",
        "rule",
        "system",
        "report",
        "round",
    }
)
"""Facts about accounts are nobody's live news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the stream, written out once for everybody."""

    name: str
    data: str
    id: int | None = None
    silent: bool = False
    """Of a silent alert: others hear that there is a fact, for the numbers have no gaps."""

    def wire(self) -> bytes:
        """As the EventSource format wants it."""
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.name}\ndata: {self.data}\n\n".encode()


@dataclass(eq=False, kw_only=True)
class Listener:
    """One open stream."""

    points: frozenset[str] = frozenset()
    language: str = "zh"
    may: Callable[[], bool] = lambda: True
    """Whether the listener may still listen; asked in a thread."""
    hears_silent: bool = False
    """Whether the listener may see silent alerts."""
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    sent: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Point → what was last sent, so that only what changed is sent."""

    def put(self, event: Event) -> bool:
        """False when the queue is full."""
        if event.silent and not self.hears_silent:
            event = Event(name=event.name, data=_json({"seq": event.id, "noun": "other"}), id=event.id)
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Close the stream, whatever still waits in it."""
        while self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Live:
    """The poller and its listeners. Lives on one event loop; stores are asked in threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._listeners: set[Listener] = set()
        self._seen = 0
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shut = False
        self._troubles: dict[str, str] = {}
        """Step → why it failed when it last ran; empty while all is well."""

    @property
    def problem(self) -> str:
        """Why the last poll failed, or empty."""
        return next(iter(self._troubles.values()), "")

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    async def listen(
        self,
        points: Iterable[str],
        language: str,
        after: int | None,
        may: Callable[[], bool] = lambda: True,
        *,
        hears_silent: bool = False,
    ) -> AsyncIterator[bytes]:
        """Events for one browser, from the fact after ``after`` on, for as long as it ``may`` listen."""
        watched = frozenset(list(points)[:MOST_POINTS])
        listener = Listener(points=watched, language=language, may=may, hears_silent=hears_silent)
        self._loop = asyncio.get_running_loop()
        for missed in await self._missed(after):
            listener.put(missed)
        self._listeners.add(listener)
        if self._shut:
            listener.end()
        self._start()
        try:
            yield b"retry: 1000\n\n"
            while (event := await listener.queue.get()) is not None:
                yield event.wire()
        finally:
            self._listeners.discard(listener)

    async def _missed(self, after: int | None) -> list[Event]:
        """A first beat, and what happened since ``after``; a request to reload when that is too much."""

        def read() -> tuple[int, list[Event]]:
            with self._context.records.read() as unit:
                head = unit.facts.head()
                if after is None or after >= head:
                    return head, []
                if head - after > RESUME:
                    return head, [Event(name="reload", data="{}", id=head)]
                return head, self._fact_events(unit, unit.facts.after(after, RESUME))

        head, events = await run_in_threadpool(read)
        if not self._listeners:
            self._seen = head
        return [self._beat(head), *events]

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def shut(self) -> None:
        """End every stream, and those that still come, so that the server can stop. Callable from any thread or signal."""
        self._shut = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for listener in list(self._listeners):
            listener.end()

    async def close(self) -> None:
        """End every stream and the poller."""
        self._shut = True
        self._end_all()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Poll while somebody listens."""
        values_at = beat_at = 0.0
        recheck_at = time.monotonic() + RECHECK_EVERY
        while self._listeners:
            started = time.monotonic()
            await self._guarded("facts", self._send_facts)
            if started >= values_at:
                values_at = started + VALUES_EVERY
                await self._guarded("values", self._send_values)
            if started >= beat_at:
                beat_at = started + BEAT_EVERY
                self._send_all(self._beat(self._seen))
            if started >= recheck_at:
                recheck_at = started + RECHECK_EVERY
                await self._guarded("sessions", self.recheck)
            await asyncio.sleep(max(0.0, FACTS_EVERY - (time.monotonic() - started)))

    async def _guarded(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
            self._troubles.pop(name, None)
        except (RecordsUnavailable, ReadingsUnavailable) as error:
            self._troubles[name] = str(error)
        except Exception:
            log.exception("a live poll failed")
            self._troubles[name] = "poll failed"

    async def recheck(self) -> None:
        """Cut off whoever may no longer listen: signed out, disabled, revoked, expired."""
        for listener in list(self._listeners):
            if not await run_in_threadpool(listener.may):
                self._listeners.discard(listener)
                listener.end()

    async def _send_facts(self) -> None:
        def read() -> tuple[int, list[Event]]:
            with self._context.records.read() as unit:
                head = unit.facts.head()
                if head <= self._seen:
                    return self._seen, []
                facts = unit.facts.after(self._seen)
                shown = [fact for fact in facts if fact.noun in SHOWN_NOUNS]
                return facts[-1].seq if facts else head, self._fact_events(unit, shown)

        self._seen, events = await run_in_threadpool(read)
        for event in events:
            self._send_all(event)

    def _fact_events(self, unit: Unit, facts: Iterable[Fact]) -> list[Event]:
        silent = cache(partial(silent_alerts, unit.alerts))
        return [self._fact_event(unit, fact, silent) for fact in facts]

    def _fact_event(self, unit: Unit, fact: Fact, silent: Callable[[], frozenset[str]]) -> Event:
        body: dict[str, Any] = {
            "seq": fact.seq,
            "at": iso(fact.at),
            "noun": fact.noun,
            "subject": fact.subject,
            "what": fact.what,
            "who": fact.who,
        }
        if fact.noun not in SHOWN_NOUNS:
            body = {"seq": fact.seq, "noun": "other"}
        data = _json(body | _about(unit, fact))
        return Event(name="fact", data=data, id=fact.seq, silent=is_hushed(fact, silent))

    async def _send_values(self) -> None:
        watched = frozenset().union(*(listener.points for listener in self._listeners))
        if not watched:
            return
        shown = await run_in_threadpool(self._values, watched)
        for listener in list(self._listeners):
            changed = {p: v for p in listener.points if (v := shown.get((p, listener.language)))}
            news = {p: v for p, v in changed.items() if listener.sent.get(p) != tuple(v.values())}
            if news:
                listener.sent |= {p: tuple(v.values()) for p, v in news.items()}
                self._send(listener, Event(name="values", data=_json(news)))

    def _values(self, watched: frozenset[str]) -> dict[tuple[str, str], dict[str, Any]]:
        """(point, language) → what to show of it."""
        with self._context.records.read() as unit:
            register = self._context.register(unit)
            priorities = _priorities(unit)
        last = self._context.readings.last(watched & register.points.keys())
        now = self._context.clock()
        languages = {listener.language for listener in self._listeners}
        return {
            (point, language): _value(register, point, last, now, language) | {"priority": priorities.get(point, 0)}
            for point in last
            for language in languages
        }

    def _beat(self, head: int) -> Event:
        return Event(name="beat", data=_json({"at": self._context.clock(), "head": head, "problem": self.problem}))

    def _send_all(self, event: Event) -> None:
        for listener in list(self._listeners):
            self._send(listener, event)

    def _send(self, listener: Listener, event: Event) -> None:
        if not listener.put(event):
            self._listeners.discard(listener)
            listener.end()


def _value(register: Register, point: str, last: dict[str, Any], now: int, language: str) -> dict[str, Any]:
    shown = show(register.points[point], last[point], now, language)
    return {
        "text": shown.text if shown.known else "",
        "unit": shown.unit,
        "at": shown.at,
        "stale": shown.stale,
        "quality": shown.quality,
        "test": shown.test,
    }


def _priorities(unit: Unit) -> dict[str, int]:
    """Point → its most urgent open alert that still goes on."""
    found: dict[str, int] = {}
    for alert in unit.alerts.open_ones():
        if alert.condition is not Condition.NORMAL and not is_silent(alert):
            found[alert.point] = min(found.get(alert.point, 9), int(alert.severity))
    return found


def _about(unit: Unit, fact: Fact) -> dict[str, Any]:
    """Severity and title in both languages, where the noun has them."""
    try:
        if fact.noun == "alert":
            alert = unit.alerts.get(int(fact.subject))
            if is_silent(alert):
                return {}  # whoever may see it finds it on the page that is read again, and nothing sounds
            return {
                "severity": int(alert.severity),
                "title": {"zh": alert.title.say("zh"), "en": alert.title.say("en")},
                "point": alert.point,
                "acknowledged": alert.acknowledged,
                "open": alert.open,
                "announces": alert.announces,
            }
        if fact.noun == "work-order":
            order = unit.work_orders.get(int(fact.subject))
            return {
                "severity": int(order.severity),
                "title": {"zh": order.title.say("zh"), "en": order.title.say("en")},
                "open": order.open,
            }
        if fact.noun == "report":
            return {"severity": 1 if fact.data.get("emergency") and not fact.data.get("same_as") else 3}
    except (NotFound, ValueError):
        pass
    return {}


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
