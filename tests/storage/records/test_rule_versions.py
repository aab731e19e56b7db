"""Every version of a rule stays, with who wrote it and since when."""

from dataclasses import replace

import pytest

from facility.rule_version import RuleVersion
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

FIRST = RuleVersion(
    rule="band", number=1, version="a" * 64, text="id = '带'\n\x00", author="file:王工", at=NOON, why="夏季"
)
SECOND = replace(FIRST, number=2, version="ab" * 32, author="manager", at=NOON + 5)
BACK = replace(FIRST, number=3, at=NOON + 9)


def test_versions_come_back_whole_and_newest_first(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = [unit.rule_versions.add(version) for version in (FIRST, SECOND, BACK)]
        unit.rule_versions.add(replace(FIRST, rule="other"))
        found = unit.rule_versions.of("band")
    assert found == kept[::-1]
    assert found[2] == replace(FIRST, id=kept[0].id, text="id = '带'\n\ufffd")


def test_the_newest_of_each_rule_is_found_one_that_was_taken_out_of_force_too(records: SqlRecords) -> None:
    with records.begin() as unit:
        for version in (FIRST, SECOND, replace(FIRST, rule="other"), replace(BACK, version="", text="")):
            unit.rule_versions.add(version)
        newest = unit.rule_versions.newest()
    assert {rule: (found.number, found.in_force) for rule, found in newest.items()} == {
        "band": (3, False),
        "other": (1, True),
    }


def test_a_version_is_found_by_its_hash_or_how_it_begins(records: SqlRecords) -> None:
    with records.begin() as unit:
        for version in (FIRST, SECOND, BACK, replace(BACK, number=4, version="", text="")):
            unit.rule_versions.add(version)
        assert unit.rule_versions.get("band", "a" * 64).number == 3
        assert unit.rule_versions.get("band", "abababa").number == 2
        for wrong in ("a", "", "%%%%%%%", "c" * 64):
            with pytest.raises(NotFound):
                unit.rule_versions.get("band", wrong)


def test_of_two_that_write_the_same_number_one_is_told(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.rule_versions.add(FIRST)
    with pytest.raises(Conflict), records.begin() as unit:
        unit.rule_versions.add(replace(SECOND, number=1))
