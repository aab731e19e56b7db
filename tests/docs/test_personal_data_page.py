"""The pages about visitors and personal data say what is so."""

import re
from pathlib import Path

from facility.crossing import ESCORT_WITHIN, HEARD_WITHIN
from facility.instant import HOUR, MINUTE, duration_text
from facility.visit import GRACE, WAITED_FOR
from inspections.personal.catalogue import load_classes
from inspections.personal.retention import PORTION
from inspections.visits.alerts import OURS

DOCS = Path(__file__).parents[2] / "docs"
PERSONAL = (DOCS / "personal-data.md").read_text("utf-8")
VISITORS = (DOCS / "visitors.md").read_text("utf-8")


def test_the_classes_are_those_of_the_file() -> None:
    told = PERSONAL.partition("<!-- classes -->\n")[2].partition("<!-- end of classes -->")[0].splitlines()
    assert told == [
        f"| `{one.id}` | {duration_text(one.kept) if one.kept else '–'} | {one.since.en} | {one.end.en} |"
        for one in load_classes().values()
    ]


def test_the_example_of_a_site_s_own_times_can_be_read(tmp_path: Path) -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", PERSONAL, re.MULTILINE | re.DOTALL)
    (tmp_path / "kept.toml").write_text(example, "utf-8")
    assert load_classes(tmp_path)["visits"].kept != load_classes()["visits"].kept


def test_the_numbers_are_those_of_the_code() -> None:
    assert (ESCORT_WITHIN, HEARD_WITHIN, GRACE, WAITED_FOR) == (30_000, 10_000, 15 * MINUTE, 2 * HOUR)
    assert f"{PORTION} of a class at a time" in PERSONAL
    assert [rule for rule in OURS if f"`{rule}`" not in VISITORS] == []
