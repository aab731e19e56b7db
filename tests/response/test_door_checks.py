from pathlib import Path

import pytest

from facility.door_finding import DoorRule
from response.door_check_files import SHIPPED, BrokenDoorChecks, load_door_checks, read_door_check
from response.door_check_shape import SCHEMA, schema_text

CLOCK = (SHIPPED / "clock.toml").read_text()
HOURS = (SHIPPED / "out-of-hours.toml").read_text()


def test_there_is_a_file_for_everything_that_is_looked_for_and_its_stories_come_true() -> None:
    found = load_door_checks()
    assert set(found) == set(DoorRule)
    assert all(check.stories and check.clause == "AP-1" and check.version for check in found.values())


def test_duress_is_silent_and_nothing_else_is() -> None:
    assert [rule for rule, check in load_door_checks().items() if check.silent] == [DoorRule.DURESS]
    title = load_door_checks()[DoorRule.DURESS].title
    assert "胁迫" not in title.zh
    assert "duress" not in title.en.lower()


def test_a_site_s_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HOURS.replace('severity = "high"', 'severity = "low"\nsoft = true'))
    check = load_door_checks(tmp_path)[DoorRule.OUT_OF_HOURS]
    assert (check.severity.name, check.soft) == ("LOW", True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HOURS.replace('severity = "high"', 'severity = "urgent"'), "severity"),
        (HOURS.replace('clause   = "AP-1"', 'clause = "AP-9"'), "clause"),
        (HOURS.replace('"found", "ok", "ok", "found"', '"ok", "ok", "ok", "found"'), "is found, not ok"),
        (HOURS.replace('"found", "ok", "ok", "found"', '"found"'), "one word a line"),
        (HOURS.replace("07:59 day in", "07:59 nobody in"), "there is no card 'nobody'"),
        (HOURS.replace("07:59 day in", "at eight"), "says nothing"),
        (HOURS.replace('severity = "high"', 'severity = "high"\nsilent = true'), "a silent check opens no work order"),
        (HOURS + "\nlimt = 3", "limt"),
        (CLOCK.replace("heard -11s", "heard -eleven"), "is not a duration"),
        ("id = ", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(BrokenDoorChecks, match=told):
        read_door_check(text, "site/doors/x.toml")


def test_the_schema_beside_the_files_is_made_from_what_reads_them() -> None:
    assert SCHEMA.read_text() == schema_text()
