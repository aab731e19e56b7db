"""The rota's CSV files: every error has its place, nothing is half read, and what is written reads back the same."""

from dataclasses import replace
from datetime import date

import pytest

from facility.calendar import DayKind
from facility.register_files import RegisterError, RegisterRefused, tell
from facility.rota import Person, Rota, Shift, SpecialDay, rota_difference
from facility.rota_files import COLUMNS, read_rota, write_rota
from facility.text import Text
from tests.facility.rotas import by_id, four_crews

SMALL = {
    "teams.csv": "id,name_zh,name_en,least,skills,days,starts,ends,phone\nroom,消控室,Room,2,fire-panel,,,,0755 1\n",
    "people.csv": "id,name,account,phone,email,addresses,skills,teams,language,quiet\n"
    "li,李,li,+86 100 0000 0001,li@example.com,wecom=LiSi; sms=100,fire-panel lift,room,zh,22-7\n",
    "kinds.csv": "id,name_zh,starts,ends\nday,白班,08:00,20:00\nnight,夜班,20:00,08:00\n",
    "patterns.csv": "id,name_zh,cycle,days\nfour,四班,day night - -,\nweek,平日,day,workdays\n",
    "turns.csv": "person,team,pattern,since,until,call\nli,room,four,2026-01-01,,\n",
}


def read(current: Rota = Rota(), **changed: str | None) -> Rota:  # noqa: B008
    files = {**SMALL, **{f"{name}.csv": text for name, text in changed.items()}}
    given = {name: text.encode() for name, text in files.items() if text is not None}
    return read_rota(given, current=current)


def errors(**changed: str | None) -> list[RegisterError]:
    with pytest.raises(RegisterRefused) as refused:
        read(Rota(), **changed)
    return list(refused.value.errors)


def test_files_become_a_rota() -> None:
    rota = read()
    li = rota.people["li"]
    assert (li.quiet, li.addresses, li.skills) == ((22, 7), {"wecom": "LiSi", "sms": "100"}, ("fire-panel", "lift"))
    assert (rota.teams["room"].least, rota.teams["room"].ends) == (2, 1440)
    assert rota.turns["li/room/2026-01-01"].since == date(2026, 1, 1)


def test_what_is_written_reads_back_the_same() -> None:
    rota = replace(
        four_crews(),
        shifts=by_id([Shift(person="p1", team="desk", day=date(2026, 2, 28), kind="day", cancelled=True, note="停")]),
        holidays=by_id([SpecialDay(day=date(2027, 1, 1), kind=DayKind.HOLIDAY, name=Text("元旦", "New Year"))]),
    )
    rota = replace(
        rota, people=rota.people | {"x": Person(id="x", name="外包", company="某某", addresses={"sms": "1 2"})}
    )
    assert read_rota(write_rota(rota), current=Rota()) == rota


def test_tables_without_a_file_stay_as_they_are() -> None:
    before = read()
    after = read_rota({"holidays.csv": "day,kind,name_zh\n2027-01-01,holiday,元旦\n".encode()}, current=before)
    assert [change.table for change in rota_difference(before, after)] == ["holidays"]


@pytest.mark.parametrize(
    ("table", "text", "place", "said"),
    [
        ("kinds", "id,name_zh,starts,ends\nday,白,8.00,20:00\n", (2, "starts"), "not a time of the day"),
        ("kinds", "id,name_zh,starts,ends\nday,白,08:00,24:01\n", (2, "ends"), "not a time of the day"),
        ("turns", "person,team,pattern,since\nwang,room,four,2026-01-01\n", (2, "person"), "not in people.csv"),
        ("turns", "person,team,pattern,since\nli,room,fuor,2026-01-01\n", (2, "pattern"), "did you mean four"),
        ("turns", "person,team,pattern,since\nli,room,four,2026-02-30\n", (2, "since"), "not a date"),
        (
            "turns",
            "person,team,pattern,since,until\nli,room,four,2026-02-01,2026-01-01\n",
            (2, "until"),
            "before the day",
        ),
        ("turns", "person,team,pattern,since\n" + "li,room,four,2026-01-01\n" * 2, (3, "person"), "already in row 2"),
        ("patterns", "id,name_zh,cycle\nfour,四班,day evening\n", (2, "cycle"), "names evening"),
        ("patterns", "id,name_zh,cycle\nfour,四班,- -\n", (2, "cycle"), "no day with a shift"),
        ("patterns", "id,name_zh,cycle,days\nfour,四班,day,weekdays\n", (2, "days"), "names no days"),
        ("people", "id,name,teams\nli,李,room garden\n", (2, "teams"), "names garden"),
        ("people", "id,name,account\nli,李,x\nbo,柏,x\n", (3, "account"), "somebody else in row 2"),
        ("people", "id,name,quiet\nli,李,22-25\n", (2, "quiet"), "not a part of the day"),
        ("people", "id,name,quiet\nli,李,7-7\n", (2, "quiet"), "not a part of the day"),
        ("people", "id,name,phone\nli,李,call me\n", (2, "phone"), "not a telephone number"),
        ("people", "id,name,email\nli,李,li@\n", (2, "email"), "not an e-mail address"),
        ("people", "id,name,addresses\nli,李,LiSi\n", (2, "addresses"), "not a list of addresses"),
        ("teams", "id,name_zh,least\nroom,消控室,-1\n", (2, "least"), "0 to 99"),
        ("holidays", "day,kind,name_zh\n2027-01-01,rest,元旦\n", (2, "kind"), "not one of the choices"),
        (
            "shifts",
            "person,team,day,kind,cancelled\nli,room,2026-01-01,day,maybe\n",
            (2, "cancelled"),
            "neither yes nor no",
        ),
    ],
)
def test_an_error_names_file_row_and_column(table: str, text: str, place: tuple[int, str], said: str) -> None:
    found = errors(**{table: text})
    (error,) = [one for one in found if one.file == f"{table}.csv"]
    assert ((error.row, error.column), said in str(error)) == (place, True), str(error)
    assert error.say("zh") != str(error)


def test_every_error_is_found_at_once_in_the_order_of_the_files() -> None:
    found = errors(
        people="id,name\nli,\n", turns="person,team,pattern,since\nli,hall,four,1\nli,hall,four,2026-01-01\n"
    )
    assert [(error.file, error.row) for error in found] == [("people.csv", 2), ("turns.csv", 2), ("turns.csv", 3)]


def test_a_file_that_has_no_place_here_is_named() -> None:
    (error,) = errors(people="id,name,teams\nli,李,room\n", persons="id\n")
    assert (error.file, "not a rota file" in str(error)) == ("persons.csv", True)


def test_a_folder_without_a_rota_file_is_refused() -> None:
    with pytest.raises(RegisterRefused, match="no rota file"):
        read_rota({}, current=Rota())


def test_a_change_is_told_field_by_field() -> None:
    before = read()
    after = read(before, turns="person,team,pattern,since,until,call\nli,room,four,2026-01-01,2026-06-30,\n")
    (change,) = rota_difference(before, after)
    assert tell(change, before.zone, COLUMNS) == "~ turns li/room/2026-01-01: until ∅ → 2026-06-30"
