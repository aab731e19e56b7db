"""The group robots, against a server that answers as they do. What is sent is read there, and signatures are made again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from notify.catalogue import kinds
from notify.channel import Channel, NotNow, Refused
from tests.notify.channels.receiver import Receiver, Said
from tests.notify.channels.words import ENVIRONMENT, NOW, message, parts, settings

KEYS = {
    "wecom": 'key = { env = "A_TOKEN" }',
    "dingtalk": 'token = { env = "A_TOKEN" }\nsecret = { env = "A_SECRET" }',
    "feishu": 'token = { env = "A_TOKEN" }\nsecret = { env = "A_SECRET" }',
}
GOOD = {
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "data": {}, "msg": "success"},
}
TOKEN, SECRET = ENVIRONMENT["A_TOKEN"], ENVIRONMENT["A_SECRET"]


def robot(kind: str, receiver: Receiver) -> Channel:
    receiver.answers = lambda _: Said.of(GOOD[kind])
    given = settings(f'name = "room"\nkind = "{kind}"\nbase = "{receiver.url}"\nallow = ["127.0.0.1"]\n{KEYS[kind]}')
    return kinds()[kind].opens(given, parts())


def content(kind: str, asked: Any) -> str:
    return str(asked["content"]["text"] if kind == "feishu" else asked["text"]["content"])


@pytest.mark.parametrize("kind", KEYS)
def test_the_group_reads_title_body_and_link(kind: str, receiver: Receiver) -> None:
    robot(kind, receiver).send(message())
    said = content(kind, receiver.asked[0].json)
    assert said == f"{message().title}\n{message().body}\n{message().link}"


@pytest.mark.parametrize("kind", KEYS)
def test_what_is_too_long_keeps_its_link(kind: str, receiver: Receiver) -> None:
    robot(kind, receiver).send(message(body="先关闸阀，再查管道。" * 2_000))
    said = content(kind, receiver.asked[0].json)
    assert len(said.encode()) <= (2_048 if kind == "wecom" else 15_000)
    assert said.endswith(message().link)


@pytest.mark.parametrize("kind", KEYS)
def test_a_text_from_outside_calls_nobody(kind: str, receiver: Receiver) -> None:
    robot(kind, receiver).send(message(body='<@all> <at user_id="all">所有人</at>'))
    said = content(kind, receiver.asked[0].json)
    assert "<@" not in said
    assert "<at" not in said


def test_wecom_is_asked_by_its_key_and_mentions_the_person(receiver: Receiver) -> None:
    channel = robot("wecom", receiver)
    channel.send(message(address="13800138000"))
    channel.send(message(address="LiMing"))
    assert receiver.asked[0].path == f"/cgi-bin/webhook/send?key={TOKEN}"
    assert receiver.asked[0].json["text"]["mentioned_mobile_list"] == ["13800138000"]
    assert receiver.asked[1].json["text"]["mentioned_list"] == ["LiMing"]


def test_dingtalk_is_signed_and_mentions_the_person(receiver: Receiver) -> None:
    robot("dingtalk", receiver).send(message(address="13800138000"))
    parts_of = urlsplit(receiver.asked[0].path)
    query = {name: values[0] for name, values in parse_qs(parts_of.query).items()}
    wanted = base64.b64encode(hmac.digest(SECRET.encode(), f"{NOW}\n{SECRET}".encode(), hashlib.sha256)).decode()
    assert parts_of.path == "/robot/send"
    assert query == {"access_token": TOKEN, "timestamp": str(NOW), "sign": wanted}
    assert receiver.asked[0].json["at"] == {"isAtAll": False, "atMobiles": ["13800138000"]}


def test_feishu_is_signed_the_other_way_round(receiver: Receiver) -> None:
    robot("feishu", receiver).send(message(address="ou_18eac85d35a26f989317ad4f02e8bbbb"))
    asked = receiver.asked[0].json
    at = str(NOW // 1000)
    assert receiver.asked[0].path == f"/open-apis/bot/v2/hook/{TOKEN}"
    assert asked["timestamp"] == at
    assert asked["sign"] == base64.b64encode(hmac.digest(f"{at}\n{SECRET}".encode(), b"", "sha256")).decode()
    assert asked["content"]["text"].startswith('<at user_id="ou_18eac85d35a26f989317ad4f02e8bbbb"></at>')


def test_nobody_calls_a_whole_feishu_group(receiver: Receiver) -> None:
    channel = robot("feishu", receiver)
    for address in ("all", 'x"></at><at user_id="all'):
        channel.send(message(address=address))
    assert not any("<at" in asked.json["content"]["text"] for asked in receiver.asked)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("wecom", {"errcode": 40058, "errmsg": "invalid Request Parameter"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}),
        ("feishu", {"code": 9499, "msg": "Bad Request", "data": {}}),
    ],
)
def test_a_refusal_in_a_good_status_is_a_refusal(kind: str, answer: dict[str, Any], receiver: Receiver) -> None:
    channel = robot(kind, receiver)
    receiver.answers = lambda _: Said.of(answer)
    with pytest.raises(Refused, match=str(answer.get("errcode") or answer.get("code"))):
        channel.send(message())


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}),
        ("dingtalk", {"errcode": 90030, "errmsg": "webhook over limit"}),
        ("feishu", {"code": 11232, "msg": "frequency limited psm[...]"}),
        ("feishu", {"code": 9499, "msg": "too many request"}),
    ],
)
def test_too_often_is_for_later_after_a_minute(kind: str, answer: dict[str, Any], receiver: Receiver) -> None:
    channel = robot(kind, receiver)
    receiver.answers = lambda _: Said.of(answer)
    with pytest.raises(NotNow) as told:
        channel.send(message())
    assert told.value.retry_after == 60


@pytest.mark.parametrize("kind", KEYS)
def test_trouble_on_their_side_is_for_later(kind: str, receiver: Receiver) -> None:
    channel = robot(kind, receiver)
    answers = iter([Said(429, headers={"Retry-After": "7"}), Said(502), Said(200, b"<html>"), Said.of([])])
    receiver.answers = lambda _: next(answers)
    waits: list[float | None] = []
    for _ in range(4):
        with pytest.raises(NotNow) as told:
            channel.send(message())
        assert TOKEN not in str(told.value)
        waits.append(told.value.retry_after)
    assert waits == [7, None, None, None]


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_without_a_secret_nothing_is_signed(kind: str, receiver: Receiver) -> None:
    receiver.answers = lambda _: Said.of(GOOD[kind])
    text = (
        f'name = "room"\nkind = "{kind}"\nbase = "{receiver.url}"\nallow = ["127.0.0.1"]\ntoken = {{ env = "A_TOKEN" }}'
    )
    kinds()[kind].opens(settings(text), parts()).send(message())
    assert "sign" not in receiver.asked[0].path + receiver.asked[0].body.decode()
