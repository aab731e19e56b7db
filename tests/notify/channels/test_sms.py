"""SMS gateways, against servers that check the signature by the published description, written down here a second time."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest

from notify.catalogue import kinds
from notify.channel import Channel, NotNow, Refused
from notify.channel_file import ChannelsError
from tests.notify.channels.receiver import Asked, Receiver, Said
from tests.notify.channels.words import NOW, message, parts, settings

KEYS = {"AK_ID": "LTAI-of-the-house", "AK_SECRET": "ak-secret-of-the-house"}
ACCOUNT = (
    'key_id = { env = "AK_ID" }\nkey_secret = { env = "AK_SECRET" }\nsign_name = "滨江花园"\nallow = ["127.0.0.1"]'
)


def sms(kind: str, receiver: Receiver, more: str) -> Channel:
    given = settings(f'name = "sms"\nkind = "{kind}"\n{more}'.replace("@", receiver.url))
    return kinds()[kind].opens(given, parts(KEYS))


def aliyun(receiver: Receiver) -> Channel:
    templates = 'template_zh = "SMS_1"\ntemplate_en = "SMS_2"'
    more = f'base = "@"\n{ACCOUNT}\n{templates}\nparams = {{ what = "short", at = "data.point" }}'
    return sms("aliyun-sms", receiver, more)


def tencent(receiver: Receiver) -> Channel:
    more = (
        f'base = "@"\n{ACCOUNT}\napp_id = "1400006666"\ntemplate_zh = "11"\ntemplate_en = "22"\n'
        'params = ["title", "data.value"]'
    )
    return sms("tencent-sms", receiver, more)


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def as_aliyun_checks(asked: Asked) -> Said:
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(.+),SignedHeaders=(.+),Signature=(.+)", asked.headers["authorization"]
    )
    assert found
    names = found[2].split(";")
    assert {"host", *(name for name in asked.headers if name.startswith("x-acs-"))} == set(names)
    assert names == sorted(names)
    query = "&".join(
        f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(parse_qsl(urlsplit(asked.path).query))
    )
    head = "".join(f"{name}:{asked.headers[name]}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{head}\n{found[2]}\n{sha(asked.body)}"
    wanted = mac(KEYS["AK_SECRET"].encode(), f"ACS3-HMAC-SHA256\n{sha(canonical.encode())}").hex()
    if (found[1], found[3]) != (KEYS["AK_ID"], wanted) or asked.headers["x-acs-content-sha256"] != sha(asked.body):
        return Said.of({"Code": "SignatureDoesNotMatch", "Message": "…"}, 403)
    return Said.of({"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "1"})


def as_tencent_checks(asked: Asked) -> Said:
    pattern = r"TC3-HMAC-SHA256 Credential=(.+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=(.+), Signature=(.+)"
    found = re.fullmatch(pattern, asked.headers["authorization"])
    assert found
    at = int(asked.headers["x-tc-timestamp"])
    assert found[2] == datetime.fromtimestamp(at, UTC).date().isoformat()
    head = "".join(f"{name}:{asked.headers[name].lower()}\n" for name in found[3].split(";"))
    canonical = f"POST\n/\n\n{head}\n{found[3]}\n{sha(asked.body)}"
    key = mac(mac(mac(f"TC3{KEYS['AK_SECRET']}".encode(), found[2]), "sms"), "tc3_request")
    wanted = mac(key, f"TC3-HMAC-SHA256\n{at}\n{found[2]}/sms/tc3_request\n{sha(canonical.encode())}").hex()
    if (found[1], found[4]) != (KEYS["AK_ID"], wanted):
        return Said.of({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "…"}}})
    return Said.of(
        {"Response": {"SendStatusSet": [{"SerialNo": "5000:1045710669", "Code": "Ok", "Message": "send success"}]}}
    )


def test_alibaba_cloud_takes_it_and_gets_what_the_template_wants(receiver: Receiver) -> None:
    receiver.answers = as_aliyun_checks
    receipt = aliyun(receiver).send(message(address="+86 138-0013-8000"))
    assert receipt.id == "900619746936498440^0"
    query = {name: values[0] for name, values in parse_qs(urlsplit(receiver.asked[0].path).query).items()}
    assert receiver.asked[0].headers["x-acs-action"] == "SendSms"
    assert query["PhoneNumbers"] == "+8613800138000"
    assert (query["SignName"], query["TemplateCode"], query["OutId"]) == ("滨江花园", "SMS_1", message().key)
    values = json.loads(query["TemplateParam"])
    assert values["at"] == "t1-pump-1.pressure"
    assert len(values["what"]) <= 35
    assert message().short.startswith(values["what"].removesuffix("…"))


def test_each_attempt_has_a_nonce_of_its_own(receiver: Receiver) -> None:
    receiver.answers = as_aliyun_checks
    channel = aliyun(receiver)
    for _ in range(2):
        channel.send(message(address="13800138000"))
    assert len({asked.headers["x-acs-signature-nonce"] for asked in receiver.asked}) == 2


def test_tencent_cloud_takes_it_and_gets_what_the_template_wants(receiver: Receiver) -> None:
    receiver.answers = as_tencent_checks
    receipt = tencent(receiver).send(message(address="13800138000", language="en"))
    assert receipt.id == "5000:1045710669"
    asked = receiver.asked[0].json
    assert asked["PhoneNumberSet"] == ["+8613800138000"]
    assert (asked["TemplateId"], asked["SessionContext"]) == ("22", message().key)
    assert asked["TemplateParamSet"] == ["水泵房压力低于设定值", "0.41"]
    assert receiver.asked[0].headers["x-tc-timestamp"] == str(NOW // 1000)


@pytest.mark.parametrize("open_one", [aliyun, tencent])
@pytest.mark.parametrize(
    "address", ["", "li", "138", "13800138000,13900139000", "１３８００１３８０００", "+86" + "1" * 20]
)
def test_what_is_no_number_is_refused_before_anything_is_sent(open_one: Any, address: str, receiver: Receiver) -> None:
    with pytest.raises(Refused, match="telephone"):
        open_one(receiver).send(message(address=address))
    assert not receiver.asked


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", Refused),
        ("isv.SMS_TEMPLATE_ILLEGAL", Refused),
        ("isv.PARAM_NOT_SUPPORT_URL", Refused),
        ("SignatureDoesNotMatch", Refused),
        ("isp.RAM_PERMISSION_DENY", Refused),
        ("isv.BUSINESS_LIMIT_CONTROL", NotNow),
        ("isv.AMOUNT_NOT_ENOUGH", NotNow),
        ("isp.SYSTEM_ERROR", NotNow),
        ("Throttling.User", NotNow),
    ],
)
def test_alibaba_clouds_codes_say_never_or_later(code: str, outcome: type[Exception], receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of({"Code": code, "Message": "…"}, 400)
    with pytest.raises(outcome, match=code):
        aliyun(receiver).send(message(address="13800138000"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber"}]}, Refused),
        ({"SendStatusSet": [{"Code": "FailedOperation.PhoneNumberInBlacklist"}]}, Refused),
        ({"Error": {"Code": "AuthFailure.SecretIdNotFound"}}, Refused),
        ({"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberOneHourLimit"}]}, NotNow),
        ({"SendStatusSet": [{"Code": "FailedOperation.InsufficientBalanceInSmsPackage"}]}, NotNow),
        ({"Error": {"Code": "InternalError.Timeout"}}, NotNow),
        ({"Error": {"Code": "RequestLimitExceeded"}}, NotNow),
        ({"SendStatusSet": []}, NotNow),
    ],
)
def test_tencent_clouds_codes_say_never_or_later(answer: object, outcome: type[Exception], receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of({"Response": answer})
    with pytest.raises(outcome):
        tencent(receiver).send(message(address="13800138000"))


GATEWAY = """
url = "@/send"
allow = ["127.0.0.1"]
secrets = { token = { env = "AK_SECRET" } }
fields = { mobile = "{phone}", content = "【滨江花园】{text}", uid = "{key}", time = "{timestamp}" }
headers = { Authorization = "Bearer {secret.token}" }
code = "result.code"
good = ["0"]
later = ["108"]
longest = 60
"""


def test_any_gateway_gets_its_own_fields(receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of({"result": {"code": 0}})
    sms("http-sms", receiver, GATEWAY).send(message(address="138 0013 8000"))
    asked = receiver.asked[0]
    assert asked.headers["authorization"] == f"Bearer {KEYS['AK_SECRET']}"
    assert asked.json["mobile"] == "13800138000"
    assert asked.json["uid"] == message().key
    assert asked.json["content"].startswith("【滨江花园】水泵房")
    assert asked.json["content"].endswith(message().link)
    assert len(asked.json["content"]) <= 60 + len("【滨江花园】")


def test_a_form_is_a_form(receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of({"result": {"code": 0}})
    sms("http-sms", receiver, GATEWAY + 'format = "form"').send(message(address="13800138000"))
    assert parse_qs(receiver.asked[0].body.decode())["mobile"] == ["13800138000"]


@pytest.mark.parametrize(("code", "outcome"), [(1, Refused), (108, NotNow)])
def test_any_gateways_codes_say_what_the_settings_say(code: int, outcome: type[Exception], receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of({"result": {"code": code}})
    with pytest.raises(outcome, match=str(code)):
        sms("http-sms", receiver, GATEWAY).send(message(address="13800138000"))


def test_an_answer_without_its_code_is_for_later(receiver: Receiver) -> None:
    receiver.answers = lambda _: Said(200, b"ok")
    with pytest.raises(NotNow, match=r"result\.code"):
        sms("http-sms", receiver, GATEWAY).send(message(address="13800138000"))


def test_settings_that_name_what_there_is_not_are_refused() -> None:
    with pytest.raises(ChannelsError, match=r"\{number\}.*allowed.*phone"):
        settings('name = "sms"\nkind = "http-sms"\nurl = "https://a.example/"\nfields = { to = "{number}" }')
    with pytest.raises(ChannelsError, match="'place' is nothing"):
        settings(
            'name = "sms"\nkind = "aliyun-sms"\nkey_id = { env = "A" }\nkey_secret = { env = "B" }\nsign_name = "x"\n'
            'template_zh = "SMS_1"\nparams = { a = "place" }'
        )
