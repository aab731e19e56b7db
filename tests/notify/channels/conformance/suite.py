"""Every kind of channel, opened on a server of ours that takes messages, refuses them, puts them off or breaks."""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

from collector.broker import broker_at
from facility.point import Device
from facility.register import Register
from facility.site import Site
from facility.text import Text
from notify.catalogue import kinds
from notify.channel import Channel, Message
from notify.channel_fake import FakeChannel
from notify.channel_file import read_channels
from tests.notify.channels.receiver import Receiver, Said, receiving
from tests.notify.channels.words import message, parts

SECRETS = {"SECRET_A": "s3cret-alpha-7391", "SECRET_B": "s3cret-beta-5527"}
BASE = 'allow = ["127.0.0.1"]\n'
A, B = '{ env = "SECRET_A" }', '{ env = "SECRET_B" }'

SETTINGS: dict[str, str] = {
    "webhook": f'url = "@/in"\nsecret = {A}\nheaders = {{ Authorization = {B} }}',
    "wecom": f'base = "@"\nkey = {A}',
    "dingtalk": f'base = "@"\ntoken = {A}\nsecret = {B}',
    "feishu": f'base = "@"\ntoken = {A}\nsecret = {B}',
    "aliyun-sms": f'base = "@"\nkey_id = {A}\nkey_secret = {B}\nsign_name = "园"\ntemplate_zh = "SMS_1"\n'
    'params = { a = "title" }',
    "tencent-sms": f'base = "@"\nkey_id = {A}\nkey_secret = {B}\napp_id = "1400006666"\nsign_name = "园"\n'
    'template_zh = "1"\nparams = ["title"]',
    "http-sms": f'url = "@/sms"\nsecrets = {{ token = {A} }}\n'
    'fields = { to = "{phone}", text = "{text}", id = "{key}" }\n'
    'headers = { Authorization = "Bearer {secret.token}" }',
}
"""By kind, of those that speak HTTP; ``@`` is the server."""

YES: dict[str, object] = {
    "wecom": {"errcode": 0},
    "dingtalk": {"errcode": 0},
    "feishu": {"code": 0},
    "aliyun-sms": {"Code": "OK", "BizId": "1"},
    "tencent-sms": {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "1"}]}},
}
ADDRESSES = {"email": "li@example.com", "mqtt": "siren-1", "webhook": ""}
KEYED = {"webhook", "aliyun-sms", "tencent-sms", "http-sms", "email", "mqtt", "fake"}
"""They carry the key to the other side, which can tell by it that it has the message already. Robots have no such thing."""


@dataclass(slots=True)
class Bench:
    """A channel with its other side."""

    kind: str
    channel: Channel
    taken: Callable[[], list[str]]
    """What the other side was told, as text."""
    mood: Callable[[str], None]
    """How it answers from now on: yes · never · later · broken."""
    message: Callable[..., Message] = field(default=message)


@contextmanager
def _http(kind: str) -> Iterator[Bench]:
    with receiving() as receiver:
        given = read_channels(
            f'[[channel]]\nname = "one"\nkind = "{kind}"\n{BASE}{SETTINGS[kind]}'.replace("@", receiver.url)
        )
        channel = kinds()[kind].opens(given[0], parts(SECRETS))

        def mood(word: str) -> None:
            receiver.answers = lambda _: _said(kind, word)

        mood("yes")
        address = ADDRESSES.get(kind, "13800138000")
        yield Bench(kind, channel, lambda: _read(receiver), mood, lambda **more: message(address=address, **more))


def _said(kind: str, mood: str) -> Said:
    match mood:
        case "yes":
            return Said.of(YES.get(kind, {}))
        case "never":
            return Said(403, b"no")
        case "later":
            return Said(503, b"busy")
        case _:
            return Said(200, b"\xff\xfe<html>") if kind in YES else Said(500, b"\xff")


def _read(receiver: Receiver) -> list[str]:
    return [f"{asked.path}\n{dict(asked.headers)}\n{asked.body.decode()}" for asked in receiver.asked]


class _Post:
    def __init__(self) -> None:
        self.mood, self.letters = "yes", list[str]()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        match self.mood:
            case "never":
                return "554 no"
            case "later":
                return "451 busy"
            case "broken":
                session.peer = None
                server.transport.abort()
                return "421 gone"
        self.letters.append(envelope.content.decode("utf-8", "replace"))
        return "250 OK"


@contextmanager
def _email(_: str) -> Iterator[Bench]:
    from notify.channels.email import Email

    post, loop = _Post(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = asyncio.run_coroutine_threadsafe(_serve(loop, post), loop).result(10)
    port = made.sockets[0].getsockname()[1]
    text = (
        f'name = "one"\nkind = "email"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "duty@r.example"'
    )
    channel = Email(read_channels(f"[[channel]]\n{text}")[0], parts(SECRETS))  # type: ignore[arg-type]
    try:
        yield Bench(
            "email",
            channel,
            lambda: list(post.letters),
            lambda word: setattr(post, "mood", word),
            lambda **more: message(address=ADDRESSES["email"], **more),
        )
    finally:
        asyncio.run_coroutine_threadsafe(_stop(made), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


async def _serve(loop: asyncio.AbstractEventLoop, post: _Post, tls: ssl.SSLContext | None = None) -> asyncio.Server:
    return await loop.create_server(lambda: SMTP(post, loop=loop), "127.0.0.1", 0, ssl=tls)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def downlink(url: str) -> Callable[[str], AbstractContextManager[Bench]]:
    """The one that goes over a broker; its moods are the broker's, which has one."""

    @contextmanager
    def bench(_: str) -> Iterator[Bench]:
        from notify.channels.mqtt import Mqtt, Settings

        site = f"c{secrets.token_hex(4)}"
        device = Device(id="siren-1", name=Text("声光", "siren"), takes="on off")
        register = Register(version=1, sites={site: Site(id=site, name=Text("园"))}, devices={device.id: device})
        given = parts(broker=broker_at(url), register=lambda: register, client_id=f"conform-{secrets.token_hex(4)}")
        channel = Mqtt(Settings(name="one", kind="mqtt"), given)
        topic = f"dutyroom/v1/{site}/siren-1/set"

        def taken() -> list[str]:
            kept = channel._downlink.retained(topic)
            return [kept.decode()] if kept else []

        def say(**more: Any) -> Message:
            return message(address="siren-1", data={"command": "on"}, **more)

        try:
            yield Bench("mqtt", channel, taken, lambda _: None, say)
        finally:
            channel.close()

    return bench


@contextmanager
def _fake(_: str) -> Iterator[Bench]:
    from notify.channel import NotNow, Refused

    mood = ["yes"]

    def before(_: Message) -> None:
        if mood[0] == "never":
            raise Refused("no")
        if mood[0] in ("later", "broken"):
            raise NotNow("busy")

    channel = FakeChannel("one", before=before, keys=True)
    yield Bench("fake", channel, lambda: [one.key for one in channel.told], lambda word: mood.__setitem__(0, word))


@contextmanager
def _apprise(_: str) -> Iterator[Bench]:
    with receiving() as receiver:
        url = f"{receiver.url.replace('http://', 'json://')}/{SECRETS['SECRET_A']}"
        given = read_channels(f'[[channel]]\nname = "one"\nkind = "apprise"\nurl = {B}')
        channel = kinds()["apprise"].opens(given[0], parts({"SECRET_B": url}))

        def mood(word: str) -> None:
            receiver.answers = lambda _: Said(200 if word == "yes" else 503)

        yield Bench("apprise", channel, lambda: _read(receiver), mood)


BENCHES: dict[str, Callable[[str], AbstractContextManager[Bench]]] = {
    **dict.fromkeys(SETTINGS, _http),
    "email": _email,
    "apprise": _apprise,
    "fake": _fake,
}


def has_secret(text: str) -> bool:
    """Whether one of the secrets of this suite stands in it."""
    return any(re.search(re.escape(secret), text) for secret in SECRETS.values())
