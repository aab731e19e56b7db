"""``dutyroom broker config``: files for Mosquitto from the register, kept over a second run, tried with its own tool."""

from __future__ import annotations

import csv
import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dutyroom import mosquitto
from dutyroom.cli import app
from tests.dutyroom.test_register_files import write

SOURCES = """\
[[source]]
name = "chirpstack"
decoder = "chirpstack"
"""
FILES = ("acl", "credentials.csv", "mosquitto.conf", "passwords")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small property in it."""
    folder = tmp_path_factory.mktemp("property")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUTYROOM_DATA", str(folder / "data"))
        result = CliRunner().invoke(app, ["register", "import", str(write(folder / "register"))])
    assert result.exit_code == 0, result.output
    return folder / "data"


@pytest.fixture(autouse=True)
def _a_place_of_its_own(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(imported, tmp_path / "data")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sources.toml").write_text(SOURCES)
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DUTYROOM_SITE", str(tmp_path / "site"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def config(*more: str, kind: str = "mosquitto") -> Result:
    return CliRunner().invoke(app, ["broker", "config", "--kind", kind, "--out", "out", *more])


def passwords(file: str = "out/credentials.csv") -> dict[str, str]:
    with Path(file).open(newline="", encoding="utf-8") as lines:
        return {row["user"]: row["password"] for row in csv.DictReader(lines)}


def topics(user: str) -> list[str]:
    found = re.search(rf"^user {re.escape(user)}\n((?:topic .*\n)*)", Path("out/acl").read_text(), re.MULTILINE)
    assert found, user
    return found[1].splitlines()


def test_each_device_gets_its_own_topics_and_only_a_gateway_its_batch() -> None:
    result = config()
    assert result.exit_code == 0, result.output
    assert topics("pump-1") == [f"topic write dutyroom/v1/+/pump-1/{kind}" for kind in ("readings", "events", "status")]
    own = ("readings", "events", "status", "batch")
    assert topics("gw") == [f"topic write dutyroom/v1/+/gw/{kind}" for kind in own]
    assert topics("source-chirpstack") == ["topic readwrite application/+/device/+/event/+"]
    assert topics("dutyroom") == [
        "topic read #",
        "topic write dutyroom/v1/home/+/set",
        "topic write dutyroom/doctor/+",
    ]
    assert sorted(passwords()) == ["dutyroom", "gw", "pump-1", "source-chirpstack"]


def test_nobody_else_can_read_what_was_written() -> None:
    config()
    assert sorted(file.name for file in Path("out").iterdir()) == list(FILES)
    assert [Path("out", name).stat().st_mode & 0o777 for name in FILES] == [0o600] * 4


def test_passwords_are_long_and_each_its_own_and_never_printed() -> None:
    printed = config().output
    found = passwords()
    assert len(set(found.values())) == len(found)
    assert min(map(len, found.values())) >= 32
    assert [user for user, password in found.items() if password in printed] == []
    hashes = mosquitto.read_passwords(Path("out/passwords").read_text(), "passwords")
    assert all(mosquitto.matches(found[user], stored) for user, stored in hashes.items())


def test_a_second_run_keeps_what_is_there_to_the_byte() -> None:
    config()
    before = {name: Path("out", name).read_bytes() for name in FILES}
    assert "0 with a new password" in config().output
    assert {name: Path("out", name).read_bytes() for name in FILES} == before


def test_a_hash_is_kept_when_the_list_of_passwords_was_taken_away() -> None:
    config()
    before = Path("out/passwords").read_bytes()
    Path("out/credentials.csv").unlink()
    assert config().exit_code == 0
    assert Path("out/passwords").read_bytes() == before
    assert passwords() == {}


def test_a_run_that_was_cut_short_is_taken_up_with_the_passwords_it_wrote() -> None:
    config()
    before = passwords()
    for name in ("passwords", "acl", "mosquitto.conf"):
        Path("out", name).unlink()
    assert config().exit_code == 0
    assert passwords() == before
    hashes = mosquitto.read_passwords(Path("out/passwords").read_text(), "passwords")
    assert all(mosquitto.matches(before[user], stored) for user, stored in hashes.items())
    assert set(hashes) == set(before)


def test_two_runs_do_not_write_at_once() -> None:
    config()
    before = {name: Path("out", name).read_bytes() for name in FILES}
    handle = os.open("out", os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        refused = config("--renew", "gw")
    finally:
        os.close(handle)
    assert refused.exit_code == 1
    assert "another run is writing there" in refused.output
    assert {name: Path("out", name).read_bytes() for name in FILES} == before


def test_a_new_device_gets_a_password_and_a_retired_one_loses_it(tmp_path: Path) -> None:
    config()
    before = passwords()
    devices = (
        "id,name_zh,name_en,model,source,external_id,gateway\n"
        "gw,网关,,,native,,\npump-1,变送器,,,native,,\ncp-1,读卡器,,,native,,\n"
    )
    CliRunner().invoke(app, ["register", "import", str(write(tmp_path / "next", devices=devices))])
    (tmp_path / "site" / "sources.toml").unlink()
    said = config().output
    assert "1 with a new password" in said
    assert "no longer there: source-chirpstack" in said
    after = passwords()
    assert {user: after[user] for user in ("dutyroom", "gw", "pump-1")} == {
        user: before[user] for user in ("dutyroom", "gw", "pump-1")
    }
    assert "source-chirpstack" not in Path("out/passwords").read_text() + Path("out/acl").read_text()
    assert topics("gw")[-1] == "topic write dutyroom/v1/+/gw/status"  # it speaks for nobody any more


def test_one_account_can_be_given_a_new_password() -> None:
    config()
    before = passwords()
    assert config("--renew", "gw").exit_code == 0
    after = passwords()
    assert {user for user in after if after[user] != before[user]} == {"gw"}
    refused = config("--renew", "gww")
    assert refused.exit_code == 1
    assert "no such account" in refused.output
    assert passwords() == after


def test_what_a_person_wrote_below_the_line_stays_with_its_password() -> None:
    config()
    with Path("out/acl").open("a") as acl:
        acl.write("user grafana\ntopic read dutyroom/#\n")
    with Path("out/passwords").open("a") as file:
        file.write(f"grafana:{mosquitto.hashed('own')}\n")
    config()
    assert topics("grafana") == ["topic read dutyroom/#"]
    assert "grafana:$7$" in Path("out/passwords").read_text()


@pytest.mark.parametrize(
    ("device", "wrong"),
    [
        ("pump-1,变送器,,,native,+,", "pump-1: external id '\\+'.*would open the topics of others"),
        ("pump-1,变送器,,,native,a/#,", "would open the topics of others"),
        ("pump-1,变送器,,,native,a/b,", "'/' in it"),
        ("pump-1,变送器,,,native,$SYS,", "cannot be part of an access list"),
        ("dutyroom,变送器,,,native,,", "the account 'dutyroom' is that of Dutyroom itself"),
        ("source-chirpstack,变送器,,,native,,", "give the device another id"),
    ],
)
def test_a_name_that_would_open_the_topics_of_others_is_refused(tmp_path: Path, device: str, wrong: str) -> None:
    devices = f"id,name_zh,name_en,model,source,external_id,gateway\n{device}\ngw,网关,,,native,,\ncp-1,卡,,,native,,\n"
    points = (
        "id,asset,name_zh,name_en,quantity,unit,resolution,low,high,interval,device,key,sent_unit,scale,loop,"
        "calibration_due\ncp-1.scan,cp-1,打点,scan,scan,,1,,,0s,cp-1,,,1,,\n"
    )
    folder = write(tmp_path / "next", devices=devices, points=points, settings=None)
    taken = CliRunner().invoke(app, ["register", "import", str(folder)])
    assert taken.exit_code == 0, taken.output
    refused = config()
    assert refused.exit_code == 1
    assert re.search(wrong, refused.output.replace("\n", " ")), refused.output
    assert not Path("out/acl").exists()


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--listen", "1883"), "write host:port"),
        (("--store", "a\nb"), "one line of text"),
    ],
)
def test_options_that_cannot_be_used_are_named(arguments: tuple[str, ...], wrong: str) -> None:
    refused = config(*arguments)
    assert refused.exit_code == 1
    assert arguments[0] in refused.output
    assert wrong in refused.output


def test_another_kind_of_broker_is_told_where_to_look() -> None:
    refused = config(kind="emqx")
    assert refused.exit_code == 1
    assert "docs/brokers.md" in refused.output


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("passwords", "gw:$7$1$a$b\nnonsense\n", "passwords, line 2"),
        ("passwords", b"\xff\xfe", "not UTF-8"),
        ("credentials.csv", "name;secret\n", "credentials.csv: its first line"),
        ("acl", f"{mosquitto.ACL_HEAD}\n{mosquitto.YOURS}\nuser gw\ntopic read #\n", "below the line it names 'gw'"),
        ("acl", "user gw\ntopic read #\n", "acl: it was not made by this command"),
        ("mosquitto.conf", "listener 1883\n", "mosquitto.conf: it was not made by this command"),
    ],
)
def test_a_file_that_somebody_spoiled_is_named_and_left_alone(name: str, content: str | bytes, wrong: str) -> None:
    config()
    raw = content.encode() if isinstance(content, str) else content
    Path("out", name).write_bytes(raw)
    refused = config()
    assert refused.exit_code == 1
    assert wrong in refused.output
    assert Path("out", name).read_bytes() == raw


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "site" / "sources.toml").unlink()
    assert "device cp-1: sources.toml has no source 'chirpstack'" in config().output


def test_the_hash_is_the_one_that_mosquitto_s_own_tool_makes(tmp_path: Path) -> None:
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("mosquitto_passwd is not installed")
    subprocess.run([tool, "-c", "-b", tmp_path / "theirs", "gw", "p,w 值"], check=True)
    stored = mosquitto.read_passwords((tmp_path / "theirs").read_text(), "theirs")["gw"]
    assert mosquitto.matches("p,w 值", stored)
    assert not mosquitto.matches("p,w", stored)
