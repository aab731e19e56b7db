"""``dutyroom channels``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dutyroom.cli import app

GOOD = '[[channel]]\nname = "group"\nkind = "wecom"\nkey = { env = "GROUP_KEY" }\n'


@pytest.mark.parametrize("whole", [True, False])
def test_a_good_file_is_listed_without_its_secrets(
    whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUP_KEY", "k3y")
    (tmp_path / "channels.toml").write_text(GOOD)
    done = CliRunner().invoke(app, ["channels", "check", str(tmp_path if whole else tmp_path / "channels.toml")])
    assert (done.exit_code, done.stdout) == (0, "group: wecom qyapi.weixin.qq.com\n")


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text(GOOD)
    done = CliRunner().invoke(app, ["channels", "check", str(tmp_path)])
    assert done.exit_code == 1
    assert "group: the environment variable GROUP_KEY is not set" in done.output


@pytest.mark.parametrize("text", [GOOD.replace("wecom", "fax"), None])
def test_a_file_that_cannot_be_used_is_said(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "channels.toml").write_text(text)
    done = CliRunner().invoke(app, ["channels", "check", str(tmp_path)])
    assert done.exit_code == 1
    assert "channels.toml" in done.output


def test_the_schema_is_json() -> None:
    done = CliRunner().invoke(app, ["channels", "schema"])
    assert json.loads(done.stdout)["title"] == "channels.toml"
