from pathlib import Path

import pytest

from facility.floor_plan import AreaKind
from inspections.coverage.plan_files import BrokenPlans, document_of, load_plans, plan_from, read_plan
from inspections.coverage.plan_shape import schema_text

GOOD = """
zone   = "b1"
width  = 20
height = 12.5
walls  = [[[0, 0], [20, 0], [20, 12.5]], [[4, 0], [4, 3]]]
image  = "b1.png"

[[column]]
at     = [6, 4]
size   = [0.8, 0.6]
across = 2
along  = 2
step   = [8, 4]

[[area]]
id      = "lanes"
kind    = "required"
name    = { zh = "车道", en = "Lanes" }
box     = [0, 12.5, 20, 0]
density = "observe"
group   = "garage"

[[area]]
id      = "wc"
kind    = "forbidden"
name    = { zh = "卫生间", en = "Toilet" }
outline = [[0, 0], [4, 0], [4, 3]]

[marks]
cp-b1 = [3, 3.5]
"""


def test_a_file_says_all_that_a_plan_is() -> None:
    file = read_plan(GOOD, "plans/b1.toml")
    plan = file.plan
    assert (plan.zone, plan.width, plan.height, file.image) == ("b1", 20.0, 12.5, "b1.png")
    assert list(plan.walls) == [((0, 0), (20, 0), (20, 12.5)), ((4, 0), (4, 3))]
    assert [column[0] for column in plan.columns] == [(6, 4), (14, 4), (6, 8), (14, 8)]
    assert list(plan.columns[0]) == [(6, 4), (6.8, 4), (6.8, 4.6), (6, 4.6)]
    lanes, toilet = plan.areas
    assert [area.kind for area in plan.areas] == [AreaKind.REQUIRED, AreaKind.FORBIDDEN]
    assert (lanes.density, lanes.group) == (62.5, "garage")
    assert list(lanes.outline) == [(0, 0), (20, 0), (20, 12.5), (0, 12.5)]
    assert list(toilet.outline) == [(0, 0), (4, 0), (4, 3)]
    assert plan.marks == {"cp-b1": (3, 3.5)}


WRONG = [
    ("width  = 20", "width  = -3", "plans/b1.toml:3: width: -3 is not possible; allowed: above 0 to 2000 metres"),
    ("width  = 20", 'width  = "20"', "plans/b1.toml:3: width: '20' is not a length; allowed: metres, as 4.2"),
    (
        "width  = 20",
        "wide   = 20",
        "plans/b1.toml:3: wide: is not a key here; did you mean 'width'? allowed: area, column",
    ),
    ("[4, 3]]]", "[4, 30]]]", "plans/b1.toml:5: walls.1: [4, 30] is off the plan; allowed: x 0 to 20, y 0 to 12.5"),
    ("[4, 3]]]", "[4]]]", "walls.1.1: [4] is no point; allowed: x and y in metres, as [4.2, 0]"),
    ("[[4, 0], [4, 3]]]", "[[4, 0]]]", "walls.1: is no line; allowed: two points or more"),
    ('"observe"', '"watch"', "area.0.density: 'watch' is no density; allowed: 'monitor' (12.5), 'detect' (25)"),
    ('kind    = "forbidden"', 'kind    = "secret"', "allowed: 'required', 'forbidden', 'excluded', 'patrol'"),
    ('id      = "wc"', 'id      = "lanes"', "area.1.id: 'lanes' is there already; allowed: one area an id"),
    ("[[0, 0], [4, 0], [4, 3]]\n\n", "[[0, 0], [4, 0]]\n\n", "area.1.outline: has no inside"),
    ("[[0, 0], [4, 0], [4, 3]]\n\n", "[[0, 0], [4, 0], [8, 0]]\n\n", "area.1.outline: covers nothing"),
    (
        "[[0, 0], [4, 0], [4, 3]]\n\n",
        "[[0, 0], [4, 3], [4, 0], [0, 5]]\n\n",
        "area.1.outline: crosses itself; allowed: corners in their order around it",
    ),
    ("box     = [0, 12.5, 20, 0]", "box     = [0, 12.5]", "area.0.box: has 2 numbers; allowed: 4, as [0, 0, 12, 8]"),
    ("box     = [0, 12.5, 20, 0]", "", "area.0: has neither, or both; allowed: box or outline"),
    ("step   = [8, 4]", "", "column.0.step: is missing"),
    ("size   = [0.8, 0.6]", "", "column.0: has neither, or both; allowed: at and size, or outline"),
    ("step   = [8, 4]", "step   = [80, 4]", "column.1: [86, 4] is off the plan"),
    ("across = 2", "across = 2000", "column.0.across: 2000 is not possible; allowed: 1 to 200"),
    ('"b1.png"', '"../b1.png"', "image: '../b1.png' leads out of the folder"),
    ("cp-b1 = [3, 3.5]", "cp-b1 = [3, 35]", "marks.cp-b1: [3, 35] is off the plan"),
    ('zone   = "b1"', "", "zone: is missing"),
    ('zone   = "b1"', "zone = ", "plans/b1.toml:2: is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_a_broken_file_is_refused_with_its_line_its_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(BrokenPlans) as refused:
        read_plan(GOOD.replace(old, new, 1), "plans/b1.toml")
    assert told in str(refused.value)


def test_a_plan_sent_as_a_document_reads_back_the_same_and_is_refused_by_its_keys() -> None:
    plan = read_plan(GOOD, "x").plan
    document = document_of(plan)
    assert plan_from(document) == plan
    with pytest.raises(BrokenPlans) as refused:
        plan_from(document | {"width": 10})
    assert "walls.0: [20, 0] is off the plan; allowed: x 0 to 10, y 0 to 12.5" in str(refused.value)
    with pytest.raises(BrokenPlans) as refused:
        plan_from(document | {"wide": 10})
    assert refused.value.problems[0].key == "wide"


def test_a_folder_is_read_all_or_nothing_and_a_zone_has_one_plan(tmp_path: Path) -> None:
    (tmp_path / "b1.toml").write_text(GOOD, "utf-8")
    assert list(load_plans(tmp_path)) == ["b1"]
    (tmp_path / "again.toml").write_text(GOOD, "utf-8")
    with pytest.raises(BrokenPlans, match="'b1' is the id of"):
        load_plans(tmp_path)


def test_the_schema_says_what_the_reader_takes() -> None:
    schema = schema_text()
    assert '"zone"' in schema
    assert '"observe"' in schema
    assert schema == schema_text()
