"""The page about channels says what is so."""

import re
from pathlib import Path

from notify.catalogue import kinds
from notify.channel_file import read_channels, schema
from notify.signing import HEADER, TOLERANCE

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_every_example_of_the_file_can_be_read() -> None:
    found = [read_channels(block) for block in blocks("toml")]
    assert {given.name for given in found[0]} == {"email", "wecom", "dingtalk", "feishu", "sms", "hook"}
    assert found[1][0].allow == ["192.168.1.20"]


def test_the_table_has_every_kind() -> None:
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == set(kinds())


def test_the_signature_is_described_as_it_is() -> None:
    text = PAGE.read_text("utf-8")
    assert f"{HEADER}: t=" in text
    assert TOLERANCE == 5 * 60
    compile(blocks("python")[0], "channels.md", "exec")


def test_editors_can_complete_the_file() -> None:
    shapes = schema()["properties"]["channel"]["items"]["oneOf"]
    assert {shape["properties"]["kind"]["const"] for shape in shapes} == set(kinds())
    assert "SecretPlace" in schema()["$defs"]
