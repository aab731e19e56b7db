"""Promise 11: personal data stay out of the readings; each look behind a pseudonym is a fact; everything personal ends."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from collector.link_fake import FakeLink
from facility.instant import DAY
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Credential, Holder
from facility.pseudonym import pseudonym
from facility.retrieval import Basis
from facility.work_order import MissingField
from inspections.personal.catalogue import load_classes
from inspections.personal.retention import AMONG_READINGS, end_among_readings
from inspections.personal.retrieving import reveal
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords
from tests.collector.property import KEY, NOW, fresh_records, ingest

CARD, GUARD, TAG = "04A1B2C3D4", "0411223344", "94D8FC5F"
SAID = (
    ("door-1", {"ts": NOW, "event": "denied", "credential": CARD, "direction": "in", "seq": 8}),
    ("post-1", {"ts": NOW, "event": "scan", "tag": TAG, "guard": GUARD, "seq": 9}),
)


def hide(kind: str, text: str) -> str:
    return pseudonym(KEY, kind, text)


def heard(readings: SqliteReadings, records: SqlRecords) -> None:
    """A card and a guard, at a door and at a checkpoint."""
    link = FakeLink()
    for name, event in SAID:
        link.deliver(f"dutyroom/v1/riverside/{name}/events", orjson.dumps(event), arrived=NOW)
    assert ingest(link, readings=readings, records=records).once(NOW).messages == 2


def test_11_cards_and_guards_are_nowhere_in_what_is_stored_of_what_was_heard(tmp_path: Path) -> None:
    readings, records = SqliteReadings(tmp_path / "readings.db"), SqlRecords(f"sqlite:///{tmp_path}/records.db")
    records.migrate()
    heard(readings, records)
    (passage,) = readings.passages("door-1.entry", 0, 2 * NOW)
    (scan,) = readings.scans("post-1.scan", 0, 2 * NOW)
    assert (passage.credential, scan.tag, scan.guard) == (hide("card", CARD), hide("tag", TAG), hide("guard", GUARD))
    readings.close()
    records.close()
    bytes_ = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert passage.credential.encode() in bytes_
    assert not [secret for secret in (CARD, GUARD, TAG) if secret.encode() in bytes_]


def test_11_without_the_key_a_pseudonym_cannot_be_tried_out() -> None:
    assert len({pseudonym(key, "card", CARD) for key in (KEY, b"another key", b"")}) == 3
    assert hide("card", CARD) != hide("guard", CARD), "and tells nothing across kinds"


def test_11_each_look_behind_a_pseudonym_is_a_fact_with_its_purpose_and_without_one_there_is_none() -> None:
    records, card = fresh_records(), hide("card", CARD)
    known = Permissions(
        holders={"h-1": Holder(id="h-1", name="Zhang San")},
        credentials={card: Credential(pseudonym=card, holder="h-1")},
    )
    with records.begin() as unit:
        unit.permissions.apply(permission_difference(unit.permissions.load(), known), "lin", NOW)
        (found,) = reveal(unit, hide, card, who="lin", purpose="a lost card", basis=Basis.DUTY, now=NOW)
    assert found.name == "Zhang San"
    with pytest.raises(MissingField), records.begin() as unit:
        reveal(unit, hide, card, who="lin", purpose=" ", basis=Basis.DUTY, now=NOW)
    with records.read() as unit:
        told = [fact for fact in unit.facts.after(0) if fact.noun == "retrieval"]
    assert [(fact.what, fact.who, fact.data["purpose"]) for fact in told] == [("looked-behind", "lin", "a lost card")]
    assert "Zhang" not in repr(told)


def test_11_what_was_heard_of_people_ends_by_itself_and_that_is_a_fact(tmp_path: Path) -> None:
    classes = load_classes()
    readings, records = SqliteReadings(tmp_path / "readings.db"), fresh_records()
    heard(readings, records)
    end_among_readings(classes, readings, records, NOW + DAY)
    assert left(readings) == 2
    end_among_readings(
        classes, readings, records, NOW + max(classes[one].kept or 0 for one in AMONG_READINGS) + 2 * DAY
    )
    assert left(readings) == 0
    with records.read() as unit:
        told = {fact.subject for fact in unit.facts.after(0) if fact.noun == "personal-data" and fact.what == "ended"}
    assert told == set(AMONG_READINGS)


def left(readings: SqliteReadings) -> int:
    return len(readings.passages("door-1.entry", 0, 2 * NOW)) + len(readings.scans("post-1.scan", 0, 2 * NOW))


def test_11_every_class_that_ends_by_itself_has_its_end() -> None:
    assert [one.id for one in load_classes().values() if one.by_itself and not one.kept] == []
