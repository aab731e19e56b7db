"""Riverside Gardens has enough people, day and night, and its accounts are people of its rota."""

import pytest

from dutyroom.demo import PEOPLE
from dutyroom.register_files import contents
from facility.instant import DAY, parse
from facility.rota import Rota
from facility.rota_files import ROTA_TABLES, read_rota, write_rota
from facility.text import Text
from tests.architecture.checkout import CHECKOUT

FOLDER = CHECKOUT / "examples" / "riverside" / "rota"
BEGIN = parse("2026-11-01T00:00:00+08:00")


@pytest.fixture(scope="module")
def rota() -> Rota:
    notes: list[Text] = []
    found = read_rota(contents(FOLDER, ROTA_TABLES), current=Rota(), notes=notes)
    assert notes == []
    return found


def test_its_files_are_what_an_export_would_write(rota: Rota) -> None:
    for file, content in write_rota(rota).items():
        assert (FOLDER / file).read_bytes() == content, file


def test_nobody_is_missing_at_any_time(rota: Rota) -> None:
    assert rota.gaps(BEGIN, BEGIN + 365 * DAY) == []
    assert rota.clashes(BEGIN, BEGIN + 365 * DAY) == []


def test_every_demo_account_is_a_person_of_the_rota(rota: Rota) -> None:
    linked = {person.account: person.name for person in rota.people.values() if person.account}
    assert set(linked) == set(PEOPLE)


def test_its_telephones_are_nobodys(rota: Rota) -> None:
    """No Chinese number begins with 0 after its area code, and no mobile number with 100."""
    numbers = [person.phone for person in rota.people.values()] + [team.phone for team in rota.teams.values()]
    assert all(number.startswith(("+86 100 0000", "+86 755 0000")) for number in numbers)
