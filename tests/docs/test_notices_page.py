"""docs/notices.md says what is so: its chain loads, its words are all there are, its numbers are the product's."""

import re

from facility.chain import About, WhomKind
from facility.instant import HOUR, MINUTE, SECOND
from notify.pace import Pace
from response.chain_files import load_chains, read_chain
from response.chain_shape import ChainFile
from response.told import FLOOD, FLOOD_TIME
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "notices.md").read_text("utf-8")


def test_the_chain_on_the_page_is_one() -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert read_chain(text, "page").id == "water"


def test_every_way_to_name_people_stands_in_the_table() -> None:
    table = PAGE.split("| `whom` | means |")[1].split("\n\n")[0]
    assert {kind.value for kind in WhomKind} == set(re.findall(r"`([a-z-]+)[`:]", table)) - {"management"}
    assert all(f"`{about.value}`" in PAGE for about in About)


def test_every_key_of_a_chain_is_explained() -> None:
    assert [name for name in ChainFile.model_fields if not re.search(rf"\b{name}\b", PAGE)] == []


def test_its_numbers_are_the_products() -> None:
    pace = Pace()
    assert (pace.first_wait, pace.longest_wait, pace.longest_wait_life_safety) == (5 * SECOND, 10 * MINUTE, 30 * SECOND)
    assert (pace.attempts, pace.attempts_life_safety, pace.age) == (12, 40, 6 * HOUR)
    assert (pace.open_after, pace.probe_every) == (5, 30 * SECOND)
    assert (FLOOD, FLOOD_TIME) == (20, 10 * MINUTE)
    chains = load_chains()
    assert chains["life-safety"].levels[0].every == 3 * MINUTE
    assert chains["low"].digest == (8 * 60 + 30, 17 * 60 + 30)
