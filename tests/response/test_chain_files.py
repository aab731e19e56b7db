"""Chain files: the shipped ones, a site's own on top, and what is wrong with them in words."""

import json
from pathlib import Path

import pytest

from facility.alert import Severity
from facility.chain import About, WhomKind, pick
from facility.notice import IN_APP
from response.chain_files import SHIPPED, BrokenChains, load_chains, read_chain
from response.chain_shape import schema_text
from response.class_files import load_classes

CHAINS = load_chains()
GOOD = """
id = "water"
title = { zh = "水", en = "Water" }
[[level]]
whom = ["on-duty:desk"]
by = ["sms"]
"""


def test_whatever_happens_some_chain_is_for_it_and_life_safety_has_its_own() -> None:
    for severity in Severity:
        found = pick(CHAINS, "", severity, life_safety=True)
        assert found is not None
        assert found.id == "life-safety"
        assert pick(CHAINS, "", severity, life_safety=False) is not None
    for about in About:
        assert pick(CHAINS, "lift", Severity.HIGH, life_safety=False, about=about) is not None, about


def test_life_safety_tells_desk_fire_control_and_manager_at_once_by_several_channels_until_somebody_answers() -> None:
    first = CHAINS["life-safety"].levels[0]
    assert {str(one) for one in first.whom} >= {"on-duty:desk", "on-duty:fire-control", "manager"}
    assert first.after == 0
    assert first.every
    assert not first.times
    assert len(first.by) >= 3


def test_every_chain_of_ours_reaches_people_who_have_nothing_but_an_account() -> None:
    for chain in CHAINS.values():
        assert all(IN_APP in level.by for level in chain.levels), chain.id


def test_every_urgent_chain_ends_with_the_manager_and_does_not_give_up() -> None:
    for id in ("water", "electrical", "lift", "urgent"):
        last = CHAINS[id].levels[-1]
        assert WhomKind.MANAGER in {one.kind for one in last.whom}
        assert last.every
        assert not last.times


def test_every_chain_that_a_class_of_work_names_is_there() -> None:
    named = {work.chain for work in load_classes().values() if work.chain}
    assert named <= set(CHAINS)


def test_the_schema_on_disk_is_the_shapes() -> None:
    assert (SHIPPED / "chain.schema.json").read_text("utf-8") == schema_text()
    assert "whom" in json.dumps(json.loads(schema_text()))


def test_a_sites_own_file_adds_to_and_replaces_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "water.toml").write_text(GOOD, "utf-8")
    (tmp_path / "night.toml").write_text(GOOD.replace('"water"', '"night"'), "utf-8")
    found = load_chains(tmp_path)
    assert set(found) == set(CHAINS) | {"night"}
    assert found["water"].path.startswith(str(tmp_path))
    assert found["lift"] == CHAINS["lift"]


def test_one_broken_file_and_none_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace('"water"', '"a"'), "utf-8")
    (tmp_path / "b.toml").write_text("id = ", "utf-8")
    with pytest.raises(BrokenChains, match=r"b\.toml:1: is not TOML"):
        load_chains(tmp_path)
    with pytest.raises(BrokenChains, match="is not a folder"):
        load_chains(tmp_path / "nowhere")


def test_chains_that_leave_something_out_are_refused(tmp_path: Path) -> None:
    (tmp_path / "only.toml").write_text(GOOD + 'every = "5m"\n', "utf-8")
    text = (tmp_path / "only.toml").read_text("utf-8").replace("[[level]]", 'severities = ["high"]\n[[level]]')
    (tmp_path / "only.toml").write_text(text, "utf-8")
    with pytest.raises(BrokenChains, match="no chain is for critical, life safety"):
        load_chains(tmp_path, shipped=False)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('["on-duty:desk"]', '["everybody"]', r"x.toml:5: level.1.whom.1: 'everybody' names nobody; allowed: on-duty"),
        ('["on-duty:desk"]', "[]", r"x.toml:5: level.1.whom: "),
        ('by = ["sms"]', 'bye = ["sms"]', r"level.1.bye: is not a key here; allowed: after, by, every"),
        ('by = ["sms"]', "", r"level.1.by: is missing"),
        ('by = ["sms"]', 'by = ["sms"]\nafter = "soon"', r"level.1.after: 'soon' is not a duration; write a number"),
        ('by = ["sms"]', 'by = ["sms"]\ntimes = 3', r"level.1.times: needs every"),
        ('by = ["sms"]', 'by = ["sms"]\nevery = "5s"', r"level.1.every: is too short"),
        (
            "[[level]]",
            'severities = ["huge"]\n[[level]]',
            r"x.toml:4: severities.1: 'huge' is not possible; allowed: 'critical'",
        ),
        ("[[level]]", 'digest = ["8 o"]\n[[level]]', r"digest.1: '8 o' is not a time of day; write it as in '08:30'"),
        ("[[level]]", "life_safety = true\n[[level]]", r"level: life safety is told until somebody answers"),
        ("[[level]]", 'life_safety = true\ndigest = ["08:30"]\n[[level]]', r"digest: life safety never waits"),
        (
            'by = ["sms"]',
            'by = ["sms"]\n[[level]]\nwhom = ["manager"]\nby = ["x"]\n[extra]',
            r"extra: is not a key here; allowed: about",
        ),
        (
            "[[level]]",
            'about = "news"\n[[level]]\nwhom = ["manager"]\nby = ["sms"]\n[[level]]',
            r"level.2: a chain about 'news' tells its people once",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_is_allowed(old: str, new: str, wanted: str) -> None:
    with pytest.raises(BrokenChains, match=wanted):
        read_chain(GOOD.replace(old, new, 1), "x.toml")
