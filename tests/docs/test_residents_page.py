"""What the page about residents says is so."""

import re
import tomllib
from pathlib import Path

from facility.instant import DAY, MINUTE
from facility.report_analysis import COMES_BACK, OFTEN, OFTEN_WITHIN
from response.reports.kind_files import load_kinds
from response.reports.links import CODE_BYTES, SOONEST
from response.reports.settings import SHIPPED, ReportSettings, load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "residents.md").read_text()


def test_the_kind_on_the_page_is_one(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    (tmp_path / "pool.toml").write_text(block[1])
    kinds = load_kinds(tmp_path)
    assert kinds.classify("游泳池没人").kind == "pool"


def test_the_numbers_on_the_page_are_the_shipped_ones() -> None:
    said = load_settings()
    assert (said.per_address, said.emergencies_per_address, said.per_code) == (12, 30, 30)
    assert "at most 12 reports an hour (30 emergencies), for one code 30" in PAGE
    assert (said.number_kept, said.number_kept_at_most, said.look_within) == (30 * DAY, 180 * DAY, 30 * MINUTE)
    assert (said.calls, said.wait_for_word, said.repeat_within) == (3, 7 * DAY, 30 * DAY)
    assert (OFTEN, OFTEN_WITHIN, COMES_BACK, CODE_BYTES * 8, SOONEST) == (3, 90 * DAY, 2, 72, 1000)


def test_the_shipped_file_names_every_setting_and_holds_the_defaults() -> None:
    written = tomllib.loads(SHIPPED.read_text())
    assert set(written) == set(ReportSettings.model_fields)
    assert load_settings() == ReportSettings()
