"""SMS by Tencent Cloud 腾讯云短信 (SendSms, 2021-01-11)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from facility.text import Text
from notify.channel import Message, NotNow, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.exchange import Answer, Exchange
from notify.reach import Reach
from notify.sms import fillable, filled, phone
from notify.statuses import check_status
from notify.tc3 import authorization
from notify.wording import one_line

KIND = "tencent-sms"
ABOUT = Text("腾讯云短信", "SMS by Tencent Cloud (腾讯云)")
ADDRESS = Text("手机号", "Mobile number")
NEEDS_ADDRESS = True
LATER = (
    "LimitExceeded",
    "RequestLimitExceeded",
    "InternalError",
    "ResourceUnavailable",
    "ResourceInsufficient",
    "FailedOperation.InsufficientBalanceInSmsPackage",
)
"""Codes that begin so: too often, theirs to mend, or ours by paying."""


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind."""

    kind: Literal["tencent-sms"]
    key_id: SecretPlace = Field(description="SecretId")
    key_secret: SecretPlace = Field(description="SecretKey")
    app_id: str = Field(pattern=r"^[0-9]{6,12}$", description="SmsSdkAppId")
    sign_name: str = Field(min_length=1, description="the approved signature (签名内容)")
    template_zh: str = Field(pattern=r"^[0-9]+$", description="the approved template's number")
    template_en: str = Field("", pattern=r"^[0-9]*$", description="for people who read English; empty: the other one")
    params: list[Annotated[str, AfterValidator(fillable)]] = Field(description="what fills {1}, {2} … of the template")
    longest: int = Field(12, ge=1, le=500, description="characters that a variable may have")
    region: str = "ap-guangzhou"
    base: str = Field("https://sms.tencentcloudapi.com", pattern=r"^https?://[^/]+$")

    def where(self) -> str:
        """The host."""
        return self.base.partition("://")[2]


class TencentSms:
    """Thread-safe."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME, self._given, self._clock = given.name, given, parts.clock
        self._id, self._secret = given.key_id.read(parts), given.key_secret.read(parts)
        self._exchange = Exchange(reach=Reach(tuple(given.allow)))

    def send(self, message: Message) -> Receipt:
        """The key goes along as ``SessionContext``, which comes back with their report of delivery."""
        now = self._clock()
        body = json.dumps(self._document(message), ensure_ascii=False).encode()
        signed = {"content-type": "application/json; charset=utf-8", "host": urlsplit(self._given.base).netloc}
        headers = {
            **signed,
            "Authorization": authorization(
                self._id.reveal(), self._secret.reveal(), "sms", at=now // 1000, headers=signed, body=body
            ),
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(now // 1000),
            "X-TC-Region": self._given.region,
        }
        return _receipt(self._exchange.post(f"{self._given.base}/", body, headers), now)

    def _document(self, message: Message) -> dict[str, Any]:
        given, number = self._given, phone(message.address)
        english = given.template_en and not message.language.startswith("zh")
        return {
            "PhoneNumberSet": [number if number.startswith("+") else f"+86{number}"],
            "SmsSdkAppId": given.app_id,
            "SignName": given.sign_name,
            "TemplateId": given.template_en if english else given.template_zh,
            "TemplateParamSet": [filled(source, message, given.longest) for source in given.params],
            "SessionContext": message.key[:512],
        }


def _receipt(answer: Answer, now: int) -> Receipt:
    check_status(answer, now)
    try:
        said: Any = json.loads(answer.body)["Response"]
        status = said["Error"] if "Error" in said else said["SendStatusSet"][0]
        code = str(status["Code"])
    except (ValueError, KeyError, TypeError, IndexError):
        raise NotNow("its answer is none that we know") from None
    if code == "Ok":
        return Receipt(id=str(status.get("SerialNo", "")))
    reason = f"it answered {code} {one_line(str(status.get('Message', '')))[:200]}".strip()
    raise NotNow(reason) if code.startswith(LATER) else Refused(reason)


def open_channel(given: Settings, parts: Parts) -> TencentSms:
    """See ``notify.channel_kind.Opens``."""
    return TencentSms(given, parts)
