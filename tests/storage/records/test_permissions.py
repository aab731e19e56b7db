from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from facility.door_finding import DoorFinding, DoorRule
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Confirmed, PermissionChange
from storage.records.permissions import FindingFilter
from storage.records.port import Conflict
from storage.records.sql import SqlRecords
from tests.facility.permissions import some_permissions


def enter(records: SqlRecords, wanted: Permissions, at: int, who: str = "manager") -> int:
    with records.begin() as unit:
        return unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), who, at, "because")


def test_what_was_entered_reads_back_the_same(records: SqlRecords) -> None:
    wanted = replace(some_permissions(), confirmed={"engineers": Confirmed(permission="engineers", at=5, who="m")})
    assert enter(records, wanted, 1_000) == 1
    with records.read() as unit:
        assert unit.permissions.load() == replace(wanted, version=1)


def test_every_version_stays_and_is_found_by_the_time_at_which_it_was_known(records: SqlRecords) -> None:
    first = some_permissions()
    enter(records, first, 1_000)
    shorter = replace(first.permissions["engineers"], until=date(2026, 6, 30))
    enter(records, replace(first, permissions={"engineers": shorter}), 2_000)
    with records.read() as unit:
        assert unit.permissions.load(999).permissions == {}
        assert unit.permissions.load(1_999).permissions == first.permissions
        assert unit.permissions.load(2_000).permissions == {"engineers": shorter}
        assert unit.permissions.load_version(1).permissions == first.permissions
        assert [unit.permissions.version_at(at) for at in (999, 1_000, 2_000)] == [0, 1, 2]
        assert [one["what"] for one in unit.permissions.history("permissions", "li-nights")] == ["added", "removed"]
        assert [one.version for one in unit.permissions.versions()] == [2, 1]


def test_a_change_is_a_fact_that_names_no_person(records: SqlRecords) -> None:
    enter(records, some_permissions(), 1_000)
    with records.read() as unit:
        (fact,) = unit.facts.of("permission", "1")
    assert (fact.what, fact.who, fact.why) == ("changed", "manager", "because")
    assert fact.data["counts"]["credentials added"] == 7
    assert "李工" not in str(fact.data)


def test_what_was_changed_by_somebody_else_meanwhile_is_refused(records: SqlRecords) -> None:
    enter(records, some_permissions(), 1_000)
    with records.read() as unit:
        before = unit.permissions.load().permissions["engineers"]
    stale = PermissionChange(
        table="permissions", key="engineers", before=replace(before, approver="x"), after=replace(before, approver="y")
    )
    with pytest.raises(Conflict), records.begin() as unit:
        unit.permissions.apply([stale], "b", 2_000)


def test_of_two_who_write_at_once_one_is_told(shared: SqlRecords) -> None:
    enter(shared, some_permissions(), 1_000)
    with shared.read() as unit:
        before = unit.permissions.load().permissions["engineers"]

    def shorten(day: int) -> bool:
        change = PermissionChange(
            table="permissions", key="engineers", before=before, after=replace(before, until=date(2026, 6, day))
        )
        try:
            with shared.begin() as unit:
                unit.permissions.apply([change], "m", 2_000)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(shorten, range(1, 5))) == 1


def test_a_name_is_forgotten_in_every_version_once_its_holder_is_gone(records: SqlRecords) -> None:
    first = some_permissions()
    enter(records, first, 1_000)
    with pytest.raises(Conflict), records.begin() as unit:
        unit.permissions.forget("guo", "m", 2_000)
    without = replace(
        first,
        holders={id: one for id, one in first.holders.items() if id != "guo"},
        credentials={id: one for id, one in first.credentials.items() if one.holder != "guo"},
    )
    enter(records, without, 2_000)
    with records.begin() as unit:
        assert unit.permissions.forget("guo", "system:retention", 3_000, "two years") == 2
        assert unit.permissions.forget("guo", "system:retention", 3_000) == 0
    with records.read() as unit:
        then = unit.permissions.load(1_000)
        assert (then.holders["guo"].name, then.credentials["c-guo"].tail) == ("", "")
        assert then.credentials["c-guo"].holder == "guo"
        assert then.holders["li"] == first.holders["li"]
        assert [fact.what for fact in unit.facts.of("holder", "guo")] == ["forgotten"]
        assert unit.facts.verify() is None


def finding(number: int = 1, **more: object) -> DoorFinding:
    plain = DoorFinding(
        key=f"out-of-hours/d.entry/{number}",
        rule=DoorRule.OUT_OF_HOURS,
        door="d",
        point="d.entry",
        zone="pumps",
        at=number,
        credential="c-li",
        holder="li",
        reason="out-of-hours",
        permissions=1,
        found=number + 1,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_finding_is_kept_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.door_findings.add(finding())
        with pytest.raises(Conflict):
            unit.door_findings.add(finding(found=99))
        assert unit.door_findings.known([kept.key, "other"]) == {kept.key}
        later = unit.door_findings.update(replace(kept, alert=7))
        with pytest.raises(Conflict):
            unit.door_findings.update(replace(kept, alert=8))
    with records.read() as unit:
        assert unit.door_findings.find(FindingFilter()).rows == [later]


def test_findings_are_found_by_what_they_are_about(records: SqlRecords) -> None:
    with records.begin() as unit:
        for number in range(1, 6):
            unit.door_findings.add(finding(number))
        other = finding(9, key="x", door="e", rule=DoorRule.DURESS, holder="guo", credential="c-guo", withdrawn=10)
        unit.door_findings.add(other)
    with records.read() as unit:
        found = unit.door_findings
        assert [one.at for one in found.find(FindingFilter(doors=("d",), since=2, until=4)).rows] == [3, 2]
        assert [one.door for one in found.find(FindingFilter(holders=("guo",))).rows] == ["e"]
        assert found.find(FindingFilter(without=(DoorRule.DURESS,), credentials=("c-guo",))).rows == []
        assert [one.at for one in found.find(FindingFilter(withdrawn=True)).rows] == [9]
        page = found.find(FindingFilter(), limit=4)
        assert len(page.rows) == 4
        assert [one.at for one in found.find(FindingFilter(), page.cursor).rows] == [2, 1]
        assert found.counts(FindingFilter()) == {("d", DoorRule.OUT_OF_HOURS): 5, ("e", DoorRule.DURESS): 1}
