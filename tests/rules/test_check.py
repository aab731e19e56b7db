"""Rule files held to a property's register."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from facility.point import Point
from facility.register import Register
from rules.book import RuleBook
from rules.check import Finding, check
from rules.definition import load_book
from rules.junit import junit
from rules.stories import tell_all
from tests.rules.room import GAUGE, POINTS, book_of, manual, only, register, rule_text, setting

BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"'
RANGED = tuple(replace(point, low=0.0, high=1.6) if point.id == GAUGE else point for point in POINTS)


def checked(text: str, site: Register | None = None) -> list[Finding]:
    book = book_of(text)
    found = check(book, site or register(RANGED), set(book.rules))
    return [finding for finding in found if finding.path != "register/points.csv"]


def say(text: str, site: Register | None = None) -> list[str]:
    return [str(finding) for finding in checked(text, site)]


def test_a_rule_that_fits_is_not_spoken_of() -> None:
    assert checked(rule_text("band", BAND)) == []


def test_a_setting_that_no_point_has_is_an_error_at_its_line() -> None:
    text = rule_text("band", BAND.replace("set_pressure", "set_presure"))
    line = text.split("\n").index('around = "set_presure"') + 1
    [told] = say(text)
    assert told.startswith(f"rule-0.toml:{line}: error: band.around: no point that it watches has a 'set_presure'")
    assert told.endswith("set in the register are: set_pressure")


def test_points_without_the_setting_among_others_with_it_are_named_in_a_warning() -> None:
    other = replace(POINTS[0], id="gauge.other", key="other")
    [finding] = checked(rule_text("band", BAND), register([*POINTS, other]))
    assert not finding.error
    assert finding.text == "1 of 2 points have no 'set_pressure' and cannot be judged: gauge.other"


def test_a_limit_that_the_instrument_cannot_reach_is_an_error_and_names_the_points() -> None:
    [finding] = checked(rule_text("high", '[maximum]\nlimit = "1.6 MPa"'))
    assert finding.error
    assert finding.text == (
        f"the upper limit of 1.6 MPa lies outside what the instrument measures (0–1.6 MPa): {GAUGE}"
    )
    assert checked(rule_text("high", '[maximum]\nlimit = "1.599 MPa"')) == []


def test_the_limit_is_compared_in_the_points_own_unit() -> None:
    assert checked(rule_text("high", '[maximum]\nlimit = "16 bar"'))
    assert not checked(rule_text("high", '[maximum]\nlimit = "15 bar"'))


def test_half_a_band_below_the_range_is_a_fault_on_the_point_that_it_is_set_on() -> None:
    found = say(rule_text("band", BAND), register(RANGED, [setting(0.05)]))
    assert len(found) == 1
    assert "the lower limit of -0.05 MPa lies outside" in found[0]


def test_words_that_nothing_bears_are_errors_and_say_what_there_is() -> None:
    [kind, nothing] = checked(rule_text("band", BAND, applies='applies = { quantity = "pressure", asset = "gage" }'))
    assert (kind.error, kind.key) == (True, "applies.asset")
    assert "nothing in the register is a 'gage'; there are: checkpoint, distribution-box, door" in kind.text
    assert (nothing.error, nothing.text) == (
        False,
        "no point of the register fits this; the rule watches nothing",
    )


def test_a_point_that_is_called_otherwise_is_an_error() -> None:
    applies = 'applies = { quantity = "pressure", points = ["gauge.*", "gage.*"] }'
    [finding] = checked(rule_text("band", BAND, applies=applies))
    assert (finding.error, finding.text) == (True, "no point of the register is called 'gage.*'")


def test_points_that_are_held_to_nothing_are_told_though_silence_watches_them() -> None:
    found = check(only("pump-pressure-band", "silence-device", "sensor-fault"), register(), set())
    bare = {finding.text.partition(":")[0] for finding in found if finding.path == "register/points.csv"}
    assert bare == {"smoke", "battery", "insulation_resistance", "door", "scan"}


def test_the_manual_is_not_the_sites_to_mend() -> None:
    assert not any(finding.error for finding in check(manual(), Register(), set()))
    assert not any(finding.error for finding in check(load_book(), register(settings=()), set()))
    told = [finding.text for finding in check(only("pump-pressure-band"), register(settings=()), set())]
    assert told[0].startswith("no point that it watches has a 'set_pressure'")


def test_a_thousand_points_make_one_line() -> None:
    many: list[Point] = [replace(POINTS[0], id=f"gauge.{number}", key=str(number)) for number in range(1_000)]
    [finding] = checked(rule_text("band", BAND), register(many, ()))
    assert "no point that it watches" in finding.text
    [bare] = check(RuleBook(), register(many, ()), set())
    assert bare.text.endswith("gauge.0, gauge.1, gauge.2, gauge.3, gauge.4 and 995 more")


STORY = '[[story]]\nname = "{name}"\nevery = "10s"\nvalues = "0.6 2.0"\nexpect = "ok {last}"\n'


def test_stories_are_junit_cases_with_the_same_diff_as_in_the_terminal() -> None:
    stories = STORY.format(name="over", last="firing") + STORY.format(name="a < b & \\u0001", last="ok")
    book = book_of(rule_text("high", '[maximum]\nlimit = "1 MPa"\n' + stories))
    root = ET.fromstring(junit(tell_all(book)))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    [suite] = root
    good, bad = suite
    assert (good.get("classname"), good.get("name"), list(good)) == ("rules.high", "over", [])
    [failure] = bad
    assert failure.get("message") == "step 2: another state was found than expected"
    assert "→  10s   2.0    ok        active" in (failure.text or "")
