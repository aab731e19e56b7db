"""Broken rule files are refused with file, line, key, and what is allowed."""

from pathlib import Path

import pytest

from facility.definition_files.locate import key_lines, line_of
from rules.definition import MANUAL, BrokenRules, load_book, read_rule
from rules.kind import all_kinds

GOOD = """\
id       = "leak"
clause   = "EQ-4"
title    = { zh = "压力低", en = "Low pressure" }
severity = "high"
applies  = { quantity = "pressure" }

[do_first]
zh = "看"
en = "Look"

[minimum]
limit    = "0.3 MPa"
hold_for = "30s"

[response]
work_order = "water-supply"

[response.clocks]
arrive = { within = "1h", clause = "ER-1" }

[[story]]
name   = "low fires"
every  = "30s"
values = "0.4 0.2 0.2"
expect = "ok pending firing"
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BrokenRules) as caught:
        read_rule(text, "leak.toml")
    return [str(problem) for problem in caught.value.problems]


def test_the_example_is_good() -> None:
    assert read_rule(GOOD, "leak.toml").id == "leak"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            "hold_for =",
            "hold_far =",
            "leak.toml:13: minimum.hold_far: is not a key here; did you mean 'hold_for'? allowed: ",
        ),
        (
            "within =",
            "withn =",
            "leak.toml:19: response.clocks.arrive.withn: is not a key here; did you mean 'within'?",
        ),
        ("arrive =", "arive =", "leak.toml:19: response.clocks.arive"),
        ('"high"', '"hi"', "leak.toml:4: severity: 'hi' is not possible; allowed: 'critical', 'high', 'medium', 'low'"),
        ('"EQ-4"', '"EQ-9"', "leak.toml:2: clause: 'EQ-9' is not a clause of the manual; allowed: EQ-1, EQ-2"),
        ('"0.3 MPa"', '"0.3 °C"', "leak.toml:12: minimum.limit: '°C' is a unit of temperature"),
        ('"0.3 MPa"', '"0.3 mPa"', "leak.toml:12: minimum.limit: 'mPa' in '0.3 mPa' is not a unit"),
        ('"0.3 MPa"', '"0.3"', "leak.toml:12: minimum.limit: "),
        ('"0.3 MPa"', "0.3", "leak.toml:12: minimum.limit: 0.3: input should be a valid string"),
        (
            '"30s"\n\n[resp',
            '"30 seconds"\n\n[resp',
            "leak.toml:13: minimum.hold_for: '30 seconds' is not a duration; write",
        ),
        (
            'quantity = "pressure"',
            'quantity = "presure"',
            "leak.toml:5: applies.quantity: 'presure' is not a quantity; allowed",
        ),
        (
            'quantity = "pressure"',
            'asset = "gauge"',
            "leak.toml:5: applies.quantity: [minimum] needs exactly one quantity",
        ),
        (
            'quantity = "pressure"',
            'quantity = "pressure", access = "secret"',
            "leak.toml:5: applies.access: 'secret' is not",
        ),
        ("[minimum]", "[minimun]", "leak.toml:11: minimun: is not a key here; did you mean 'minimum'?"),
        ('id       = "leak"', 'id       = "Leak 1"', "leak.toml:1: id: 'Leak 1'"),
        ('zh = "压力低", ', "", "leak.toml:3: title.zh: is missing"),
        (
            '"ok pending firing"',
            '"ok pending"',
            "leak.toml:25: story.0.expect: 'low fires': 3 values and 2 words are expected",
        ),
        ('work_order = "water-supply"', "", "leak.toml:18: response.clocks: clocks run on a work order"),
        ("[response]\n", "[response\n", "leak.toml:15: is not TOML: "),
        ('severity = "high"\n', "", "leak.toml:1: severity: is missing"),
    ],
)
def test_each_mistake_is_named_with_its_place(old: str, new: str, wanted: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(line.startswith(wanted) for line in found), found


def test_two_kinds_in_one_file_are_refused() -> None:
    [found] = problems(GOOD + '\n[maximum]\nlimit = "1 MPa"\n')
    assert "a rule has exactly one kind, this one has [maximum] and [minimum]" in found


def test_no_kind_is_refused() -> None:
    text = GOOD.replace('[minimum]\nlimit    = "0.3 MPa"\nhold_for = "30s"\n', "")
    kinds = ", ".join(f"[{kind}]" for kind in all_kinds())
    assert f"this one has none; allowed: one of {kinds}" in problems(text)[0]


@pytest.mark.parametrize(
    ("quantity", "kind", "wanted"),
    [
        (
            "smoke",
            '[state]\nbad = ["alarmm"]',
            "state.bad: 'alarmm' is not a state of smoke; allowed: clear (0), alarm (1)",
        ),
        ("pressure", '[state]\nbad = ["alarm"]', "state.bad: pressure is measured, it has no words"),
        ("smoke", '[minimum]\nlimit = "1"', "minimum.limit: smoke is not measured, it has words; use [state]"),
        ("pressure", '[quality]\nbad = ["broken"]', "quality.bad: 'broken' is not a quality; allowed: sensor-fault"),
        ("pressure", '[silence]\nafter = "soon"', "silence.after: 'soon' is neither '3 x interval' nor a duration"),
        ("pressure", '[silence]\nafter = "0 x interval"', "silence.after: '0 x interval' is no time at all"),
        (
            "pressure",
            '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\ndeadband = "0.1 MPa"',
            "band.deadband: '0.1 MPa' leaves nothing of within = '0.1 MPa'",
        ),
        ("pressure", '[band]\naround = "set_pressure"\nwithin = "-0.1 MPa"', "band.within: '-0.1 MPa' is negative"),
    ],
)
def test_each_kind_says_what_it_cannot_take(quantity: str, kind: str, wanted: str) -> None:
    head = GOOD.partition("[minimum]")[0].replace("pressure", quantity)
    [found] = problems(head + kind)
    assert f": {wanted}" in found


def test_a_folder_is_loaded_all_or_nothing_and_every_mistake_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD.replace('"leak"', '"b"').replace("severity", "severty"))
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "d.toml").write_text(GOOD)
    with pytest.raises(BrokenRules) as caught:
        load_book(tmp_path)
    assert [Path(problem.path).name for problem in caught.value.problems] == ["b.toml", "b.toml", "c.toml", "d.toml"]
    assert "is the id of" in caught.value.problems[-1].text


def test_a_site_adds_to_and_replaces_the_manuals_rules(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    text = (MANUAL / "smoke-alarm.toml").read_text().replace('"critical"', '"high"')
    (tmp_path / "smoke.toml").write_text(text)
    book = load_book(tmp_path)
    assert len(book) == len(load_book()) + 1
    assert book.rules["smoke-alarm"].severity.name == "HIGH"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenRules, match="is not a folder"):
        load_book(tmp_path / "none")


def test_the_version_is_of_what_the_file_says_not_of_how_it_is_laid_out() -> None:
    one = read_rule(GOOD, "a.toml")
    assert read_rule("# a comment\n" + GOOD.replace(" = ", "   = "), "b.toml").version == one.version
    assert read_rule(GOOD.replace("0.3", "0.31"), "a.toml").version != one.version
    assert len(one.version) == 64


def test_lines_are_found_in_tables_inside_arrays() -> None:
    text = 'a = 1\n[[story]]\nname = "x"\n[[story]]\nname = "y"\n[story.set]\nset_pressure = "1"\n'
    assert key_lines(text)["story", 1, "set", "set_pressure"] == 7
    assert line_of(text, ("story", 0, "missing")) == 2
    assert line_of(text, ("nowhere",)) == 1
