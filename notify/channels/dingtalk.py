"""DingTalk 钉钉: the custom robot of a group."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from facility.text import Text
from notify.channel import Message, Receipt
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Exchange
from notify.reach import Reach
from notify.robot import Codes, hand_over
from notify.wording import in_bytes, quiet, whole

KIND = "dingtalk"
ABOUT = Text("钉钉群机器人", "DingTalk (钉钉) group robot")
ADDRESS = Text("要提醒的人：手机号，可不填", "Whom to mention: mobile number; may stay empty")
NEEDS_ADDRESS = False
LONGEST = 15_000
"""Bytes; a robot's document may have 20,000 (open.dingtalk.com/document/robots/custom-robot-access)."""
CODES = Codes(
    "errcode",
    "errmsg",
    later=frozenset({-1, 90018, 90030, 130101, 410100}),
    often=frozenset({90018, 90030, 130101, 410100}),
)
"""90018 to 410100: more than 20 a minute. 310000: a keyword, signature or address that it wants; 300001: a wrong token."""


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["dingtalk"]
    token: SecretPlace = Field(description="the access_token in the robot's address")
    secret: SecretPlace | None = Field(
        None, description="what signatures are made with (加签), where the robot wants one"
    )
    base: str = Field("https://oapi.dingtalk.com", pattern=r"^https?://[^/]+$")

    def where(self) -> str:
        """The host."""
        return self.base.partition("://")[2]


class DingTalk:
    """Thread-safe. A person's address for it is their mobile number or account: they are mentioned in the group."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME, self._base, self._clock = given.name, given.base, parts.clock
        self._token = given.token.read(parts)
        self._secret = given.secret.read(parts) if given.secret else None
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """Into the group."""
        now = self._clock()
        query = {"access_token": self._token.reveal()}
        if self._secret is not None:
            query |= {"timestamp": str(now), "sign": signature(self._secret.reveal(), now)}
        return hand_over(self._exchange, f"{self._base}/robot/send?{urlencode(query)}", document(message), CODES, now)


def signature(secret: str, at: int) -> str:
    """Base64 of HMAC-SHA256 over ``<milliseconds>\\n<secret>``, keyed with the secret."""
    made = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def document(message: Message) -> dict[str, Any]:
    """What is sent."""
    at: dict[str, Any] = {"isAtAll": False}
    if address := message.address.strip():
        mobile = address.isascii() and address.isdigit() and len(address) == 11
        at["atMobiles" if mobile else "atUserIds"] = [address]
    return {"msgtype": "text", "text": {"content": whole(quiet(message), LONGEST, in_bytes)}, "at": at}


def open_channel(given: Settings, parts: Parts) -> DingTalk:
    """See ``notify.channel_kind.Opens``."""
    return DingTalk(given, parts)
