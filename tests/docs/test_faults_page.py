"""The page about faults says what is so."""

import re
import shlex

from tests.architecture.checkout import CHECKOUT
from tests.faults import doing, proxy, running, schedule, town
from tests.faults.__main__ import arguments

PAGE = (CHECKOUT / "docs" / "faults.md").read_text("utf-8")
WHOLE = schedule.whole()


def test_its_commands_can_be_run_and_choose_kinds_that_there_are() -> None:
    block = PAGE.split("```sh\n")[1].split("```")[0]
    for line in block.splitlines():
        program, words = line.split("tests.faults", 1)
        assert program == "python -m "
        given = arguments(shlex.split(words, comments=True))
        assert schedule.parse_only(given.only, WHOLE) or not given.only


def test_it_tells_every_option_and_every_kind() -> None:
    given = vars(arguments([]))
    assert set(re.findall(r"^\| `--(\w+)`", PAGE, re.MULTILINE)) == set(given)
    rows = PAGE.split("| kind | of what | how |")[1].split("\n\n")[0].splitlines()[2:]
    told = {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert told == {kind.split()[0] for kind in WHOLE}


def test_its_numbers_are_those_of_the_code() -> None:
    assert f"a reading every {town.STEP} ms" in PAGE
    assert f"after {doing.IN_TURN:g} s the later one is left" in PAGE
    assert f"SIGSTOP for {schedule.LONGEST:g} s" in PAGE
    assert f"{proxy.DELAY:g} s for each piece" in PAGE
    assert f"in the history within {running.FRESH_WITHIN:g} s" in PAGE
