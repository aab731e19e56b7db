"""Playbook files: what is shipped holds its stories, and what is wrong is named with file, line, key and what is allowed."""

import json
from pathlib import Path

import pytest

from facility.playbook import Joins, Playbook, levers, place_of
from facility.register import Register
from facility.register_files import read_tables
from response.playbook_files import SHIPPED, BrokenPlaybooks, load_playbooks, read_playbook
from response.playbook_shape import PlaybookFile, schema_text
from response.playbook_tales import tell
from rules.definition import load_book

BOOKS = load_playbooks()
RIVERSIDE = Path(__file__).parents[2] / "examples" / "riverside" / "register"


@pytest.mark.parametrize("playbook", BOOKS.values(), ids=list(BOOKS))
def test_every_story_of_a_shipped_playbook_holds(playbook: Playbook) -> None:
    tellings = tell(playbook)
    assert len(tellings) >= 2
    assert [str(telling) for telling in tellings if telling.wrong] == []


def test_every_incident_of_the_manual_has_its_playbook() -> None:
    clauses = {book.clause for book in BOOKS.values()} | {s.clause for b in BOOKS.values() for s in b.steps}
    assert {"FI-3", "IN-1", "IN-2", "IN-3", "ER-1", "ER-2", "LA-1"} <= clauses
    assert set(BOOKS) == {"fire", "trapped-in-lift", "burst-pipe", "short-circuit", "theft-or-conflict", "storm"}


def test_every_rule_that_a_playbook_names_is_a_rule_of_the_manual() -> None:
    rules = {rule.id for rule in load_book()}
    assert {rule for book in BOOKS.values() for rule in book.rules} <= rules


def test_every_confirmed_fire_is_reported_and_nobody_may_leave_that_out() -> None:
    fire = BOOKS["fire"]
    for answer in ("small", "large"):
        calls = [s for s in fire.steps if "119" in s.title.zh and f"confirm={answer}" in s.when]
        assert [step.must for step in calls] == [True]


def test_gas_and_power_ask_two_people() -> None:
    fire = BOOKS["fire"]
    twice = {s.id: s.command.twice.value for s in fire.steps if s.command}
    assert twice["gas-shut"] == twice["power-off"] == "two-people"


def test_texts_for_residents_fill_in_nothing_but_place_and_time() -> None:
    for book in BOOKS.values():
        for one in book.announcements:
            for text in (one.title, one.body):
                for words in (text.zh, text.en):
                    assert "{" not in words.format(place="", time="")


GOOD = """
id = "x"
title = { zh = "某", en = "some" }
about = { zh = "某", en = "some" }
severity = "high"

[[step]]
id = "look"
title = { zh = "看", en = "Look" }
who = { zh = "人", en = "somebody" }
within = "3m"

[[step.choice]]
id = "yes"
title = { zh = "是", en = "Yes" }

[[step]]
id = "act"
title = { zh = "做", en = "Do" }
who = { zh = "人", en = "somebody" }
when = ["look=yes"]
"""


def refused(text: str) -> str:
    with pytest.raises(BrokenPlaybooks) as broken:
        read_playbook(text, "x.toml")
    return str(broken.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"3m"', '"soon"', "x.toml:11: step.look.within: 'soon' is not a duration; write a number"),
        ("within", "wihtin", "x.toml:11: step.look.wihtin: is not a key here; did you mean 'within'? allowed: asks,"),
        ('"high"', '"urgent"', "x.toml:5: severity: 'urgent' is not possible; allowed: 'critical', 'high', 'medium'"),
        (
            "look=yes",
            "look=no",
            "x.toml:21: step.act.when: 'look=no' is no answer of an earlier step; allowed: look=yes",
        ),
        ('id = "act"', 'id = "look"', "x.toml:18: step.look.id: 'look' is there already; allowed: one step an id"),
        (', en = "Look" }', " }", "x.toml:9: step.look.title.en: is missing"),
        ('id = "x"', 'id = "X Y"', "x.toml:2: id: 'X Y': string should match pattern"),
        ('id = "x"', 'id = "x', "x.toml:2: is not TOML"),
        (
            'id = "x"',
            'id = "x"\nclause = "ZZ-1"',
            "x.toml:3: clause: 'ZZ-1' is not a clause of the manual; allowed: EQ-1",
        ),
        (
            'when = ["look=yes"]',
            'evidence = "number"',
            "step.act.evidence: 'number' needs asks: what is to be entered, in both languages",
        ),
        (
            'when = ["look=yes"]',
            'command = { assets = ["a"], quantity = "valve", state = "shut", send = "x", within = "1m" }',
            "step.act.command.state: 'shut' is no state of valve; allowed: closed, open",
        ),
        (
            'when = ["look=yes"]',
            'command = { assets = ["a"], quantity = "pressure", state = "shut", send = "x", within = "1m" }',
            "'pressure' is not a quantity with states; allowed: smoke",
        ),
    ],
)
def test_what_is_wrong_is_named_with_line_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    assert read_playbook(GOOD, "x.toml").id == "x"
    assert old in GOOD
    assert told in refused(GOOD.replace(old, new, 1))


def test_a_site_s_playbook_replaces_the_shipped_one_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD.replace('"x"', '"storm"'), "utf-8")
    assert len(load_playbooks(tmp_path)["storm"].steps) == 2
    assert set(load_playbooks(tmp_path)) == set(BOOKS)
    (tmp_path / "broken.toml").write_text("id = 3", "utf-8")
    with pytest.raises(BrokenPlaybooks, match=r"broken\.toml:1: id"):
        load_playbooks(tmp_path)
    with pytest.raises(BrokenPlaybooks, match="is not a folder"):
        load_playbooks(tmp_path / "nowhere")


def test_two_playbooks_never_open_for_one_rule(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD.replace('id = "x"', 'id = "x"\nrules = ["smoke-alarm"]', 1), "utf-8")
    with pytest.raises(BrokenPlaybooks, match=r"own.toml:3: rules: 'smoke-alarm' opens 'fire' already"):
        load_playbooks(tmp_path)


def test_a_version_is_what_a_file_says_however_it_is_laid_out() -> None:
    first = read_playbook(GOOD, "x.toml").version
    assert read_playbook(GOOD.replace("\n\n", "\n# note\n"), "y.toml").version == first
    assert read_playbook(GOOD.replace("3m", "4m"), "x.toml").version != first


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ('acts = ["1m li choose look yes"]\nowed = []', "owed is act, not nothing"),
        ('acts = ["1m li do act"]', "'1m li do act' was refused"),
        ('acts = ["! 1m li choose look yes"]', "was not refused"),
        ('acts = ["1m li begin look"]\nat = "4m"\nlate = []', "at 4m late is look, not nothing"),
        ('acts = []\nstate = "over"', "it is 'open', not 'over'"),
        ('acts = ["1m li frobs look"]', "'frobs' is no deed; allowed: begin"),
        ('acts = ["1m li do nothing"]', "names no step; allowed: look, act"),
        ('acts = ["2m li begin look", "1m li choose look yes"]', "comes before the act above it"),
        ('acts = ["soon li begin look"]', "is not a duration"),
        ('acts = ["1m"]', "is no act; allowed: TIME WHO DEED STEP"),
    ],
)
def test_a_story_that_does_not_hold_says_how_it_stands(story: str, told: str) -> None:
    playbook = read_playbook(f'{GOOD}\n[[story]]\nname = "s"\n{story}\n', "x.toml")
    assert told in tell(playbook)[0].wrong


def test_the_schema_is_made_of_what_the_reader_checks_by() -> None:
    schema = json.loads(schema_text())
    assert set(schema["properties"]) == set(PlaybookFile.model_fields)
    assert schema_text() == schema_text()


@pytest.fixture(scope="module")
def riverside() -> Register:
    return read_tables({path.name: path.read_bytes() for path in RIVERSIDE.glob("*.csv")})


@pytest.mark.parametrize(
    ("joins", "place"),
    [(Joins.SITE, ""), (Joins.BUILDING, "t1"), (Joins.ZONE, "t1-f03"), (Joins.ASSET, "t1-f03-smoke-1")],
)
def test_an_incident_reaches_as_far_as_its_playbook_says(riverside: Register, joins: Joins, place: str) -> None:
    assert place_of(joins, riverside, "t1-f03", "t1-f03-smoke-1") == place


def test_what_the_register_does_not_have_is_done_by_hand(riverside: Register) -> None:
    siren = BOOKS["fire"].step("siren").command
    assert siren is not None
    assert levers(siren, riverside, "t1", "") == []


def test_the_shipped_folder_is_the_product_s_own() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == set(BOOKS)
