import re
from pathlib import Path

import pytest

from facility.instant import duration_text
from simulators.devices.anything import Anything
from simulators.devices.model import Kinds
from simulators.furnishing import FAMILIES
from simulators.guard import Guard
from simulators.line import GatewayLine, Line
from simulators.scenario import Scenario, available, find

PAGE = Path(__file__).parents[2] / "docs" / "simulators.md"


def block(name: str) -> list[str]:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found.group(1).splitlines()


def scenario_row(scenario: Scenario) -> str:
    wanted = [f"`{wanted.rule}` on {wanted.point}" for wanted in scenario.expected]
    told = "; ".join(wanted) or ("nothing, and the tests are kept as evidence" if scenario.evidence else "nothing")
    return (
        f"| `{scenario.id}` | {scenario.title.zh} | {scenario.title.en} | {duration_text(scenario.duration)} | {told} |"
    )


def happenings() -> list[str]:
    families = {family for family in FAMILIES.values() if family.can}
    named = sorted((", ".join(f"`{kind}`" for kind in family.kinds), dict(family.can)) for family in families)
    own = {what: kinds for what, kinds in GatewayLine.can.items() if what not in Line.can}
    rows = [(f"assets of kind {kinds}", can) for kinds, can in named]
    rows += [("all other assets", dict(Anything.can)), ("a device", dict(Line.can)), ("a gateway", own)]
    return [f"| {to} | {_told(can)} |" for to, can in [*rows, ("a route", dict(Guard.can))]]


def _told(can: dict[str, Kinds]) -> str:
    return ", ".join(f"`{what}`" + (f" ({', '.join(kinds)})" if kinds else "") for what, kinds in can.items())


def test_the_page_lists_every_scenario_as_its_file_has_it() -> None:
    assert block("scenarios") == [scenario_row(find(name)) for name in available()]


def test_the_page_lists_what_can_happen_to_what() -> None:
    assert block("happenings") == happenings()


@pytest.mark.parametrize("name", available())
def test_titles_are_fit_for_a_list(name: str) -> None:
    scenario = find(name)
    assert len(scenario.title.zh) <= 30
    assert len(scenario.title.en) <= 70
