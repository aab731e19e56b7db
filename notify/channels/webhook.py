"""Webhook: one signed JSON document, for programs of the property's own."""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field, field_validator

from facility.text import Text
from notify.channel import Message, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Exchange
from notify.reach import Reach
from notify.secret import Secret
from notify.signing import HEADER, sign
from notify.statuses import check_status

KIND = "webhook"
ABOUT = Text("Webhook：带签名的 JSON，发给物业自己的程序", "Webhook: signed JSON for the property's own programs")
ADDRESS = Text("网址，不填则用设置里的", "Web address; empty: the one in the settings")
NEEDS_ADDRESS = False
LARGEST = 64 << 10


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["webhook"]
    url: str = Field("", description="where to; a person's own address for this channel goes first")
    secret: SecretPlace = Field(description="what the signature is made with")
    headers: dict[str, SecretPlace] = Field(default={}, description="further headers, such as Authorization")

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("write https://host/path")
        return url

    def where(self) -> str:
        """The host alone: what stands behind it may be a secret."""
        return self.url.partition("://")[2].partition("/")[0]


class Webhook:
    """Thread-safe."""

    def __init__(self, given: Settings, parts: Parts, exchange: Exchange | None = None) -> None:
        self.NAME, self._url, self._clock = given.name, given.url, parts.clock
        self._secret: Secret = given.secret.read(parts)
        self._headers = {name: place.read(parts) for name, place in given.headers.items()}
        self._exchange = exchange or Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """The key goes along as ``Idempotency-Key``; the time in the signature is the attempt's own."""
        url = message.address if message.address.startswith(("https://", "http://")) else self._url
        if not url:
            raise Refused("this channel has no url, and the person's address for it is none")
        now = self._clock()
        body = _body(message)
        headers = {
            **{name: secret.reveal() for name, secret in self._headers.items()},
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Dutyroom",
            "Idempotency-Key": quote(message.key, safe="/:@~,=+"),
            HEADER: sign(self._secret.reveal(), now // 1000, body),
        }
        answer = self._exchange.post(url, body, headers)
        check_status(answer, now)
        return Receipt(id=answer.headers.get("x-request-id", ""))


def _body(message: Message) -> bytes:
    said: dict[str, Any] = {
        "key": message.key,
        "title": message.title,
        "body": message.body,
        "link": message.link,
        "language": message.language,
        "severity": message.severity.name.lower(),
        "life_safety": message.life_safety,
        "test": message.test,
        "cause": message.cause,
        "person": message.person,
        "data": dict(message.data),
    }
    try:
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise Refused(f"the message's data cannot be written as JSON: {error}") from None
    if len(body) > LARGEST:
        raise Refused(f"the message is {len(body)} bytes long; allowed: {LARGEST}")
    return body


def open_channel(given: Settings, parts: Parts) -> Webhook:
    """See ``notify.channel_kind.Opens``."""
    return Webhook(given, parts)
