"""What every channel holds to, the fake among them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from notify.catalogue import kinds
from notify.channel import Message, NotNow, Receipt, Refused
from tests.notify.channels.conformance.suite import BENCHES, KEYED, Bench, downlink, has_secret

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
KINDS = [*BENCHES, "mqtt"]


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    kind = request.param
    opens = downlink(request.getfixturevalue("nats_url")) if kind == "mqtt" else BENCHES[kind]
    with opens(kind) as made:
        yield made


def test_every_kind_there_is_stands_here() -> None:
    assert set(kinds()) == set(KINDS) - {"fake"}


def test_it_has_the_name_that_the_site_gave_it(bench: Bench) -> None:
    assert bench.channel.NAME == "one"


def test_it_returns_once_the_other_side_has_taken_it(bench: Bench) -> None:
    assert isinstance(bench.channel.send(bench.message()), Receipt)
    assert bench.taken()


def test_never_is_refused_and_later_is_not_now(bench: Bench) -> None:
    if bench.kind == "mqtt":
        return  # a broker takes everything; what happens when it does not is in test_mqtt
    bench.mood("later")
    with pytest.raises(NotNow):
        bench.channel.send(bench.message())
    bench.mood("never")
    with pytest.raises(NotNow if bench.kind == "apprise" else Refused):
        bench.channel.send(bench.message())
    bench.mood("yes")
    bench.channel.send(bench.message())


AWKWARD: list[dict[str, Any]] = [
    {"title": "", "short": "", "body": "", "link": ""},
    {"title": "一\r\n二\x00", "body": "a\x00b\r\nBcc: x", "short": "\x1b[31m"},
    {"body": "长。" * 40_000},
    {"title": "😀" * 500, "body": "𠮷" * 3_000},
    {"key": "钥匙/\r\nx: y" * 40},
    {"language": "fr"},
    {"data": {"value": None, "deep": [1, {"a": "b"}]}},
]


@pytest.mark.parametrize("changes", AWKWARD, ids=[",".join(changes) for changes in AWKWARD])
def test_nothing_but_refused_and_not_now_comes_out(bench: Bench, changes: dict[str, Any]) -> None:
    given = {name: value for name, value in changes.items() if not (bench.kind == "mqtt" and name == "data")}
    with suppress(Refused, NotNow):
        bench.channel.send(bench.message(**given))


def test_a_broken_answer_is_one_of_the_two_as_well(bench: Bench) -> None:
    bench.mood("broken")
    try:
        bench.channel.send(bench.message())
    except (Refused, NotNow):
        return
    assert bench.kind == "mqtt"


def test_the_key_reaches_the_other_side_where_it_can(bench: Bench) -> None:
    one = bench.message(key="alert:77/li/7")
    bench.channel.send(one)
    first = bench.taken()
    bench.channel.send(one)
    if bench.kind not in KEYED:
        return
    if bench.kind == "email":
        ids = {
            next(line for line in text.splitlines() if line.lower().startswith("message-id")) for text in bench.taken()
        }
        assert len(ids) == 1
        return
    wire = "alert%3A77%2Fli%2F7" if bench.kind == "aliyun-sms" else "alert:77/li/7"
    assert all(wire in text for text in [*first, *bench.taken()])


def test_many_threads_may_send_at_once(bench: Bench) -> None:
    out: list[Receipt | Exception] = []

    def send(message: Message) -> None:
        try:
            out.append(bench.channel.send(message))
        except (Refused, NotNow) as error:
            out.append(error)

    threads = [threading.Thread(target=send, args=(bench.message(key=f"k{n}"),)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(out) == len(threads)
    assert all(isinstance(one, Receipt) for one in out), out


def test_no_secret_is_logged_or_told(
    bench: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(bench.channel), repr(vars(bench.channel))]
    for mood in ("yes", "never", "later", "broken"):
        bench.mood(mood)
        try:
            told.append(repr(bench.channel.send(bench.message())))
        except (Refused, NotNow) as error:
            told += [str(error), repr(error), repr(error.__cause__)]
    out = capfd.readouterr()
    assert not has_secret(caplog.text + out.out + out.err + "".join(told))
