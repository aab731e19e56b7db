"""What is the same in reading every file of definitions."""

from dataclasses import dataclass

import pytest
from pydantic import Field

from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem
from facility.definition_files.reading import read_all, tables
from facility.definition_files.telling import allowed
from facility.definition_files.values import Table

NESTED = """\
id = "fire"
[[step]]
id = "confirm"
[[step.choice]]
id = "small"
[[step.choice]]
id = "large"
[[step]]
id = "act"
[[step.choice]]
id = "done"
[step.command]
state = "closed"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("step",), 2),
        (("step", 0, "choice", 1, "id"), 7),
        (("step", 1, "id"), 9),
        (("step", 1, "choice", 0, "id"), 11),
        (("step", 1, "choice", 0, "title", "zh"), 10),
        (("step", 1, "command", "state"), 13),
        (("nowhere", 3), 1),
    ],
)
def test_a_key_is_found_in_arrays_of_tables_inside_arrays_of_tables(key: tuple[str | int, ...], line: int) -> None:
    assert line_of(NESTED, key) == line


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: str
    path: str


def thing(text: str, path: str) -> Thing:
    return Thing(id=tables(text, path, Broken)["id"], path=path)


def test_all_that_is_wrong_with_several_files_is_told_and_the_others_are_read() -> None:
    files = {"a": b'id = "x"', "b": b"id = ", "c": b"\xff", "d": b'# \r\nid = "x"\r\n'}
    found, problems = read_all(files.items(), thing)
    assert set(found) == {"x"}
    assert [str(one).partition(" ")[0] for one in problems] == ["b:1:", "c:1:", "d:2:"]
    assert problems[-1].text == "'x' is the id of a already; allowed: one file an id"


def test_a_problem_without_a_line_or_a_key_is_told_without_them() -> None:
    assert str(Problem(path="a.toml", line=3, key="id", text="is missing")) == "a.toml:3: id: is missing"
    assert str(Problem(path="a.toml", text="is empty")) == "a.toml: is empty"


class Inner(Table):
    is_: str = Field(alias="is")


class Outer(Table):
    rows: list[Inner] = Field(default_factory=list)
    named: dict[str, Inner] | None = None


def test_the_keys_of_a_table_are_those_that_a_file_may_write() -> None:
    assert allowed(Outer, ()) == ["named", "rows"]
    assert allowed(Outer, ("rows", 0)) == ["is"]
    assert allowed(Outer, ("named", "any")) == ["is"]
