"""The System page: a message's way as a picture, with what is slow or broken marked and said in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import api.web
from api.app import create_app
from api.flow import BROKEN, SLOW, TIMED
from api.web.words import WORDS
from collector.refusals import CLASSES
from facility.reading import Reading
from response.self_watch.watching import SelfWatch
from storage.readings.sqlite import SqliteReadings
from tests.api.browser import Browser, words
from tests.api.seed import GAUGE, NOW, WORKER, House

BrowserOf = Callable[[str], Browser]


def page(home: House, browser: Browser, language: str, **more: Any) -> str:
    with home.records.begin() as unit:
        unit.notes.put("worker/worker", {**WORKER, **more})
    return browser.client.get("/system", headers={"accept-language": language}).text


def marked(html: str) -> list[str]:
    """The boxes that are not grey, in words."""
    return [words(box) for box in re.findall(r'<li class="(?:slow|broken|unknown)">.*?</li>', html, re.DOTALL)]


def test_all_is_grey_while_all_is_well(home: House, browser_of: BrowserOf) -> None:
    told = page(home, browser_of("officer"), "en")
    assert marked(told) == []
    text = words(told)
    for said in ("41.5 messages a second", "1,204,308 decoded", "2 refused: not in its format", "12 ms from receipt"):
        assert said in text
    assert "40 % · 40 GiB" in text
    assert "kept right" in text


@pytest.fixture
def on_disk(home: House, tmp_path: Path) -> Iterator[House]:
    """Riverside whose readings are kept in a file, with one point."""
    with closing(SqliteReadings(tmp_path / "readings.db")) as readings:
        readings.append([Reading(GAUGE, NOW, 0.6)])
        yield replace(home, context=replace(home.context, readings=readings))


@pytest.mark.parametrize(
    ("language", "points", "tables"),
    [("en", "1 points", "version of the tables: m"), ("zh", "1 个测点", "数据表版本：m")],
)
def test_what_stores_say_is_told_in_words_and_the_rest_as_a_technical_text(
    on_disk: House, language: str, points: str, tables: str
) -> None:
    browser = Browser(TestClient(create_app(on_disk.context), follow_redirects=False))
    browser.sign_in("officer")
    told = page(on_disk, browser, language)
    codes = re.findall(r'<code lang="en">([^<]*)</code>', told)
    assert [code.split()[0] for code in codes] == ["SQLite", "SQLite"]
    assert codes[0].endswith("readings.db")
    assert codes[1].endswith("records.db")
    assert points in words(told)
    assert tables in words(told)
    assert "schema" not in words(told)


def test_why_a_store_does_not_answer_stands_as_it_is(home: House, browser_of: BrowserOf) -> None:
    browser = browser_of("officer")
    home.readings.close()
    (box,) = re.findall(r'<li class="broken">.*?</li>', page(home, browser, "zh"), re.DOTALL)
    assert '<code lang="en">the store of readings is closed</code>' in box


@pytest.mark.parametrize("language", ["en", "zh"])
def test_processes_are_cards_on_a_phone_each_figure_with_its_name(
    home: House, browser_of: BrowserOf, language: str
) -> None:
    told = page(home, browser_of("officer"), language)
    (table,) = re.findall(r'<section id="machines".*?</section>', told, re.DOTALL)
    assert '<table class="cards">' in table
    assert 'class="scroll"' not in table
    heads = [words(head) for head in re.findall(r"<th\b.*?</th>", table)]
    for row in re.findall(r"<tr>(<td.*?)</tr>", table):
        assert re.findall(r'<td[^>]* data-label="([^"]+)"', row) == heads
        assert row.count("<td") == len(heads)


def test_what_makes_cards_of_a_table_is_on_every_page() -> None:
    folder = Path(api.web.__file__).parent
    every = re.findall(r'static\("(\w+\.css)"\)', (folder / "templates" / "frame.html").read_text())
    found = [
        file for file in every if re.search(r"^ *\.cards td\b", (folder / "static" / file).read_text(), re.MULTILINE)
    ]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The disk under the readings is slow"), ("zh", "读数所在磁盘慢")]
)
def test_the_slow_stage_is_marked_and_said(home: House, browser_of: BrowserOf, language: str, said: str) -> None:
    busy = dict.fromkeys(TIMED, 0.1) | {"store": 0.6}
    (box,) = marked(page(home, browser_of("officer"), language, lag=9_000, busy=busy))
    assert said in box
    assert "60" in box


def test_a_history_that_is_away_is_marked_with_what_waits(home: House, browser_of: BrowserOf) -> None:
    journal = {
        "rows": 81_233,
        "bytes": 5,
        "limit": 10,
        "oldest": NOW - 5_000,
        "away_since": NOW - 5_000,
        "error": "401",
    }
    (box,) = marked(page(home, browser_of("officer"), "en", journal=journal))
    for said in ("broken", "81,233 rows wait", "50 % of what may wait", "alarms go on", "401"):
        assert said in box


@pytest.mark.parametrize(("language", "said"), [("en", "Make room or add disk"), ("zh", "腾出空间或加盘")])
def test_an_alert_about_the_product_says_what_to_do_first_and_leads_here(
    home: House, browser_of: BrowserOf, language: str, said: str
) -> None:
    with home.records.begin() as unit:
        unit.notes.put(
            "worker/worker", {**WORKER, "machine": {"host": "n", "disk": {"folder": "/d", "free": 1, "total": 50}}}
        )
        SelfWatch().look(unit, NOW)
        (alert,) = unit.alerts.open_ones()
    browser = browser_of("officer")
    told = browser.client.get(f"/alerts/{alert.id}", headers={"accept-language": language}).text
    assert said in words(told)
    assert 'href="/system"' in told
    assert "n:/d" in words(told)


def test_every_mark_says_what_to_do_and_every_reason_has_words() -> None:
    stages = WORDS["stage"]
    assert set(WORDS["stage-do"]) <= {f"{stage}/{state}" for stage in stages for state in (SLOW, BROKEN)}
    assert {f"{stage}/{SLOW}" for stage in ("collect", *TIMED)} <= set(WORDS["stage-do"])
    assert {f"{s}/{BROKEN}" for s in ("broker", "collect", "store", "judge", "commit", "forward")} <= set(
        WORDS["stage-do"]
    )
    assert set(WORDS["refusal"]) == set(CLASSES)
