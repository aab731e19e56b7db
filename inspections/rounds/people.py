"""Whose scans count: people of the rota by their cards, as scans and passages carry them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facility.rota import Person, Rota

CARD = "card"
"""The way, among a person's addresses in the rota, by which checkpoints and doors know him."""
Hide = Callable[[str, str], str]
"""(kind, text) → keyed pseudonym."""


@dataclass(frozen=True, kw_only=True)
class Cards:
    """Everybody of the rota, by pseudonym. Each person has one as a guard, whatever they scan with."""

    guards: Mapping[str, Person]
    """A guard's pseudonym → who it is."""
    by_credential: Mapping[str, str]
    """What doors carry → the guard's pseudonym."""
    by_team: Mapping[str, tuple[str, ...]]
    """Team → its people; nothing of a team in which nobody has a card, for then nobody can be told apart."""

    def crew(self, team: str) -> tuple[str, ...]:
        """Whose scans count on a route of that team; empty: anybody's. Without a team, of whoever is in the rota."""
        return self.by_team.get(team, ())


def cards_of(rota: Rota, hide: Hide) -> Cards:
    """All of them, worked out."""
    guards = {guard_of(person, hide): person for person in rota.people.values()}
    teams: dict[str, list[str]] = {}
    carded: set[str] = set()
    for guard, person in guards.items():
        for team in ("", *person.teams):
            teams.setdefault(team, []).append(guard)
            if person.addresses.get(CARD):
                carded.add(team)
    return Cards(
        guards=guards,
        by_credential={hide("card", card): guard for guard, one in guards.items() if (card := one.addresses.get(CARD))},
        by_team={team: tuple(sorted(found)) for team, found in teams.items() if team in carded},
    )


def guard_of(person: Person, hide: Hide) -> str:
    """As readers carry the card; whoever has none is known by a pseudonym of their own, and scans with a phone."""
    return hide("guard", person.addresses.get(CARD) or f"person:{person.id}")
