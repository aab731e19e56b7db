"""What kinds of assets and zones are called."""

from facility.kind_words import KINDS, kind_name
from facility.text import Text
from inspections.duty_files import load_duties


def test_every_kind_that_a_duty_of_ours_is_owed_for_has_a_name() -> None:
    wanted = {kind for duty in load_duties().values() for kind in (*duty.asset_kinds, *duty.zone_kinds)}
    assert wanted - set(KINDS) == set()


def test_a_kind_of_the_sites_own_is_called_by_its_word() -> None:
    assert kind_name("sluice-gate") == Text("sluice-gate", "sluice-gate")
