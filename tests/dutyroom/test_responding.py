"""The rooms of the responder, put together."""

from pathlib import Path

from dutyroom.playbook_following import PlaybookFiles
from dutyroom.responding import Rooms
from dutyroom.settings import load
from storage.records.sql import SqlRecords


def test_classes_of_work_name_their_playbooks_and_broken_ones_of_a_site_do_not_stop_it(tmp_path: Path) -> None:
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    assert Rooms(load(data=str(tmp_path)), records).playbook_of_class()["lift"] == "trapped-in-lift"
    (tmp_path / "classes").mkdir()
    (tmp_path / "classes" / "x.toml").write_text("id = 3", "utf-8")
    rooms = Rooms(load(site=str(tmp_path), data=str(tmp_path)), records)
    assert set(rooms.playbook_of_class().values()) <= set(PlaybookFiles(tmp_path).playbooks())
    assert rooms.playbook_of_class()["lift"] == "trapped-in-lift"
    records.close()


def test_rules_that_are_broken_and_never_were_in_force_leave_the_manuals(tmp_path: Path) -> None:
    """Somebody must be told all the same."""
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.toml").write_text("id = 3", "utf-8")
    rooms = Rooms(load(site=str(tmp_path), data=str(tmp_path)), records)
    assert rooms.rules().rules["smoke-alarm"].do_first.zh
    assert "lift" in rooms.rules().classes
    records.close()
