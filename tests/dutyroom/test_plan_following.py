from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from dutyroom.plan_following import PlanFiles
from facility.floor_plan import FloorPlan
from storage.records.sql import SqlRecords

TEXT = 'zone = "b1"\nwidth = 20\nheight = 12\n'


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def site(folder: Path, text: str = TEXT) -> PlanFiles:
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "plans" / "b1.toml").write_text(text, "utf-8")
    return PlanFiles(folder, clock=Clock())


def take(records: SqlRecords, files: PlanFiles, at: int = 1_000) -> FloorPlan | None:
    with records.begin() as unit:
        files.take(unit, at)
        return unit.plans.of("b1")


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (20, 12), "white").save(out, "PNG")
    return out.getvalue()


def test_a_file_becomes_the_plan_of_its_zone_once(records: SqlRecords, tmp_path: Path) -> None:
    files = site(tmp_path)
    plan = take(records, files)
    assert plan is not None
    assert plan.width == 20
    take(records, files, 2_000)
    take(records, PlanFiles(tmp_path), 3_000)
    with records.read() as unit:
        (version,) = unit.plans.versions_of("b1")
        assert (version.who, version.why, version.at) == ("file:plans", "b1.toml", 1_000)


def test_what_was_drawn_on_the_page_stays_until_the_file_says_something_else(
    records: SqlRecords, tmp_path: Path
) -> None:
    files = site(tmp_path)
    take(records, files)
    with records.begin() as unit:
        unit.plans.put(FloorPlan(zone="b1", width=21.0, height=12.0), "lin", 2_000, "measured anew")
    drawn = take(records, files, 3_000)
    assert drawn is not None
    assert drawn.width == 21
    site(tmp_path, TEXT.replace("20", "22"))
    changed = take(records, files, 4_000)
    assert changed is not None
    assert changed.width == 22


def test_a_broken_file_leaves_what_is_in_force(records: SqlRecords, tmp_path: Path) -> None:
    files = site(tmp_path)
    take(records, files)
    site(tmp_path, TEXT.replace("20", "-20"))
    assert take(records, files, 2_000) == FloorPlan(zone="b1", width=20.0, height=12.0)
    assert "width: -20 is not possible" in files.refused[0]


def test_its_picture_is_kept_by_its_content(records: SqlRecords, tmp_path: Path) -> None:
    files = site(tmp_path, TEXT + 'image = "b1.png"\n')
    (tmp_path / "plans" / "b1.png").write_bytes(picture())
    plan = take(records, files)
    assert plan is not None
    with records.read() as unit:
        assert unit.files.get(plan.image).media == "image/png"


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_a_plan_whose_picture_is_missing_or_none_stands_without_it(
    records: SqlRecords, tmp_path: Path, content: bytes | None
) -> None:
    files = site(tmp_path, TEXT + 'image = "b1.png"\n')
    if content:
        (tmp_path / "plans" / "b1.png").write_bytes(content)
    plan = take(records, files)
    assert plan is not None
    assert plan.image == ""


def test_a_site_without_such_a_folder_has_no_plans(records: SqlRecords, tmp_path: Path) -> None:
    assert take(records, PlanFiles(tmp_path)) is None
    assert take(records, PlanFiles(None)) is None
