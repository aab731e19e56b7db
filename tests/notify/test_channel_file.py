"""``channels.toml``: all or nothing, and errors that say where, what and what is allowed; never a secret."""

from pathlib import Path

import pytest

from notify.channel_file import ChannelsError, names, read_channels
from notify.opening import Unready, open_channels, ways
from tests.notify.channels.words import parts

GOOD = '[[channel]]\nname = "group"\nkind = "wecom"\nkey = { env = "A_TOKEN" }\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[channel]", "not TOML"),
        ("[channels]\n", "channels: not known here; allowed: [[channel]]"),
        ('[channel]\nname = "x"\n', "must be a list"),
        ('[[channel]]\nname = "x"\n', "channel 1 (x), kind: is missing; allowed: aliyun-sms"),
        ('[[channel]]\nname = "x"\nkind = "fax"\n', "'fax' is no kind; allowed:"),
        (GOOD + GOOD, "channel 2, name: 'group' is taken"),
        (GOOD.replace("group", "in-app"), "'in-app' is taken"),
        (GOOD.replace("group", "Group 1"), "(Group 1), name:"),
        (GOOD.replace("key =", "kee ="), "key: is missing"),
        (GOOD + 'base = "qyapi"\n', "base:"),
        (GOOD + 'allow = ["10.0.0.0/99"]\n', "'10.0.0.0/99' is no network"),
        (GOOD + "allow = 1\n", "allow:"),
        (GOOD.replace('{ env = "A_TOKEN" }', '{ env = "A", file = "b" }'), 'write one of { env = "NAME" }'),
        (GOOD.replace('{ env = "A_TOKEN" }', "{ }"), "write one of"),
    ],
)
def test_an_error_names_the_place_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ChannelsError) as told:
        read_channels(text, "channels.toml")
    assert said in str(told.value)
    assert str(told.value).startswith("channels.toml")


def test_a_secret_that_was_written_into_the_file_is_not_repeated() -> None:
    with pytest.raises(ChannelsError, match="does not stand in this file") as told:
        read_channels(GOOD.replace('{ env = "A_TOKEN" }', '"the-key-itself"'))
    assert "the-key-itself" not in str(told.value)


def test_a_missing_secret_stops_only_its_own_channel(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("s3cret\n")
    text = GOOD + '[[channel]]\nname = "hook"\nkind = "webhook"\nsecret = { file = "hook" }\n'
    given = read_channels(text)
    assert names(given) == ("in-app", "group", "hook")
    opened = open_channels(given, parts({}, folder=tmp_path))
    assert isinstance(opened["group"], Unready)
    assert not isinstance(opened["hook"], Unready)
    shown = ways(given, parts({}, folder=tmp_path))
    assert [(way.name, way.problem.en if way.problem else "") for way in shown] == [
        ("group", "the environment variable A_TOKEN is not set"),
        ("hook", ""),
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", None])
def test_a_secret_file_that_is_none_is_said(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "hook").write_bytes(content)
    given = read_channels('[[channel]]\nname = "hook"\nkind = "webhook"\nsecret = { file = "hook" }\n')
    (way,) = ways(given, parts({}, folder=tmp_path))
    assert way.problem is not None
    assert "hook" in way.problem.zh
