from pathlib import Path

import pytest

from facility.instant import MINUTE, SECOND
from simulators.building import Building
from simulators.scenario import ScenarioError, available, find, read
from tests.simulators.riverside import register

GOOD = """
title    = { zh = "试", en = "A try" }
about    = { zh = "试", en = "A try" }
start    = "2026-11-24T09:00:00+08:00"
duration = "10m"
"""

WANTED = {
    "burnt-detector",
    "burst-pipe",
    "clock-off",
    "damp-box",
    "demo",
    "fire-on-floor-3",
    "fire-pump-runs",
    "forced-door",
    "gateway-offline",
    "missed-checkpoint",
    "monthly-smoke-tests",
    "night",
    "quiet-day",
    "slow-leak",
    "slow-leak-14h",
    "wire-broken",
}


def test_all_scenarios_are_there() -> None:
    assert set(available()) >= WANTED


@pytest.mark.parametrize("name", available())
def test_every_scenario_loads_and_is_possible_in_the_example_property(name: str) -> None:
    scenario = find(name)
    Building(register=register(), start=scenario.start, scenario=scenario)
    assert scenario.title.zh
    assert scenario.title.en
    named = [e.point for e in scenario.expected] + [e.point for e in scenario.evidence]
    # A lost gateway's alert stands on the gateway itself, that of a blind area on its zone.
    known = register().points.keys() | register().devices.keys() | register().zones.keys()
    # That of a visitor names the visit before the door.
    assert [point for point in named if point.rpartition("/")[2] not in known and point not in known] == []


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario 'slow-leek'; there are: .*slow-leak"):
        find("slow-leek")


def test_a_file_is_read_with_its_times_and_what_must_be_raised(tmp_path: Path) -> None:
    scenario = read(
        _file(
            tmp_path,
            GOOD
            + """
[[step]]
at    = "2m"
asset = "pump-1"
what  = "leak"
with  = { depth = 0.16, within = "90s" }
[[expect]]
rule   = "pump-pressure-band"
point  = "pump-1.pressure"
raised = { after = "2m30s", before = "5m" }
work_order = "water-supply"
""",
        )
    )
    assert scenario.id == "made"
    assert scenario.steps[0].at == 2 * MINUTE
    assert scenario.steps[0].given == {"depth": 0.16, "within": "90s"}
    assert scenario.expected[0].raised == (150 * SECOND, 5 * MINUTE)
    assert scenario.none_other


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "made.toml: not TOML"),
        (GOOD.replace('"10m"', '"10 parsecs"'), "made.toml: duration: '10 parsecs' is not a duration"),
        (GOOD.replace('"10m"', "600"), "made.toml: duration: 600 is not a duration; write it in quotes"),
        (GOOD.replace("+08:00", ""), "made.toml: start: .* has no offset"),
        (GOOD + "colour = 'red'", "made.toml: colour: unknown key"),
        (GOOD.replace(', en = "A try"', "", 1), "made.toml: title.en: Field required"),
        (GOOD + "[[step]]\nat = '1m'\nwhat = 'leak'", "made.toml: step.1: name exactly one of asset, device, route"),
        (GOOD + "[[step]]\nat = '11m'\nasset = 'a'\nwhat = 'leak'", "made.toml: file: step 1 is at or after the end"),
        (
            GOOD + "[[expect]]\nrule = 'r'\npoint = 'p'\nraised = { after = '2m', before = '1m' }",
            "made.toml: expect.1.raised: after must be less than before",
        ),
        (
            GOOD + "[[expect]]\nrule='r'\npoint='p'\nseverity='huge'\nraised={ after='1m', before='2m' }",
            "made.toml: expect.1.severity: .*'critical', 'high'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read(_file(tmp_path, text))


def _file(folder: Path, text: str) -> Path:
    file = folder / "made.toml"
    file.write_text(text, "utf-8")
    return file
