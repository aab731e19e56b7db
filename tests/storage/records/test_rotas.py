from dataclasses import replace
from datetime import date

import pytest

from facility.calendar import DayKind
from facility.rota import Asked, Leave, Person, Rota, RotaChange, Shift, SpecialDay, Swap, rota_difference
from facility.text import Text
from storage.records.port import Conflict, NotFound
from storage.records.rotas import CalendarFeed
from storage.records.sql import SqlRecords
from tests.facility.rotas import by_id, four_crews


def full() -> Rota:
    rota = four_crews()
    person = replace(
        rota.people["p1"],
        addresses={"wecom": "zhang"},
        quiet=(22, 7),
        language="zh",
        phone="13800000000",
        email="z@x.cn",
    )
    return replace(
        rota,
        people=rota.people | {"p1": person},
        shifts=by_id([Shift(person="p1", team="desk", day=date(2026, 2, 28), kind="day", note="顶班")]),
        holidays=by_id([SpecialDay(day=date(2027, 1, 1), kind=DayKind.HOLIDAY, name=Text("元旦", "New Year"))]),
        leave=by_id([Leave(id="l1", person="p1", since=1, until=2, state=Asked.APPROVED, asked_by="p1", asked_at=1)]),
        swaps=by_id([Swap(id="s1", person="p1", other="p2", duty="p1/desk/2026-02-28/day")]),
    )


def enter(records: SqlRecords, rota: Rota, at: int = 1_000) -> int:
    with records.begin() as unit:
        return unit.rota.apply(rota_difference(unit.rota.load(), rota), "lin", at, "because")


def test_a_rota_comes_back_as_it_was_entered(records: SqlRecords) -> None:
    version = enter(records, full())
    with records.read() as unit:
        assert unit.rota.load() == replace(full(), version=version)


def test_the_rota_is_answered_as_it_was_known_then(records: SqlRecords) -> None:
    enter(records, full(), at=1_000)
    enter(records, replace(full(), turns={}), at=2_000)
    with records.read() as unit:
        assert unit.rota.load(at=999).people == {}
        assert unit.rota.load(at=1_999).turns == full().turns
        assert unit.rota.load(at=2_000).turns == {}


def test_each_change_is_a_fact_with_who_and_why(records: SqlRecords) -> None:
    version = enter(records, full())
    with records.read() as unit:
        (fact,) = unit.facts.of("rota", str(version))
    assert (fact.what, fact.who, fact.why, fact.after) == ("changed", "lin", "because", "1")
    assert "people/p1" in fact.data["keys"]


def test_an_entry_remembers_its_history(records: SqlRecords) -> None:
    enter(records, full(), at=1_000)
    enter(records, replace(full(), swaps={}), at=2_000)
    with records.read() as unit:
        told = [(one["what"], one["at"]) for one in unit.rota.history("swaps", "s1")]
    assert told == [("added", 1_000), ("removed", 2_000)]


def test_a_change_of_what_somebody_else_changed_is_refused(records: SqlRecords) -> None:
    enter(records, full())
    stale = Person(id="p1", name="as it never was")
    change = RotaChange(table="people", key="p1", before=stale, after=replace(stale, name="new"))
    with pytest.raises(Conflict, match="p1"), records.begin() as unit:
        unit.rota.apply([change], "lin", 2_000)


def test_the_propertys_time_zone_is_the_sites(records: SqlRecords) -> None:
    from facility.register import Change
    from facility.site import Site

    site = Site(id="a", name=Text("甲"), timezone="Europe/Berlin")
    with records.begin() as unit:
        unit.registers.apply([Change(table="sites", key="a", before=None, after=site)], "lin", 1)
        assert unit.rota.load().timezone == "Europe/Berlin"


def test_a_calendar_address_is_found_until_it_is_revoked(records: SqlRecords) -> None:
    with records.begin() as unit:
        feed = unit.rota.add_feed(CalendarFeed(digest="d", person="p1", created=1, created_by="lin"))
        with pytest.raises(Conflict):
            unit.rota.add_feed(feed)
        unit.rota.use_feed(feed.id, 5)
        assert unit.rota.feed("d").used == 5
        assert [one.id for one in unit.rota.feeds_of("p1")] == [feed.id]
        unit.rota.revoke_feed(feed.id, 7)
        assert unit.rota.feeds_of("p1") == []
        with pytest.raises(NotFound):
            unit.rota.feed("d")
        with pytest.raises(NotFound):
            unit.rota.revoke_feed(99, 7)


def test_what_a_version_changed_is_known(records: SqlRecords) -> None:
    enter(records, full(), at=1_000)
    later = replace(full(), swaps={}, people=full().people | {"p2": replace(full().people["p2"], phone="1")})
    enter(records, later, at=2_000)
    with records.read() as unit:
        changes = {(c.table, c.key): c.what for c in unit.rota.changes_of(2)}
        (swap,) = [c for c in unit.rota.changes_of(2) if c.table == "swaps"]
        assert unit.rota.changes_of(3) == []
        assert (unit.rota.maker_of(2), unit.rota.maker_of(3)) == ("lin", "")
        assert [(v.version, v.at) for v in unit.rota.versions()] == [(2, 2_000), (1, 1_000)]
    assert changes == {("people", "p2"): "changed", ("swaps", "s1"): "removed"}
    assert swap.before == full().swaps["s1"]
