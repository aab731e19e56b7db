"""Riverside Gardens: whom its doors let in by day and night has a permission, and its door system's list is wrong on purpose."""

from dutyroom.register_files import contents
from facility.door import doors_of
from facility.door_finding import DoorRule
from facility.door_judging import judge, passbacks
from facility.door_list import Kind, compare
from facility.instant import DAY, HOUR, parse
from facility.permission import Permissions, Reason, may_pass
from facility.permission_entries import CredentialState
from facility.permission_files import PERMISSION_TABLES, read_permissions
from facility.permission_files.door_list import FILE, read_door_list, read_mapping
from facility.permission_files.reading import Given
from facility.reading import Passage
from response.door_check_files import load_door_checks
from simulators.devices.door import Door as SimulatedDoor
from simulators.furnishing import Furnishing
from simulators.people import People, local_hour
from tests.architecture.checkout import CHECKOUT
from tests.examples.test_names_meet import rota
from tests.simulators.riverside import register

SITE = CHECKOUT / "examples" / "riverside"
MIDNIGHT = parse("2026-11-24T00:00:00+08:00")


def permissions() -> Permissions:
    given = Given(Permissions(), register(), lambda number: f"hidden {number}")
    return read_permissions(contents(SITE / "permissions", PERMISSION_TABLES), given)


def test_whoever_the_simulated_building_lets_in_by_a_guarded_door_may_enter() -> None:
    found, people = permissions(), People.living_here(1)
    for door in doors_of(register()).values():
        for at in range(MIDNIGHT, MIDNIGHT + DAY, HOUR // 2):
            for person in people.staff:
                reason = may_pass(found, f"hidden {person.card}", door.place, at).reason
                let_in = person.at_work(local_hour(at, 8 * HOUR))
                if door.place.access != "public":
                    assert (reason is Reason.PERMITTED) is let_in, (door.asset, person.card)


def test_its_lost_and_its_duress_card_are_the_simulated_building_s() -> None:
    found, people = permissions().credentials, People.living_here(1)
    assert found[f"hidden {people.lost}"].state is CredentialState.LOST
    assert [one.pseudonym for one in found.values() if one.duress] == [f"hidden {people.duress}"]


def test_its_door_list_shows_each_kind_of_difference_that_people_must_know() -> None:
    doors = doors_of(register())
    mapping = read_mapping((SITE / FILE).read_text("utf-8"))
    listed = read_door_list(
        (SITE / "door-list.csv").read_bytes(), mapping, doors, register(), lambda number: f"hidden {number}"
    )
    figures = compare(permissions(), doors, listed, MIDNIGHT + 12 * HOUR).figures
    assert {kind for kind, many in figures.items() if many} == {
        kind.value for kind in (Kind.DEAD, Kind.MORE, Kind.UNKNOWN, Kind.LESS, Kind.TWICE)
    }


def walked_in_a_day() -> list[Passage]:
    """Everybody who shows a card at a door on one simulated day."""
    within = Furnishing(register=register(), start=MIDNIGHT, seed=1)
    found = []
    for model in within.models.values():
        if isinstance(model, SimulatedDoor):
            while model.due < MIDNIGHT + DAY:
                found += [(f"{model.fitting.asset.id}.entry", said) for said in model.step(model.due)]
    return [
        Passage(
            point=point, at=said.at, event=said.event, credential=f"hidden {said.credential}", direction=said.direction
        )
        for point, said in found
        if said.credential
    ]


def test_a_day_of_the_simulated_building_accuses_nobody() -> None:
    walked, allowed, checks = walked_in_a_day(), permissions(), load_door_checks()
    doors = {door.entry: door for door in doors_of(register()).values()}
    assert len(walked) > 500
    found = [one for passage in walked for one in judge(passage, doors[passage.point], allowed, checks, passage.at)]
    for zone in {door.zone for door in doors.values() if door.place.access in checks[DoorRule.PASSBACK].access}:
        inside = {point: door for point, door in doors.items() if door.zone == zone}
        there = [passage for passage in walked if passage.point in inside]
        found += passbacks(there, inside, checks[DoorRule.PASSBACK], allowed, MIDNIGHT + DAY)
    assert found == []


def test_nobody_of_security_has_the_card_of_somebody_else() -> None:
    people = rota().people.values()
    cards = [card for one in people if (card := one.addresses.get("card"))]
    assert len(cards) == len(set(cards)) == 8
    assert {f"hidden {card}" for card in cards} & permissions().credentials.keys() == set()
    assert set(cards) <= {guard.card for guard in People.living_here(1).guards}
