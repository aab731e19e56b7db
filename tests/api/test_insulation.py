"""Pages of insulation and of instruments: what is known of each box, how long it is valid, and where it is heading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.insulation import one_box
from api.web.insulation_chart import chart
from api.web.pages.instruments import state_of
from api.web.words import WORDS
from facility.instant import DAY
from facility.instrument import Instrument
from facility.insulation import Heading, State
from facility.text import Text
from inspections.draft import Answer, Draft
from inspections.result_room import ResultRoom
from inspections.submitting import submit
from storage.records.port import NotFound
from tests.api.browser import Browser, words
from tests.api.seed import NOW, House

Browsers = Callable[[str], Browser]
YEAR = 365 * DAY
BOX = "t1-db-07"


def measure(home: House, at: int, *, key: str = "", retest_of: int | None = None, **circuits: float | None) -> int:
    """One test of the box; None is over range. The number of its result."""
    good = ("deenergised",)
    numbers = {"volts": 500.0, "seconds": 60.0, "celsius": 24.0, "humidity": 61.0}
    answers = [
        *(Answer(check=one, choice="pass") for one in good),
        *(Answer(check=name, value=value) for name, value in numbers.items()),
        *(
            Answer(check="resistance", item=name, value=value, over_range=value is None, instrument="MEG-07")
            for name, value in circuits.items()
        ),
        Answer(check="signature", choice="signed"),
    ]
    draft = Draft(
        key=key or f"k{at}",
        duty="box-insulation",
        target=BOX,
        device_at=at,
        answers=tuple(answers),
        retest_of=retest_of,
    )
    with home.records.begin() as unit:
        room = ResultRoom(duties=home.context.duties(), register=home.context.register(unit))
        return submit(unit, room, draft, "engineer", NOW).id


def english(browser: Browser, address: str) -> str:
    answer = browser.client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return words(answer.text)


def test_a_box_that_was_never_tested_says_so_and_how_to_begin(home: House, browser_of: Browsers) -> None:
    wang = browser_of("engineer")
    assert "never measured" in english(wang, "/insulation")
    said = english(wang, f"/insulation/{BOX}")
    assert "This box was never tested." in said
    assert f"/results/new?duty=box-insulation&amp;target={BOX}" in wang.page(f"/insulation/{BOX}")


def test_the_list_shows_the_lowest_circuit_its_age_and_how_long_it_is_valid(home: House, browser_of: Browsers) -> None:
    measure(home, NOW - 30 * DAY, N1=2.35, N2=None)
    said = english(browser_of("inspector"), "/insulation?state=pass")
    assert "Tower 1 floor 7 distribution box" in said
    assert "passed 2.35 MΩ · limit ≥ 0.5 N1 · of 2 circuits" in said
    assert "Tower 1 floor 1 distribution box" not in said


def test_overdue_is_no_pass(home: House, browser_of: Browsers) -> None:
    measure(home, NOW - 400 * DAY, N1=20.0)
    assert "overdue: no pass" in english(browser_of("engineer"), f"/insulation/{BOX}")
    with home.records.read() as unit:
        box = one_box(unit, home.context.duties(), home.register(), BOX, NOW)
    assert box.state is State.OVERDUE


def test_a_fail_and_its_retest_stand_side_by_side_and_the_newer_counts(home: House, browser_of: Browsers) -> None:
    failed = measure(home, NOW - 9 * DAY, N1=0.2, N2=9.0)
    passed = measure(home, NOW - 2 * DAY, N1=8.0, retest_of=failed)
    page = browser_of("engineer").page(f"/insulation/{BOX}")
    assert f'href="/results/{failed}"' in page
    assert f'href="/results/{passed}"' in page
    with home.records.read() as unit:
        box = one_box(unit, home.context.duties(), home.register(), BOX, NOW)
    assert [(one.name, one.state) for one in box.circuits] == [("N1", State.PASS), ("N2", State.PASS)]
    shown = english(browser_of("engineer"), f"/results/{failed}")
    assert f"Measured again : #{passed}" in shown or f"Measured again: #{passed}" in shown


def test_what_was_corrected_does_not_count(home: House) -> None:
    wrong = measure(home, NOW - 9 * DAY, N1=0.2)
    with home.records.begin() as unit:
        old = unit.results.get(wrong)
        room = ResultRoom(duties=home.context.duties(), register=home.context.register(unit))
        answers = tuple(
            Answer(
                check=one.check,
                item=one.item,
                value=2.0 if one.check == "resistance" else one.value,
                choice="signed" if one.check == "signature" else one.choice,
                instrument="MEG-07" if one.instrument else "",
            )
            for one in old.findings
        )
        submit(unit, room, Draft(key="c", corrects=wrong, why="digits", answers=answers), "engineer", NOW)
        box = one_box(unit, home.context.duties(), home.register(), BOX, NOW)
    (circuit,) = box.circuits
    assert [test.value for test in circuit.tests] == [2.0]


def test_four_tests_that_halve_are_forecast_and_drawn(home: House, browser_of: Browsers) -> None:
    for years, value in ((3, 16.0), (2, 8.0), (1, 4.0), (0, 2.0)):
        measure(home, NOW - years * YEAR, N1=value)
    with home.records.read() as unit:
        (circuit,) = one_box(unit, home.context.duties(), home.register(), BOX, NOW).circuits
    assert circuit.heading.heading is Heading.FALLS
    drawn = chart(circuit, NOW)
    assert drawn is not None
    assert len(drawn.dots) == 4
    assert drawn.ahead is not None
    assert drawn.dots[0].y < drawn.dots[-1].y < (drawn.limit or 0)
    said = english(browser_of("engineer"), f"/insulation/{BOX}")
    assert "Falling: about 50 % of it is left after a year" in said
    assert '<svg class="line-chart"' in browser_of("engineer").page(f"/insulation/{BOX}")


def test_three_tests_are_too_few_and_over_range_is_told(home: House, browser_of: Browsers) -> None:
    for years, value in ((3, None), (2, 8.0), (1, 4.0)):
        measure(home, NOW - years * YEAR, N1=value)
    said = english(browser_of("engineer"), f"/insulation/{BOX}")
    assert "Not enough tests to say where it is heading: 2 with a number, at least 4 are needed." in said
    assert "1 over range are left out" in said


def test_a_circuit_that_was_only_ever_over_range_has_no_chart_and_passes(home: House, browser_of: Browsers) -> None:
    measure(home, NOW - DAY, N1=None)
    with home.records.read() as unit:
        (circuit,) = one_box(unit, home.context.duties(), home.register(), BOX, NOW).circuits
    assert chart(circuit, NOW) is None
    assert circuit.state is State.PASS
    assert "over range" in english(browser_of("engineer"), "/insulation?state=pass")


def test_nothing_else_has_a_page_of_insulation(home: House, browser_of: Browsers) -> None:
    assert browser_of("engineer").client.get("/insulation/t1-pump-1").status_code == 404
    with home.records.read() as unit, pytest.raises(NotFound):
        one_box(unit, home.context.duties(), home.register(), "nothing", NOW)


def test_instruments_show_what_is_over_and_for_what_they_are_asked(home: House, browser_of: Browsers) -> None:
    said = english(browser_of("inspector"), "/instruments")
    assert "MEG-03 Spare megohmmeter MY-50-071 insulation tester" in said
    assert "over: no evidence" in said
    assert "Insulation test of a distribution box" in said


@pytest.mark.parametrize(("language", "said"), [("zh", "兆欧表"), ("en", "insulation tester")])
def test_the_kind_of_an_instrument_is_told_in_words(
    home: House, browser_of: Browsers, language: str, said: str
) -> None:
    client = browser_of("inspector").client
    for address in ("/instruments", "/duties/kinds/box-insulation"):
        told = words(client.get(address, headers={"accept-language": language}).text)
        assert said in told
        assert "insulation-tester" not in told


def test_a_kind_of_instrument_that_is_missing_is_named_in_words(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), follow_redirects=False))
    browser.sign_in("manager")
    assert "No instrument of the kind insulation tester is in the register" in english(browser, "/instruments")


def test_every_kind_of_instrument_that_the_manual_asks_for_has_a_word(home: House) -> None:
    duties = home.context.duties().values()
    kinds = {check.instrument for duty in duties for check in duty.checks if check.instrument}
    assert kinds
    assert kinds <= set(WORDS["instrument-kind"])


def test_a_calibration_that_ends_soon_is_told_before_it_does() -> None:
    one = Instrument(id="M", kind="k", name=Text("仪"), calibration_due=NOW + 59 * DAY)
    assert state_of(one, NOW) == "soon"
    assert state_of(replace(one, calibration_due=NOW + 61 * DAY), NOW) == "good"
    assert state_of(replace(one, calibration_due=NOW), NOW) == "ended"
    assert state_of(replace(one, calibration_due=None), NOW) == "unknown"


def test_a_register_without_instruments_says_how_to_add_them(bare: House) -> None:
    browser = Browser(TestClient(create_app(bare.context), raise_server_exceptions=False, follow_redirects=False))
    browser.sign_in("manager")
    assert "instruments.csv" in english(browser, "/instruments")
    assert "No box in this state." in english(browser, "/insulation")
