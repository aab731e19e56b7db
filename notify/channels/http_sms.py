"""SMS by any gateway that takes one HTTP request: its fields, and how it says yes, stand in the settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, model_validator

from facility.text import Text
from notify.channel import Message, NotNow, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Answer, Exchange
from notify.reach import Reach
from notify.sms import phone
from notify.statuses import check_status
from notify.wording import brief, one_line

KIND = "http-sms"
ABOUT = Text("短信网关（通用 HTTP）", "SMS gateway (any that takes HTTP)")
ADDRESS = Text("手机号", "Mobile number")
NEEDS_ADDRESS = True
WORDS = ("phone", "text", "key", "title", "link", "timestamp")
_PLACE = re.compile(r"\{([a-z_.0-9]+)\}")


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["http-sms"]
    url: str = Field(pattern=r"^https?://\S+$")
    format: Literal["json", "form"] = "json"
    fields: dict[str, str] = Field(description="field = text with {phone}, {text}, {key}, {secret.<name>} …")
    headers: dict[str, str] = Field(default={}, description="header = text with the same places")
    secrets: dict[str, SecretPlace] = Field(default={}, description="what {secret.<name>} stands for")
    longest: int = Field(300, ge=20, le=2000, description="characters of the text, its link included")
    code: str = Field("", description="the field of the answer that says how it went; empty: the status alone")
    good: list[str] = Field(default=["0"], description="values of it that say yes")
    later: list[str] = Field(default=[], description="values of it that say: later")

    @model_validator(mode="after")
    def _places(self) -> Settings:
        known = {*WORDS, *(f"secret.{name}" for name in self.secrets)}
        for where, text in [*self.fields.items(), *self.headers.items()]:
            for place in _PLACE.findall(text):
                if place not in known:
                    raise ValueError(f"{where}: {{{place}}} is nothing that can stand there; allowed: {sorted(known)}")
        return self

    def where(self) -> str:
        """The host."""
        return self.url.partition("://")[2].partition("/")[0]


class HttpSms:
    """Thread-safe."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME, self._given, self._clock = given.name, given, parts.clock
        self._secrets = {f"secret.{name}": place.read(parts) for name, place in given.secrets.items()}
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """One request; the key goes along where the settings place it."""
        given, now = self._given, self._clock()
        values = {
            "phone": phone(message.address),
            "text": brief(message, given.longest),
            "key": message.key,
            "title": one_line(message.title),
            "link": message.link,
            "timestamp": str(now // 1000),
        }

        def put(text: str, safe: Callable[[str], str] = str) -> str:
            return _PLACE.sub(lambda found: safe(self._value(found[1], values)), text)

        fields = {name: put(text) for name, text in given.fields.items()}
        kind = "application/json; charset=utf-8" if given.format == "json" else "application/x-www-form-urlencoded"
        body = json.dumps(fields, ensure_ascii=False) if given.format == "json" else urlencode(fields)
        headers = {name: put(text, one_line) for name, text in given.headers.items()}
        answer = self._exchange.post(given.url, body.encode(), {"Content-Type": kind, **headers})
        check_status(answer, now)
        self._check_code(answer)
        return Receipt()

    def _value(self, place: str, values: dict[str, str]) -> str:
        secret = self._secrets.get(place)
        return secret.reveal() if secret is not None else values[place]

    def _check_code(self, answer: Answer) -> None:
        given = self._given
        if not given.code:
            return
        try:
            found: Any = json.loads(answer.body)
            for part in given.code.split("."):
                found = found[part]
        except (ValueError, KeyError, TypeError):
            raise NotNow(f"its answer has no {given.code}") from None
        code = str(found).lower() if isinstance(found, bool) else str(found)
        if code in given.good:
            return
        raise NotNow(f"it answered {code[:100]}") if code in given.later else Refused(f"it answered {code[:100]}")


def open_channel(given: Settings, parts: Parts) -> HttpSms:
    """See ``notify.channel_kind.Opens``."""
    return HttpSms(given, parts)
