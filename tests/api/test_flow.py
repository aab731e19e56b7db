"""Which stage of a message's way is slow or broken."""

from __future__ import annotations

from typing import Any

import pytest

from api.flow import TIMED, states
from api.health import read_worker
from tests.api.seed import NOW, WORKER

ANSWERS = {"readings": True, "records": True}


def marked(answers: dict[str, bool] = ANSWERS, **more: Any) -> dict[str, str]:
    """What is not well."""
    found = states(read_worker("w", {**WORKER, **more}), answers, NOW)
    return {stage: state for stage, state in found.items() if state != "ok"}


def test_nothing_is_marked_while_all_is_well() -> None:
    assert marked() == {}
    assert list(states(read_worker("w", WORKER), ANSWERS, NOW)) == ["broker", "collect", *TIMED, "pages"]


@pytest.mark.parametrize("stage", TIMED)
def test_of_a_collector_that_is_behind_the_stage_that_takes_longest_is_slow(stage: str) -> None:
    busy = dict.fromkeys(TIMED, 0.1) | {stage: 0.5}
    assert marked(lag=3_000, busy=busy) == {stage: "slow"}
    assert marked(lag=1_000, busy=busy) == {}


def test_a_collector_that_is_behind_and_idle_is_marked_itself() -> None:
    assert marked(lag=3_000) == {"collect": "slow"}
    assert marked(in_hand=20_000) == {"collect": "slow"}


def test_what_does_not_work_is_broken_where_it_does_not_work() -> None:
    assert marked(connected=False) == {"broker": "broken"}
    assert marked({"readings": False, "records": False}) == {"store": "broken", "commit": "broken"}
    assert marked(lag=9_000, error="ReadingsUnavailable: full") == {"store": "broken"}
    assert marked(lag=9_000, error="RecordsUnavailable: gone") == {"commit": "broken"}
    assert marked(rules=[{"rule": "r", "error": {"text": "no"}}]) == {"judge": "broken"}


def test_of_a_silent_collector_nothing_is_known() -> None:
    unknown = dict.fromkeys(("broker", *TIMED), "unknown")
    assert marked(at=NOW - 60_000) == {"collect": "broken", **unknown}
    found = states(None, ANSWERS, NOW)
    assert {stage: state for stage, state in found.items() if state != "ok"} == {"collect": "broken", **unknown}


def test_a_history_that_is_away_is_broken_and_one_that_is_behind_is_slow() -> None:
    journal = {"rows": 3, "bytes": 1, "limit": 9}
    assert marked(journal=journal) == {}
    assert marked(journal=journal | {"oldest": NOW - 61_000}) == {"forward": "slow"}
    assert marked(journal=journal | {"away_since": NOW}) == {"forward": "broken"}
    assert marked(journal=journal | {"error": "token refused"}) == {"forward": "broken"}
