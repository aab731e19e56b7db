"""The page about rounds says what is so."""

import re
from pathlib import Path

from api.app import NOUNS
from facility.register_files import read_tables
from facility.round import PointStatus
from tests.facility.registers import small

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "rounds.md").read_text("utf-8")


def test_the_example_route_can_be_imported() -> None:
    [example] = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    found = read_tables(small(routes=example.replace(",riverside,", ",home,")))
    route = found.routes["night"]
    assert (route.starts, route.ends, route.within, route.team) == (22 * 60, 6 * 60, 20 * 60_000, "security")


def test_it_names_every_status_of_a_point() -> None:
    said = PAGE[PAGE.index("## What a point can be") : PAGE.index("## Who is told")].lower()
    words = {PointStatus.OPEN: "", PointStatus.ON_TIME: "on time", PointStatus.MISSED: "not visited"}
    assert [one for one in PointStatus if words.get(one, one.value) not in said] == []


def test_the_addresses_for_programs_are_there() -> None:
    addresses = {getattr(route, "path", "") for noun in NOUNS for route in noun.router.routes}
    section = PAGE[PAGE.index("Programs read") : PAGE.index("## Duties")]
    for address in re.findall(r"`(?:POST )?(/[a-z/0-9]+)`", section):
        assert address in addresses or f"/api/v1{address}" in addresses, address
