"""The responder's part in rounds, put together with the site's key."""

from pathlib import Path

from dutyroom import wiring
from dutyroom.round_motion import RoundsInMotion
from dutyroom.settings import load
from facility.pseudonym import pseudonym
from storage.readings.memory import MemoryReadings


def motion(folder: Path) -> RoundsInMotion:
    return RoundsInMotion(settings=load(data=str(folder)), readings=MemoryReadings, duties=dict)


def test_what_is_drawn_by_lot_is_the_same_after_a_restart_and_another_at_another_site(tmp_path: Path) -> None:
    drawn = [motion(tmp_path / "a").draw(f"night/{n}") for n in range(20)]
    assert [motion(tmp_path / "a").draw(f"night/{n}") for n in range(20)] == drawn
    assert [motion(tmp_path / "b").draw(f"night/{n}") for n in range(20)] != drawn
    assert len({one % 1800 for one in drawn}) > 15


def test_cards_are_hidden_as_the_collector_hides_them(tmp_path: Path) -> None:
    one = motion(tmp_path)
    key = wiring.pseudonym_key(load(data=str(tmp_path)))
    assert one.hide("guard", "04A1") == pseudonym(key, "guard", "04A1")


def test_it_plans_forgets_and_judges(tmp_path: Path) -> None:
    one = motion(tmp_path)
    assert [step.name for step in one.steps] == ["rounds planned"]
    assert one.errand.name == "rounds"
