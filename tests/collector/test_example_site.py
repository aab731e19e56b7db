"""The example property, simulated: everything that its devices say in their own dialects is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.judge_fake import NotingJudge
from collector.link_fake import FakeLink
from collector.sources import read_sources
from facility.instant import HOUR
from facility.quality import Quality
from facility.register_files import read_tables
from simulators.building import Building
from simulators.scenario import find
from tests.collector.property import NOW, fresh_records, ingest

SITE = Path(__file__).resolve().parents[2] / "examples/riverside"
EXPECTED = {
    "quiet-day": {Quality.GOOD},
    "wire-broken": {Quality.GOOD, Quality.SENSOR_FAULT},
    "clock-off": {Quality.GOOD, Quality.BAD_CLOCK},
    "gateway-offline": {Quality.GOOD},
}


@pytest.mark.parametrize(("scenario", "qualities"), EXPECTED.items(), ids=list(EXPECTED))
def test_nothing_that_a_simulated_building_says_is_refused_or_unclaimed(scenario: str, qualities: set[Quality]) -> None:
    register = read_tables({file.name: file.read_bytes() for file in (SITE / "register").glob("*.csv")})
    sources = read_sources((SITE / "sources.toml").read_text("utf-8"))
    building = Building(register=register, start=NOW, scenario=find(scenario))
    link, judge, records = FakeLink(), NotingJudge(), fresh_records()
    collector = ingest(link, judge=judge, records=records, sources=sources, known=register)
    for message in building.messages(NOW + HOUR):
        link.deliver(message.topic, message.payload, arrived=message.at)
    while link.unacknowledged:
        collector.once(NOW + HOUR)
    assert len(judge.judged) > 10_000
    with records.read() as unit:
        assert [(letter.topic, letter.reason) for letter in unit.letters.dead().rows] == []
        assert [(u.source, u.external_id, u.key) for u in unit.letters.unclaimed().rows] == []
    assert {Quality(reading.quality) for reading in judge.judged} == qualities
