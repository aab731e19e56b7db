"""What is kept about people ends by itself, says how much, and never touches a fact."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Condition
from facility.fact import Fact
from facility.floor_plan import FloorPlan
from facility.instant import DAY, HOUR
from facility.kept_file import KeptFile
from facility.notice import NoticeState
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Credential, CredentialState, Holder
from facility.place_code import Contact
from facility.reading import Passage, Scan
from facility.retrieval import KEPT, About, Basis, Retrieval
from facility.visit import VisitDeed
from inspections.permission_deeds import set_state
from inspections.personal import retention
from inspections.personal.catalogue import BrokenCatalogue, check_shipped, load_classes
from inspections.personal.retention import (
    AMONG_READINGS,
    OVERDUE,
    end_among_readings,
    end_what_is_due,
    ends_here,
    last_run,
    tally,
)
from inspections.personal.retrieving import reveal
from storage.readings.memory import MemoryReadings
from storage.records.notices import NoticeFilter
from storage.records.port import NotFound
from storage.records.sql import SqlRecords
from tests.inspections.visits.house import KEEP, NAME, NINE, House
from tests.storage.records.test_notices import NOTICE

CLASSES = load_classes()
CARD = "5ce1" * 8


def run(records: SqlRecords, now: int) -> bool:
    with records.begin() as unit:
        return end_what_is_due(CLASSES, unit, now)


def ended(records: SqlRecords) -> list[Fact]:
    with records.read() as unit:
        return [fact for fact in unit.facts.after(0, 10_000) if fact.noun == "personal-data"]


def test_the_shipped_catalogue_is_within_its_own_limits_and_the_desk_keeps_as_it_says() -> None:
    check_shipped()
    assert CLASSES["visits"].kept == KEEP
    assert (CLASSES["retrievals"].kept or 0) <= KEPT


def test_whatever_is_to_end_by_itself_has_somebody_who_ends_it_and_the_other_way_round(records: SqlRecords) -> None:
    with records.read() as unit:
        assert {one.id for one in CLASSES.values() if one.by_itself} == ends_here(unit)


def test_every_class_can_be_counted(records: SqlRecords) -> None:
    with records.read() as unit:
        assert [one.id for one in CLASSES.values() if tally(unit, one) is None] == [*AMONG_READINGS]


def test_a_guest_is_erased_when_the_time_has_come_and_the_visit_stays(records: SqlRecords) -> None:
    house = House(records)
    visit = house.let_in()
    house.act(visit.id, VisitDeed.LEAVE, 600)
    over = NINE + 600_000 + KEEP
    run(records, over - 1)
    with records.read() as unit:
        assert unit.visits.guest(visit.id).name == NAME
    run(records, over)
    with records.read() as unit:
        gone = unit.visits.guest(visit.id)
        assert (gone.name, gone.document_hash, gone.document_tail, gone.erased) == ("", "", "", over)
        assert unit.visits.get(visit.id).zones == ("t1-pump",)
        found = last_run(unit, "visits")
    assert found is not None
    assert (found.at, found.count, found.oldest) == (over, 1, NINE)
    (fact,) = ended(records)
    assert (fact.subject, fact.what, dict(fact.data)) == (
        "visits",
        "ended",
        {"count": 1, "oldest": NINE, "newest": NINE},
    )


def test_a_guest_who_is_still_here_is_not_erased_however_old(records: SqlRecords) -> None:
    visit = House(records).let_in()
    run(records, NINE + 3 * KEEP)
    with records.read() as unit:
        assert unit.visits.guest(visit.id).name == NAME


def test_looking_again_ends_nothing_more_and_says_nothing(records: SqlRecords) -> None:
    house = House(records)
    house.act(house.let_in().id, VisitDeed.LEAVE, 600)
    for place in range(3):
        run(records, NINE + 2 * KEEP + place)
    assert len(ended(records)) == 1


def test_much_ends_in_portions_each_with_its_fact(records: SqlRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 3)
    house = House(records)
    for place in range(7):
        house.act(house.let_in(at=place).id, VisitDeed.LEAVE, 600)
    assert [run(records, NINE + 2 * KEEP) for _ in range(3)] == [True, True, False]
    assert [fact.data["count"] for fact in ended(records)] == [3, 3, 1]


def test_what_was_in_use_when_its_time_came_ends_within_a_day_of_its_last_use(records: SqlRecords) -> None:
    waiting = replace(NOTICE, address="13800000000", created=NINE, state=NoticeState.PENDING)
    run(records, NINE + 191 * DAY)
    with records.begin() as unit:
        unit.notices.add(waiting)
    run(records, NINE + 191 * DAY + HOUR)
    with records.begin() as unit:
        (kept,) = unit.notices.find(NoticeFilter()).rows
        unit.notices.update(replace(kept, state=NoticeState.SENT))
    run(records, NINE + 192 * DAY)
    with records.read() as unit:
        assert unit.personal.notices_to("13800000000") == 0
    assert [fact.data["count"] for fact in ended(records)] == [1]


def test_no_fact_but_those_of_the_ending_is_written_and_none_is_changed(records: SqlRecords) -> None:
    house = House(records)
    house.act(house.let_in().id, VisitDeed.LEAVE, 600)
    with records.read() as unit:
        before = unit.facts.after(0, 10_000)
    run(records, NINE + 2 * KEEP)
    with records.read() as unit:
        assert unit.facts.after(0, 10_000)[: len(before)] == before
        assert unit.facts.verify() is None


def test_somebody_without_a_card_any_more_is_forgotten_and_who_came_back_is_not(records: SqlRecords) -> None:
    def hold(at: int, *people: str) -> None:
        wanted = Permissions(holders={id: Holder(id=id, name=f"名字 {id}") for id in people})
        with records.begin() as unit:
            unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "lin", at)

    hold(NINE, "li", "wu")
    hold(NINE + 5)
    hold(NINE + 9, "wu")
    run(records, NINE + 181 * DAY)
    with records.read() as unit:
        then = unit.permissions.load(NINE + 1).holders
        assert (then["li"].name, then["wu"].name) == ("", "名字 wu")


def test_of_a_look_behind_a_card_the_entry_stays_and_the_card_does_not(records: SqlRecords) -> None:
    with records.begin() as unit:
        reveal(unit, lambda _, text: text, CARD, who="zhou", purpose="fire drill", basis=Basis.DUTY, now=NINE)
    run(records, NINE + KEPT)
    with records.read() as unit:
        gone = unit.retrievals.get(1)
        assert CARD not in repr(unit.facts.after(0, 10_000))
    assert (gone.subject, gone.purpose, gone.who) == ("", "fire drill", "zhou")


def test_pictures_are_erased_and_their_hashes_stay_but_not_those_under_a_plan(records: SqlRecords) -> None:
    shown, signed, paper = (
        KeptFile(sha256=name * 64, media=media, size=3, body=b"abc", created=NINE)
        for name, media in (("a", "image/jpeg"), ("b", "image/png"), ("c", "application/pdf"))
    )
    with records.begin() as unit:
        for file in (shown, signed, paper):
            unit.files.keep(file)
        unit.plans.put(FloorPlan(zone="t1", width=9.0, height=9.0, image=shown.sha256), "lin", NINE)
    run(records, NINE + (CLASSES["work-files"].kept or 0) + 1)
    with records.begin() as unit:
        assert [unit.files.has(one.sha256) for one in (shown, signed, paper)] == [True, True, True]
        assert (unit.files.get(shown.sha256), unit.files.get(paper.sha256)) == (shown, paper)
        with pytest.raises(NotFound, match="had its time"):
            unit.files.get(signed.sha256)
        unit.files.keep(replace(signed, created=NINE + 9_999 * DAY))
        assert unit.files.get(signed.sha256).body == b"abc"
    assert [(fact.subject, fact.data["count"]) for fact in ended(records)] == [("work-files", 1)]


def test_no_fact_says_whose_card_is_entered_or_reported_lost(records: SqlRecords) -> None:
    card = Credential(pseudonym=CARD, holder="li")
    wanted = Permissions(holders={"li": Holder(id="li", name="李")}, credentials={CARD: card})
    with records.begin() as unit:
        unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "lin", NINE)
        set_state(unit, CARD, CredentialState.LOST, who="lin", now=NINE + 1, why="lost")
        said = unit.facts.after(0, 100)
    assert CARD not in repr(said)
    assert [fact.data["counts"] for fact in said] == [
        {"holders added": 1, "credentials added": 1},
        {"credentials changed": 1},
    ]


def test_who_took_a_video_is_erased_after_three_years_and_the_entry_stays(records: SqlRecords) -> None:
    entry = Retrieval(
        at=NINE, who="lin", about=About.VIDEO, subject="cam-1", purpose="theft", basis=Basis.AUTHORITY,
        for_whom="派出所", recipient="张警官 031234", given="09:00–09:30", until=NINE + KEPT,
    )  # fmt: skip
    with records.begin() as unit:
        unit.retrievals.add(entry)
    run(records, NINE + KEPT)
    with records.read() as unit:
        gone = unit.retrievals.get(1)
    assert (gone.for_whom, gone.recipient, gone.purpose, gone.given) == ("", "", "theft", "09:00–09:30")


def test_what_stands_a_day_after_its_end_is_told_whoever_was_to_end_it(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.reports.leave_number(Contact(report=1, phone="13800000000", given=NINE, consent="1", until=NINE + HOUR))
    run(records, NINE + DAY + HOUR)
    with records.read() as unit:
        assert unit.alerts.open_ones() == []
    run(records, NINE + DAY + 3 * HOUR)
    with records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert (alert.rule, alert.point, alert.clause) == (OVERDUE, "report-numbers", "LA-1")
    with records.begin() as unit:
        unit.reports.leave_number(replace(unit.reports.number(1), phone="", erased=NINE))
    run(records, NINE + DAY + 5 * HOUR)
    with records.read() as unit:
        (alert,) = unit.alerts.open_ones()
    assert alert.condition is Condition.NORMAL


def test_where_people_were_ends_among_the_readings_once_a_day(records: SqlRecords) -> None:
    store = MemoryReadings()
    passages = [Passage(point="d", at=NINE + place * DAY, event="granted", credential="c") for place in range(3)]
    scans = [Scan(point="c", at=one.at, tag="t") for one in passages]
    store.append([], passages, scans)
    now = NINE + 182 * DAY
    own = {**CLASSES, "scans": replace(CLASSES["scans"], kept=181 * DAY)}
    for later in (0, HOUR, 23 * HOUR):
        end_among_readings(own, store, records, now + later)
    assert [one.at for one in store.passages("d", 0, 2**60)] == [NINE + 2 * DAY]
    assert [one.at for one in store.scans("c", 0, 2**60)] == [NINE + 2 * DAY, NINE + DAY]
    assert [(fact.subject, fact.data["count"]) for fact in ended(records)] == [("passages", 2), ("scans", 1)]


def write(folder: Path, text: str) -> Path:
    (folder / "kept.toml").write_text(text, "utf-8")
    return folder


def test_a_site_keeps_for_another_time_within_the_limits(tmp_path: Path) -> None:
    found = load_classes(write(tmp_path, '[kept]\nvisits = "90d"\n'))
    assert (found["visits"].kept, found["notices"].kept) == (90 * DAY, CLASSES["notices"].kept)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[kept]\nvisits = "1d"', "visits: '1d'; allowed: 7d to 366d"),
        ('[kept]\nvisits = "9999d"', "allowed: 7d to 366d"),
        ('[kept]\nvisits = "soon"', "'soon' is not a duration"),
        ('[kept]\nreport-numbers = "9d"', "no such class is set here; allowed: visits, "),
        ('[kept]\nnothing = "9d"', "no such class"),
        ('[other]\nvisits = "9d"', "other: allowed: a table [kept]"),
        ("kept = 3", "allowed: a table [kept]"),
        ("[kept", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_the_class_and_what_is_allowed(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BrokenCatalogue) as broken:
        load_classes(write(tmp_path, text))
    assert told in str(broken.value)
    assert "kept.toml" in str(broken.value)


@pytest.mark.parametrize("prepare", [lambda house: None, lambda house: house.clock(9 * 3_600)])
def test_no_fact_of_a_visit_names_anybody(records: SqlRecords, prepare: Callable[[House], None]) -> None:
    house = House(records)
    visit = house.let_in(phone="13800138000", vehicle="沪A12345", reason="送货 13800138000")
    house.passes("V001", "t1-pump", 60)
    house.passes("V001", "t1-data", 61)
    house.look(200)
    prepare(house)
    house.act(visit.id, VisitDeed.CONFIRM_ESCORT, 9_000, reason="call 13800138000")
    house.act(visit.id, VisitDeed.LEAVE, 9_600)
    with records.read() as unit:
        said = repr(unit.facts.after(0, 10_000))
    for personal in (NAME, "310101198805054321", "4321", "13800138000", "沪A12345", "V001", visit.badge):
        assert personal not in said
