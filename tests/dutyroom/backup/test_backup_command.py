"""``dutyroom backup`` and ``dutyroom restore`` as a person runs them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from dutyroom import cli
from storage.records.sql import SqlRecords


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Its exit code."""
    monkeypatch.setattr("sys.argv", ["dutyroom", *words])
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_backup_and_a_machine_made_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with closing(SqlRecords(f"sqlite:///{tmp_path / 'data' / 'records.db'}")) as records:
        records.migrate()
    assert run(monkeypatch, "backup", "kept.tgz") == 0
    assert "left out: pseudonym.key" in capsys.readouterr().out
    assert run(monkeypatch, "restore", "kept.tgz", "--into", "new") == 0
    said = capsys.readouterr().out
    assert "0 facts, each with the hash of the one before" in said
    assert "not in the backup: pseudonym.key" in said
    assert f"set DUTYROOM_DATA={tmp_path / 'new'}" in said
    assert run(monkeypatch, "restore", "kept.tgz", "--into", "new") == 2
    assert "is not empty" in capsys.readouterr().err
    assert run(monkeypatch, "backup", "kept.tgz") == 2
    assert "there already" in capsys.readouterr().err
    assert run(monkeypatch, "backup", "other", "--with-key") == 2
    assert "leave --with-key out" in capsys.readouterr().err
