"""Feishu 飞书 (Lark): the custom robot of a group."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from facility.text import Text
from notify.channel import Message, Receipt
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Exchange
from notify.reach import Reach
from notify.robot import Codes, hand_over
from notify.wording import in_bytes, quiet, whole

KIND = "feishu"
ABOUT = Text("飞书群机器人", "Feishu (飞书, Lark) group robot")
ADDRESS = Text("要提醒的人：Open ID，可不填", "Whom to mention: open id; may stay empty")
NEEDS_ADDRESS = False
LONGEST = 15_000
"""Bytes; a document may have 20 KB (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot)."""
CODES = Codes("code", "msg", later=frozenset({11232, 11233, 10000, 10500}), often=frozenset({11232, 11233}))
"""11232, 11233: too often. 19021 is a signature or time that does not fit, 19022 an address, 19024 a keyword that is missing."""


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind. Outside China ``base = "https://open.larksuite.com"``."""

    kind: Literal["feishu"]
    token: SecretPlace = Field(description="the last part of the robot's address")
    secret: SecretPlace | None = Field(
        None, description="what signatures are made with (签名校验), where the robot wants one"
    )
    base: str = Field("https://open.feishu.cn", pattern=r"^https?://[^/]+$")

    def where(self) -> str:
        """The host."""
        return self.base.partition("://")[2]


class Feishu:
    """Thread-safe. A person's address for it is their open id or user id: they are mentioned in the group."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME, self._base, self._clock = given.name, given.base, parts.clock
        self._token = given.token.read(parts)
        self._secret = given.secret.read(parts) if given.secret else None
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """Into the group."""
        now = self._clock()
        said = document(message)
        if self._secret is not None:
            at = now // 1000
            said = {"timestamp": str(at), "sign": signature(self._secret.reveal(), at), **said}
        url = f"{self._base}/open-apis/bot/v2/hook/{quote(self._token.reveal(), safe='')}"
        return hand_over(self._exchange, url, said, CODES, now)


def signature(secret: str, at: int) -> str:
    """Base64 of HMAC-SHA256 over nothing, keyed with ``<seconds>\\n<secret>``: not as DingTalk does it."""
    return base64.b64encode(hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def document(message: Message) -> dict[str, Any]:
    """What is sent."""
    text = whole(quiet(message), LONGEST, in_bytes)
    address = message.address.strip()
    if address and all(letter.isalnum() or letter in "_-" for letter in address) and address != "all":
        text = f'<at user_id="{address}"></at> {text}'
    return {"msg_type": "text", "content": {"text": text}}


def open_channel(given: Settings, parts: Parts) -> Feishu:
    """See ``notify.channel_kind.Opens``."""
    return Feishu(given, parts)
