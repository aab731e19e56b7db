"""WeCom 企业微信: the robot of a group."""

from __future__ import annotations

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

KIND = "wecom"
ABOUT = Text("企业微信群机器人", "WeCom (企业微信) group robot")
ADDRESS = Text("要提醒的人：账号或手机号，可不填", "Whom to mention: account or mobile number; may stay empty")
NEEDS_ADDRESS = False
LONGEST = 2048
"""Bytes of a text message (developer.work.weixin.qq.com/document/path/91770)."""
CODES = Codes("errcode", "errmsg", later=frozenset({-1, 45009, 45033}), often=frozenset({45009}))
"""-1: busy; 45009: more than 20 a minute; 45033: too many at once. 93000 is a wrong key."""


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["wecom"]
    key: SecretPlace = Field(description="the key in the robot's address")
    base: str = Field("https://qyapi.weixin.qq.com", pattern=r"^https?://[^/]+$")

    def where(self) -> str:
        """The host."""
        return self.base.partition("://")[2]


class WeCom:
    """Thread-safe. A person's address for it is their WeCom account or mobile number: they are mentioned in the group."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME, self._base, self._clock = given.name, given.base, parts.clock
        self._key = given.key.read(parts)
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """Into the group."""
        url = f"{self._base}/cgi-bin/webhook/send?key={quote(self._key.reveal(), safe='')}"
        return hand_over(self._exchange, url, document(message), CODES, self._clock())


def document(message: Message) -> dict[str, Any]:
    """What is sent."""
    text: dict[str, Any] = {"content": whole(quiet(message), LONGEST, in_bytes)}
    if address := message.address.strip():
        mobile = address.isascii() and address.isdigit() and len(address) == 11
        text["mentioned_mobile_list" if mobile else "mentioned_list"] = [address]
    return {"msgtype": "text", "text": text}


def open_channel(given: Settings, parts: Parts) -> WeCom:
    """See ``notify.channel_kind.Opens``."""
    return WeCom(given, parts)
