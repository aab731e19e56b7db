from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from facility.permission import Permissions
from facility.permission_entries import Confirmed, CredentialKind, CredentialState
from facility.permission_files import read_permissions, write_permissions
from facility.permission_files.reading import Given
from facility.pseudonym import pseudonym
from facility.register import Register
from facility.register_files import RegisterRefused
from facility.site import Site, Zone
from facility.text import Text
from tests.facility.permissions import some_permissions

NAME = Text("名", "name")
REGISTER = Register(
    sites={"s": Site(id="s", name=NAME)}, zones={id: Zone(id=id, site="s", name=NAME) for id in ("pumps", "t1")}
)
FILES = {
    "groups.csv": "id,name_zh,name_en\nengineering,工程,Engineers\n",
    "holders.csv": "id,name,groups,company,until\nli,李工,engineering,,2026-12-31\n",
    "credentials.csv": "number,holder,kind,tail,state,since,until,duress\n04A1B2C3,li,card,,active,,,no\n"
    "FACE-77,li,face,,lost,2026-01-01,2026-06-30,yes\n",
    "permissions.csv": "id,holder,group,access,zone,days,starts,ends,since,until,approver,reason\n"
    "eng,,engineering,sensitive,,workdays,08:00,20:00,2026-01-01,,王主管,本职\n"
    "nights,li,,,pumps,,22:00,06:00,,2026-03-05,王主管,\n",
}


def hide(number: str) -> str:
    return pseudonym(b"key", "card", number)


def read(current: Permissions | None = None, **files: str) -> Permissions:
    content = {name: text.encode() for name, text in (FILES | files).items() if text}
    return read_permissions(content, Given(current or Permissions(), REGISTER, hide))


def errors(**files: str) -> list[str]:
    with pytest.raises(RegisterRefused) as refused:
        read(None, **{f"{name}.csv": text for name, text in files.items()})
    return [str(error) for error in refused.value.errors]


def test_a_number_becomes_its_pseudonym_and_four_characters_and_is_kept_nowhere() -> None:
    found = read()
    card = found.credentials[hide("04A1B2C3")]
    assert (card.holder, card.tail, card.kind) == ("li", "B2C3", CredentialKind.CARD)
    face = found.credentials[hide("FACE-77")]
    assert (face.state, face.until, face.duress) == (CredentialState.LOST, date(2026, 6, 30), True)
    assert "04A1B2C3" not in repr(found)
    assert b"04A1B2C3" not in b"".join(write_permissions(found).values())


def test_what_is_written_reads_back_the_same() -> None:
    for permissions in (read(), replace(some_permissions(), credentials=read().credentials)):
        again = read_permissions(write_permissions(permissions), Given(Permissions(), REGISTER, hide))
        assert again == permissions


def test_a_table_without_a_file_stays_and_so_do_confirmations_of_what_is_still_there() -> None:
    current = replace(
        read(), confirmed={id: Confirmed(permission=id, at=1, who="m") for id in ("eng", "nights", "gone")}
    )
    only = {name: "" for name in FILES if name != "permissions.csv"}
    found = read(current, **only)
    assert found.holders == current.holders
    assert set(found.confirmed) == {"eng", "nights"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"holders": "id,name,groups\nli,李工,enginering\n"},
            "names enginering, which is not in groups.csv (did you mean engineering?)",
        ),
        ({"credentials": "holder\nli\n"}, "credentials.csv row 2, number"),
        ({"credentials": "number,holder\n1,lee\n"}, "'lee' is not in holders.csv"),
        ({"credentials": "pseudonym,holder\nnot-hex,li\n"}, "is not a pseudonym"),
        ({"credentials": "number,holder\n1,li\n1,li\n"}, "is already in row 2"),
        ({"credentials": "number,holder,state\n1,li,stolen\n"}, "is not one of the choices"),
        ({"credentials": "number,holder,tail\n1,li,12345\n"}, "has 5 characters"),
        ({"permissions": "id,holder,access,approver\np,li,sensitive,\n"}, "approver"),
        ({"permissions": "id,holder,group,access,approver\np,li,engineering,staff,m\n"}, "one of holder and group"),
        ({"permissions": "id,holder,approver\np,li,m\n"}, "one of access and zone"),
        ({"permissions": "id,holder,zone,approver\np,li,pump,m\n"}, "did you mean pumps?"),
        ({"permissions": "id,holder,access,approver,since,until\np,li,staff,m,2026-02-01,2026-01-01\n"}, "until"),
        ({"permissions": "id,holder,access,approver,days\np,li,staff,m,someday\n"}, "someday"),
    ],
)
def test_an_error_names_file_row_column_and_what_is_allowed(files: Mapping[str, str], told: str) -> None:
    found = errors(**files)
    assert any(told in error for error in found), found


def test_a_strange_file_is_refused_by_name() -> None:
    content = {"holder.csv": b"id,name\nli,x\n"}
    with pytest.raises(RegisterRefused, match=r"did you mean holders\.csv"):
        read_permissions(content, Given(Permissions(), REGISTER, hide))
