"""Classes of work as files: what ships is whole, what is wrong is told, and a site's own adds and replaces."""

from pathlib import Path

import pytest

from facility.instant import HOUR, MINUTE
from facility.promise import Promise
from facility.text import Text
from facility.work_class import Dispatch, Reach, WorkClass, by_name
from response.class_files import SHIPPED, BrokenClasses, load_classes, read_class
from response.class_shape import schema_text
from response.playbook_files import load_playbooks
from response.reports.kind_files import load_kinds
from rules.definition import load_book

LEAST = """
id = "glass"
title = { zh = "玻璃", en = "Glass" }
about = { zh = "门窗玻璃", en = "Panes of doors and windows" }
[clocks.respond]
within = "15m"
source = "site"
"""


def test_every_kind_of_work_that_the_product_names_has_a_class() -> None:
    named = {rule.response.work_order for rule in load_book() if rule.response.work_order}
    named |= {book.work_order for book in load_playbooks().values() if book.work_order}
    named |= {kind.work for kind in load_kinds().by_id.values()}
    assert named <= load_classes().keys()


def test_every_class_that_ships_can_be_answered_and_names_playbooks_that_there_are() -> None:
    playbooks = load_playbooks()
    for work in load_classes().values():
        assert "respond" in {promise.name for promise in work.clocks}, work.id
        assert work.playbook in {"", *playbooks}, work.id
        assert len(work.version) == 64


def test_the_manuals_limits_are_the_manuals() -> None:
    classes = load_classes()
    water = {p.name: p for p in classes["water-supply"].promises(emergency=True)}
    assert (water["arrive"].within, water["arrive"].clause, water["arrive"].source) == (HOUR, "ER-1", "manual")
    short = {p.name: p for p in classes["electrical"].promises(emergency=True)}
    assert (short["resolve"].within, short["resolve"].clause) == (2 * HOUR, "ER-2")
    notice = next(p for p in classes["lift"].promises(emergency=True) if p.name == "notice")
    assert notice.clock(0).every == 30 * MINUTE


def test_a_sites_own_file_replaces_and_adds(tmp_path: Path) -> None:
    (tmp_path / "glass.toml").write_text(LEAST, "utf-8")
    (tmp_path / "water.toml").write_text(LEAST.replace('"glass"', '"water-supply"'), "utf-8")
    classes = load_classes(tmp_path)
    assert classes["glass"].title == Text("玻璃", "Glass")
    assert classes["water-supply"].title == Text("玻璃", "Glass")
    assert classes["lift"].path == str(SHIPPED / "lift.toml")


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("within =", "withn =", "clocks.respond.withn: is not a key here; did you mean 'within'?"),
        ('"15m"', '"15 fortnights"', "clocks.respond.within: "),
        ('within = "15m"', "", "clocks.respond: a clock has one limit; allowed: within = '1h', or by = '18:00'"),
        ("clocks.respond", "clocks.answer", "clocks.answer: 'answer' is not possible; allowed: 'respond', 'arrive'"),
        ('source = "site"', 'source = "us"', "clocks.respond.source: 'us' is not possible; allowed: 'manual'"),
        ('id = "glass"', 'id = "Glass"', "id: 'Glass': "),
        ('id = "glass"', "", "id: is missing"),
        ("[clocks", 'dispatch = "first"\n[clocks', "team: is missing; allowed: a team of the rota"),
        (
            "[clocks",
            '[[check]]\nid = "a"\ntitle = { zh = "a", en = "a" }\nquantity = "bogus"\n[clocks',
            "is not a quantity",
        ),
        ('id = "glass"', "id = glass", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_field_and_what_is_allowed(before: str, after: str, wanted: str) -> None:
    with pytest.raises(BrokenClasses) as caught:
        read_class(LEAST.replace(before, after, 1), "glass.toml")
    assert "glass.toml: " in str(caught.value)
    assert wanted in str(caught.value)


def test_one_broken_file_keeps_all_of_them_out(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(LEAST, "utf-8")
    (tmp_path / "b.toml").write_text(LEAST, "utf-8")
    with pytest.raises(BrokenClasses, match="allowed: one file an id"):
        load_classes(tmp_path)


def test_the_schema_that_ships_is_what_the_reader_reads() -> None:
    assert (SHIPPED / "class.schema.json").read_text("utf-8") == schema_text()


def test_everything_a_file_can_say_is_read() -> None:
    more = LEAST.replace(
        'id = "glass"',
        'id = "glass"\nseverity = "low"\ndispatch = "first"\nteam = "t"\nskills = ["s"]\nreach = "asset"\ntogether = "5m"',
    )
    check = '[[check]]\nid = "whole"\ntitle = { zh = "z", en = "e" }\nmust = true\nphoto = true\n'
    work = read_class(more + check + '[emergency.clocks.review]\nby = "18:00"\nsource = "law"\n', "g")
    assert isinstance(work, WorkClass)
    assert (work.dispatch, work.team, work.skills, work.reach) == (Dispatch.FIRST, "t", ("s",), Reach.ASSET)
    assert (work.together, work.checklist[0].must, work.checklist[0].photo) == (5 * MINUTE, True, True)
    assert work.emergency_clocks == (Promise(name="review", by="18:00", source="law"),)


def test_a_promise_completes_the_one_of_its_name_before_it() -> None:
    ours = Promise(name="resolve", within=HOUR, clause="ER-2", source="manual", warn=20 * MINUTE, pausable=True)
    theirs = Promise(name="resolve", within=30 * MINUTE)
    assert by_name([ours], [theirs]) == (
        Promise(name="resolve", within=30 * MINUTE, clause="ER-2", source="manual", warn=15 * MINUTE, pausable=True),
    )
