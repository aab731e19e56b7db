"""A year at Riverside: duties, rounds, faults, two days without us, a person leaving; its report, worked out three times.

Once by the product, once from the exported facts by a script that shares no code with it, and once by what everybody meant to do.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from api.reports.making import make
from api.reports.room import ReportRoom
from api.reports.snapshot import asked_for
from api.reports.verifying import verify
from dutyroom.commands.facts import lines
from facility.instant import DAY, from_datetime
from facility.occurrence import Standing
from storage.records.occurrences import OccurrenceFilter
from storage.records.rounds import RoundFilter
from tests.acceptance import recompute
from tests.acceptance.timeline import site_rules
from tests.acceptance.year import HIS, LEAVER, ZONE, Done, Meant, Year, local, lot, riverside

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("year")]
START, END = local("2026-01-01T00:00"), local("2027-01-01T00:00")
AWAY = (local("2026-03-10T00:00"), local("2026-03-12T00:00"))
LEAVES = local("2026-07-01T00:00")


@dataclass
class Over:
    """The year, when it is over."""

    year: Year
    room: ReportRoom
    facts: recompute.Facts
    content: dict[str, Any]
    pdf: bytes
    figures: dict[str, Any]


@pytest.fixture(scope="module")
def year() -> Iterator[Year]:
    memory = Path("/dev/shm")
    with (
        TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        riverside(Path(folder), START, END, AWAY, LEAVES) as found,
    ):
        yield found


@pytest.mark.parametrize("month", range(1, 13))
def test_the_year_goes_by(year: Year, month: int) -> None:
    """Month by month, so that no test takes minutes."""
    end = datetime(2026 + month // 12, month % 12 + 1, 1, tzinfo=ZONE)
    year.play(from_datetime(end))
    assert year.now < from_datetime(end)
    assert year.responder._errors == deque()


@pytest.fixture(scope="module")
def over(year: Year) -> Over:
    year.play(END)
    room = ReportRoom(
        records=year.room.records,
        readings=lambda: year.room.readings,
        duties=lambda: year.duties,
        book=site_rules,
    )
    made = make(room, asked_for(date(2026, 1, 1), date(2026, 12, 31), ZONE), "zh", forms=("pdf",))
    with year.room.records.read() as unit:
        facts = [json.loads(line) for line in lines(unit.facts)]
    content = json.loads(made.figures)
    figures = {one["id"]: one["value"] for one in content["figures"]}
    return Over(year, room, facts, content, made.pdf, figures)


def became(one: Done) -> Standing:
    """What must come of it, by the windows alone."""
    if one.at is None or one.told is None:
        return Standing.MISSED
    owed = one.occurrence
    if one.at <= owed.closes:
        return Standing.DONE
    return Standing.DONE_LATE if one.at < owed.missed and one.told < owed.missed else Standing.MISSED


def test_a_script_that_knows_nothing_of_us_finds_every_figure_in_the_facts(over: Over) -> None:
    assert recompute.differences(over.facts, over.content) == []
    assert len(over.figures) > 200


def test_the_report_says_what_everybody_did(over: Over) -> None:
    settled = [one for one in over.year.seen.values() if one.occurrence.missed < END]
    meant = Counter((one.occurrence.duty, became(one)) for one in settled)
    with over.room.records.read() as unit:
        found = unit.occurrences.find(OccurrenceFilter(until=END), limit=100_000).rows
    were = Counter((one.duty, one.standing) for one in found if one.missed < END)
    assert were == meant
    assert {standing for _, standing in were} == {Standing.DONE, Standing.DONE_LATE, Standing.MISSED}
    assert sum(were.values()) > 4_000


def test_the_two_days_without_us_lost_nothing(over: Over) -> None:
    """What was done then on phones counts with its flag; what nobody did is missed; each due date is there."""
    days = [one for one in over.year.seen.values() if AWAY[0] < one.occurrence.due <= AWAY[1]]
    daily = {duty for duty, _ in Counter(one.occurrence.duty for one in days).items()}
    assert {"stair-rails", "tile-slip", "jockey-pump"} <= daily
    frozen = [row for fact in over.facts if fact["noun"] == "duty" and fact["what"] == "fell-due"
              and AWAY[0] < fact["data"]["due"] <= AWAY[1] for row in fact["data"]["occurrences"]]  # fmt: skip
    assert sorted(row[0] for row in frozen) == sorted(one.occurrence.id for one in days)
    late = [fact for fact in over.facts if fact["noun"] == "occurrence" and fact["data"].get("late_upload")]
    assert late


def test_what_was_his_is_missed_when_he_has_gone_and_names_him(over: Over) -> None:
    with over.room.records.read() as unit:
        wanted = OccurrenceFilter(duties=(HIS,), assignees=(LEAVER,))
        his = unit.occurrences.find(wanted, limit=100).rows
    assert his
    assert {one.standing for one in his} == {Standing.MISSED}
    frozen = [row for fact in over.facts if fact["noun"] == "duty" and fact["what"] == "fell-due"
              and fact["subject"] == HIS for row in fact["data"]["occurrences"] if row[5] == LEAVER]  # fmt: skip
    assert sorted(row[0] for row in frozen) == sorted(one.id for one in his)


def test_rounds_are_what_the_guards_walked(over: Over) -> None:
    with over.room.records.read() as unit:
        rounds = unit.rounds.all(RoundFilter(since=START + DAY, until=AWAY[0]))
    meant = {Meant.IN_TIME: "done", Meant.FAILS: "incomplete", Meant.LATE: "done", Meant.NEVER: "missed"}
    wrong = [(one.key, one.state.value, lot(one.key)) for one in rounds if one.state.value != meant[lot(one.key)]]
    assert wrong == []
    assert len(rounds) > 150


def test_faults_became_alerts_and_work_that_was_closed(over: Over) -> None:
    raised = [fact for fact in over.facts if fact["noun"] == "alert" and fact["what"] in ("raised", "re-raised")
              and fact["data"].get("rule") == "pump-pressure-band"]  # fmt: skip
    assert len(raised) >= 15
    closed = [fact for fact in over.facts if fact["noun"] == "work-order" and fact["after"] == "closed"]
    assert len(closed) > 100


def test_the_report_is_proved_by_the_store(over: Over) -> None:
    assert verify(over.room, over.pdf).good
