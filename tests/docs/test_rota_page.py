"""docs/rota.md says which columns there are and which words days have."""

import re

from facility.rota_entries import DAYS
from facility.rota_files import COLUMNS
from response.rota_watch import AHEAD, GAP, HOLIDAYS
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "rota.md").read_text("utf-8")


def test_every_file_and_every_column_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)\.csv` \|(.*)$", PAGE, re.MULTILINE))
    assert set(rows) == set(COLUMNS)
    for name, row in rows.items():
        told = set(re.findall(r"`(\w+)`", row))
        missing = [column.name for column in COLUMNS[name] if column.name not in told]
        assert missing == [], name


def test_the_words_for_days_and_the_alerts_are_those_of_the_product() -> None:
    for word in DAYS[:5]:
        assert f"`{word}`" in PAGE
    assert f"`{GAP}`" in PAGE
    assert f"`{HOLIDAYS}`" in PAGE
    assert f"next {AHEAD} days" in PAGE
