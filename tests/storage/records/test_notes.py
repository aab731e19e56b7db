from typing import Any

import pytest

from storage.records.sql import SqlRecords


@pytest.mark.parametrize("value", [None, 0, 1.5, "", "词\x00", [1, [2]], {"a": {"b": None}}, True, 2**63])
def test_a_value_comes_back_as_json_keeps_it(records: SqlRecords, value: Any) -> None:
    with records.begin() as unit:
        unit.notes.put("name", "older")
        unit.notes.put("name", value)
    with records.read() as unit:
        assert unit.notes.get("name") == value


def test_what_was_never_put_is_none(records: SqlRecords) -> None:
    with records.read() as unit:
        assert unit.notes.get("name") is None


def test_names_are_found_by_how_they_begin_to_the_letter(records: SqlRecords) -> None:
    with records.begin() as unit:
        for name in ("rule/b", "rule/a", "RULE/c", "rule%x", "other"):
            unit.notes.put(name, 1)
        assert unit.notes.names("rule/") == ["rule/a", "rule/b"]
        assert unit.notes.names("rule%") == ["rule%x"]
        assert unit.notes.names("") == sorted(["rule/b", "rule/a", "RULE/c", "rule%x", "other"])


def test_what_json_does_not_have_is_refused(records: SqlRecords) -> None:
    with records.begin() as unit, pytest.raises(TypeError):
        unit.notes.put("name", object())
