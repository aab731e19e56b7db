"""Who is behind a pseudonym. Nobody asks this but through the register of retrievals (``inspections/personal/retrieving.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from facility.rota import Person
from facility.text import Text
from storage.records.port import NotFound, Unit

Hide = Callable[[str, str], str]
CARD = "card"
"""The way, among a person's in the rota, by which doors and checkpoints know him."""
KINDS = ("card", "guard")
"""Under which a card of the rota may be hidden: doors say card, checkpoints say guard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One answer: a name, what it is the name of, and where more stands."""

    source: str
    """holder · rota · visit"""
    id: str
    name: str
    """Empty once it is erased."""
    since: int | None = None
    until: int | None = None

    @property
    def about(self) -> Text:
        """In words, without the name."""
        match self.source:
            case "holder":
                return Text(f"持卡人 {self.id}", f"holder {self.id}")
            case "rota":
                return Text(f"员工 {self.id}", f"in the rota: {self.id}")
            case _:
                return Text(f"来访 #{self.id}", f"visit #{self.id}")


def who_is(unit: Unit, hide: Hide, pseudonym: str) -> list[Found]:
    """Everybody who has or had it: a visitor's badge goes from one to the next."""
    return (
        [*_holders(unit, pseudonym), *_of_rota(unit, hide, pseudonym), *_visits(unit, pseudonym)] if pseudonym else []
    )


def _holders(unit: Unit, pseudonym: str) -> Iterator[Found]:
    permissions = unit.permissions.load()
    credential = permissions.credentials.get(pseudonym)
    holder = permissions.holders.get(credential.holder) if credential else None
    if holder is not None:
        yield Found(source="holder", id=holder.id, name=holder.name)


def _of_rota(unit: Unit, hide: Hide, pseudonym: str) -> Iterator[Found]:
    for person in unit.rota.load().people.values():
        if pseudonym in pseudonyms_of(person, hide):
            yield Found(source="rota", id=person.id, name=person.name)


def pseudonyms_of(person: Person, hide: Hide) -> frozenset[str]:
    """As which somebody of the rota appears at doors and checkpoints."""
    card = person.addresses.get(CARD, "")
    return frozenset(hide(kind, card) for kind in KINDS) if card else frozenset()


def _visits(unit: Unit, pseudonym: str) -> Iterator[Found]:
    for visit in reversed(unit.visits.of_badges([pseudonym]).get(pseudonym, [])):
        try:
            name = unit.visits.guest(visit.id).name
        except NotFound:
            name = ""
        yield Found(source="visit", id=str(visit.id), name=name, since=visit.arrived, until=visit.left)
