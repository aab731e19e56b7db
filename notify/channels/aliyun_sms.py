"""SMS by Alibaba Cloud 阿里云短信 (SendSms, 2017-05-25)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from facility.text import Text
from notify.acs3 import authorization, content_hash, query_string
from notify.channel import Message, NotNow, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Answer, Exchange
from notify.reach import Reach
from notify.sms import fillable, filled, phone
from notify.statuses import check_status
from notify.wording import one_line

KIND = "aliyun-sms"
ABOUT = Text("阿里云短信", "SMS by Alibaba Cloud (阿里云)")
ADDRESS = Text("手机号", "Mobile number")
NEEDS_ADDRESS = True
LATER = (
    "isp.",
    "isv.BUSINESS_LIMIT",
    "BUSINESS_LIMIT",
    "isv.OUT_OF_SERVICE",
    "isv.AMOUNT_NOT_ENOUGH",
    "Throttling",
    "ServiceUnavailable",
)
"""Codes that begin so: theirs to mend, or ours by paying. ``isp.RAM_PERMISSION_DENY`` is none of them."""
NEVER = ("isp.RAM_PERMISSION_DENY",)


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["aliyun-sms"]
    key_id: SecretPlace
    key_secret: SecretPlace
    sign_name: str = Field(min_length=1, description="the approved signature (短信签名)")
    template_zh: str = Field(min_length=1, description="the approved template, SMS_…")
    template_en: str = Field("", description="for people who read English; empty: the other one")
    params: dict[str, Annotated[str, AfterValidator(fillable)]] = Field(
        description="variable of the template = what fills it"
    )
    longest: int = Field(35, ge=1, le=500, description="characters that a variable may have")
    base: str = Field("https://dysmsapi.aliyuncs.com", pattern=r"^https?://[^/]+$")

    def where(self) -> str:
        """The host."""
        return self.base.partition("://")[2]


class AliyunSms:
    """Thread-safe."""

    def __init__(self, given: Settings, parts: Parts, nonce: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self.NAME, self._given, self._clock, self._nonce = given.name, given, parts.clock, nonce
        self._id, self._secret = given.key_id.read(parts), given.key_secret.read(parts)
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """The key goes along as ``OutId``, which comes back with their report of delivery."""
        now = self._clock()
        query = self._query(message)
        headers = {
            "host": urlsplit(self._given.base).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": content_hash(b""),
            "x-acs-date": datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-version": "2017-05-25",
        }
        signed = authorization(self._id.reveal(), self._secret.reveal(), query, headers)
        answer = self._exchange.post(
            f"{self._given.base}/?{query_string(query)}", b"", {**headers, "Authorization": signed}
        )
        return _receipt(answer, now)

    def _query(self, message: Message) -> dict[str, str]:
        given = self._given
        values = {name: filled(source, message, given.longest) for name, source in given.params.items()}
        english = given.template_en and not message.language.startswith("zh")
        return {
            "PhoneNumbers": phone(message.address),
            "SignName": given.sign_name,
            "TemplateCode": given.template_en if english else given.template_zh,
            "TemplateParam": json.dumps(values, ensure_ascii=False, separators=(",", ":")),
            "OutId": message.key,
        }


def _receipt(answer: Answer, now: int) -> Receipt:
    try:
        said: Any = json.loads(answer.body)
        code = str(said["Code"])
    except (ValueError, KeyError, TypeError):
        check_status(answer, now)
        raise NotNow("its answer is none that we know") from None
    if code == "OK":
        return Receipt(id=str(said.get("BizId", "")))
    reason = f"it answered {code} {one_line(str(said.get('Message', '')))[:200]}".strip()
    if answer.status >= 500 or (code.startswith(LATER) and code not in NEVER):
        raise NotNow(reason)
    raise Refused(reason)


def open_channel(given: Settings, parts: Parts) -> AliyunSms:
    """See ``notify.channel_kind.Opens``."""
    return AliyunSms(given, parts)
