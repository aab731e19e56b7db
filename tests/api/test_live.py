"""The stream of what happens: facts, values, beats; one poller, bounded queues, resumed where it was cut."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2
import pytest

from api.app import create_app
from api.live import QUEUE, RESUME, Live
from facility.fact import Fact
from facility.instant import MINUTE
from storage.records.port import RecordsUnavailable
from tests.api.seed import GAUGE, NOW, House
from tests.api.server import serving

T = TypeVar("T")
PATIENCE = 10.0
Told = tuple[str, int | None, Any]
"""(event, id, data)"""


def read(chunk: bytes) -> Told | None:
    fields = dict(line.split(": ", 1) for line in chunk.decode().strip().splitlines())
    if "event" not in fields:
        return None
    return fields["event"], int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])


async def told(stream: AsyncIterator[bytes], wanted: str) -> Told:
    """The next event of that name."""

    async def look() -> Told:
        async for chunk in stream:
            event = read(chunk)
            if event is not None and event[0] == wanted:
                return event
        raise AssertionError("the stream ended")

    return await asyncio.wait_for(look(), PATIENCE)


def run(home: House, story: Callable[[Live], Awaitable[T]]) -> T:
    async def whole() -> T:
        live = Live(home.context)
        try:
            return await story(live)
        finally:
            await live.close()

    return asyncio.run(whole())


def write_fact(home: House, noun: str = "system", subject: str = "x", what: str = "tested") -> None:
    with home.records.begin() as unit:
        unit.facts.append(Fact(at=home.clock(), noun=noun, subject=subject, what=what, who="system:test"))


def test_the_first_thing_told_is_that_it_lives(home: House) -> None:
    async def story(live: Live) -> Told:
        return await told(live.listen([], "zh", None), "beat")

    _, _, beat = run(home, story)
    with home.records.read() as unit:
        assert beat == {"at": NOW, "head": unit.facts.head(), "problem": ""}


def test_a_new_alert_is_told_with_severity_and_both_titles(home: House) -> None:
    async def story(live: Live) -> Told:
        stream = live.listen([], "zh", None)
        await told(stream, "beat")
        await asyncio.to_thread(home.raise_alert, "pump-pressure-band", GAUGE, value=0.48)
        return await told(stream, "fact")

    _, number, fact = run(home, story)
    assert number == fact["seq"]
    assert (fact["noun"], fact["what"], fact["severity"], fact["point"]) == ("alert", "raised", 2, GAUGE)
    assert fact["title"]["zh"] != fact["title"]["en"]


def test_facts_come_in_order_and_each_once(home: House) -> None:
    async def story(live: Live) -> list[str]:
        stream = live.listen([], "zh", None)
        await told(stream, "beat")
        for number in range(20):
            await asyncio.to_thread(write_fact, home, subject=str(number))
        return [(await told(stream, "fact"))[2]["subject"] for _ in range(20)]

    assert run(home, story) == [str(number) for number in range(20)]


def test_what_accounts_do_is_nobody_s_news(home: House) -> None:
    async def story(live: Live) -> Told:
        stream = live.listen([], "zh", None)
        await told(stream, "beat")
        await asyncio.to_thread(write_fact, home, noun="account", subject="officer", what="signed-in")
        await asyncio.to_thread(write_fact, home, subject="after")
        return await told(stream, "fact")

    assert run(home, story)[2]["subject"] == "after"


def test_a_cut_stream_goes_on_where_it_was(home: House) -> None:
    with home.records.read() as unit:
        head = unit.facts.head()
    for number in range(3):
        write_fact(home, subject=str(number))

    async def story(live: Live) -> list[Told]:
        stream = live.listen([], "zh", head + 1)
        return [await told(stream, "fact"), await told(stream, "fact")]

    assert [(number, fact["subject"]) for _, number, fact in run(home, story)] == [(head + 2, "1"), (head + 3, "2")]


def test_who_missed_too_much_is_asked_to_reload(home: House) -> None:
    with home.records.begin() as unit:
        for _ in range(RESUME + 1):
            unit.facts.append(Fact(at=NOW, noun="system", subject="x", what="tested", who="system:test"))

    async def story(live: Live) -> Told:
        return await told(live.listen([], "zh", 0), "reload")

    assert run(home, story)[1] == home.context.records.read().__enter__().facts.head()


def test_only_watched_values_that_changed_are_sent(home: House) -> None:
    home.say(GAUGE, 0.6)
    home.say("t1-pump-2.pressure", 0.8)

    async def story(live: Live) -> list[Any]:
        stream = live.listen([GAUGE, "no-such-point"], "zh", None)
        first = await told(stream, "values")
        home.clock.now += 1000
        home.say(GAUGE, 0.48)
        return [first[2], (await told(stream, "values"))[2]]

    first, second = run(home, story)
    assert list(first) == list(second) == [GAUGE]
    assert (first[GAUGE]["text"], first[GAUGE]["unit"], first[GAUGE]["stale"]) == ("0.600", "MPa", False)
    assert (second[GAUGE]["text"], second[GAUGE]["priority"]) == ("0.480", 0)


def test_a_value_takes_its_alert_s_colour_and_goes_stale(home: House) -> None:
    home.say(GAUGE, 0.48)
    home.raise_alert("pump-pressure-band", GAUGE, value=0.48)

    async def story(live: Live) -> list[Any]:
        stream = live.listen([GAUGE], "zh", None)
        first = await told(stream, "values")
        home.clock.now += 10 * MINUTE
        return [first[2][GAUGE], (await told(stream, "values"))[2][GAUGE]]

    fresh, old = run(home, story)
    assert (fresh["priority"], fresh["stale"], old["stale"]) == (2, False, True)


def test_states_are_told_in_each_listener_s_language(home: House) -> None:
    smoke = next(p.id for p in home.register().points.values() if p.quantity == "smoke")
    home.say(smoke, 1.0)

    async def story(live: Live) -> list[str]:
        streams = [live.listen([smoke], language, None) for language in ("zh", "en")]
        return [(await told(stream, "values"))[2][smoke]["text"] for stream in streams]

    assert run(home, story) == ["报警", "alarm"]


def test_one_poller_serves_all_and_stops_when_nobody_listens(home: House) -> None:
    async def story(live: Live) -> tuple[int, int]:
        streams = [live.listen([], "zh", None) for _ in range(5)]
        for stream in streams:
            await told(stream, "beat")
        listening, tasks = live.listeners, {id(live._task)}
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        assert live._task is not None
        await asyncio.wait_for(live._task, PATIENCE)
        return listening, len(tasks)

    assert run(home, story) == (5, 1)


def test_a_browser_that_does_not_read_is_cut_and_the_others_go_on(home: House) -> None:
    async def story(live: Live) -> tuple[int, bool]:
        slow, quick = live.listen([], "zh", None), live.listen([], "zh", None)
        await told(slow, "beat")
        await told(quick, "beat")
        heard = 0
        for number in range(QUEUE + 20):
            live._send_all(live._beat(number))
            await told(quick, "beat")
            heard += 1
        rest = [chunk async for chunk in slow]
        return heard, len(rest) <= QUEUE

    assert run(home, story) == (QUEUE + 20, True)


def test_a_store_that_is_away_is_told_and_the_stream_goes_on(home: House) -> None:
    class Flaky:
        away = True

        def __getattr__(self, name: str) -> Any:
            return getattr(home.records, name)

        @contextmanager
        def read(self) -> Iterator[Any]:
            if self.away and threading.current_thread() is not None and self.asked:
                raise RecordsUnavailable("the database is restarting")
            self.asked = True
            with home.records.read() as unit:
                yield unit

        asked = False

    flaky = Flaky()

    async def story(live: Live) -> tuple[str, str]:
        stream = live.listen([], "zh", None)
        await told(stream, "beat")
        troubled = (await told(stream, "beat"))[2]["problem"]
        flaky.away = False
        await asyncio.to_thread(write_fact, home)
        await told(stream, "fact")
        return troubled, live.problem

    from dataclasses import replace

    async def whole() -> tuple[str, str]:
        live = Live(replace(home.context, records=flaky))
        try:
            return await story(live)
        finally:
            await live.close()

    assert asyncio.run(whole()) == ("the database is restarting", "")


def test_who_is_signed_out_is_cut_off(home: House) -> None:
    async def story(live: Live) -> int:
        stream = live.listen([], "zh", None, lambda: False)
        kept = live.listen([], "zh", None, lambda: True)
        await told(stream, "beat")
        await told(kept, "beat")
        await live.recheck()
        rest = [chunk async for chunk in stream]
        assert len(rest) < QUEUE
        return live.listeners

    assert run(home, story) == 1


def test_a_stream_holds_as_long_as_its_session_or_token(home: House) -> None:
    from fastapi import Request

    from api.accounts import new_token
    from api.routes.stream import still_known
    from facility.person import Role

    with home.records.begin() as unit:
        token, secret = new_token(unit, name="wall", role=Role.GUARD, who="manager", at=NOW)
    scope = {
        "type": "http",
        "app": create_app(home.context),
        "headers": [(b"authorization", f"Bearer {secret}".encode())],
    }
    assert still_known(Request(scope))
    with home.records.begin() as unit:
        unit.people.revoke_token(token.id, NOW)
    assert not still_known(Request(scope))


# --- over the wire


def test_the_stream_over_http_resumes_by_its_last_event_id(home: House) -> None:
    with home.records.read() as unit:
        head = unit.facts.head()
    write_fact(home, subject="missed")
    headers = {"authorization": "Bearer dr_guard", "last-event-id": str(head)}
    with (
        serving(create_app(home.context)) as address,
        httpx2.stream("GET", f"{address}/live", headers=headers, timeout=PATIENCE) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        events: Iterator[str] = (line for line in answer.iter_lines() if line.startswith("data: "))
        fact = next(found for line in events if "subject" in (found := json.loads(line[6:])))
    assert (fact["seq"], fact["subject"]) == (head + 1, "missed")


@pytest.mark.parametrize("path", ["/live", "/live?points=x"])
def test_the_stream_needs_somebody(home: House, path: str) -> None:
    with serving(create_app(home.context)) as address:
        assert httpx2.get(f"{address}{path}").status_code == 401


def test_the_server_stops_although_streams_are_open(home: House) -> None:
    with serving(create_app(home.context)) as address:
        stream = httpx2.stream("GET", f"{address}/live", headers={"authorization": "Bearer dr_guard"}, timeout=PATIENCE)
        answer = stream.__enter__()
        assert answer.status_code == 200
    assert threading.active_count() < 60
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"{address}/healthz", timeout=1)
    stream.__exit__(None, None, None)
