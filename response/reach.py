"""Who is meant, and how each of them can be reached. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from facility.chain import Whom, WhomKind
from facility.notice import IN_APP, address_of
from facility.person import Right, Role
from facility.rota import Person, Rota
from storage.records.people import Account

ROOM = "room/"
"""Before a channel's name: a notice for nobody in particular."""
MANAGEMENT = "management"
"""The rota's team of managers; without one, whoever holds the manager's role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Somebody that a level names, and by what they were found."""

    person: Person
    whom: Whom
    shift: Mapping[str, Any] = field(default_factory=dict)
    """The duty because of which they are told: team, kind, from when to when; empty where none."""

    @property
    def on_duty(self) -> bool:
        """At work now: their quiet hours do not count."""
        return bool(self.shift)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Rota and accounts as they are at ``at``."""

    rota: Rota
    accounts: Sequence[Account]
    at: int
    assignee: str = ""
    """Whom the work order is given to, or who is named for the duty: an account or a person of the rota."""
    team: str | None = None
    """Whose duty it is, where nobody is named; empty: anybody's."""

    def find(self, whom: Whom) -> list[Reached]:
        """Those it means, whom to call first first. Nobody twice."""
        people = self._people(whom)
        known = {person.id: person for person in people if self._there(person)}
        return [Reached(person=person, whom=whom, shift=self._shift(person, whom)) for person in known.values()]

    def anybody(self) -> list[Reached]:
        """When nobody else can be found: everybody who could act, by their accounts."""
        able = [account for account in self._signing_in if account.actor.may(Right.ACT_ON_ALERTS)]
        people = {person.id: person for account in able for person in [self.person(account.id)] if person is not None}
        return [Reached(person=person, whom=Whom(WhomKind.MANAGER)) for person in people.values()]

    def person(self, name: str) -> Person | None:
        """By the rota's id or by the account; an account that the rota does not know is a person too."""
        found = self.rota.person(name)
        if found is not None:
            account = self._by_id.get(found.account)
            if account is None or found.language:
                return found
            return _speaking(found, account.language)
        account = self._by_id.get(name)
        if account is None:
            return None
        return Person(id=account.id, name=account.name, account=account.id, language=account.language)

    def _people(self, whom: Whom) -> Iterable[Person]:
        match whom.kind:
            case WhomKind.ON_DUTY:
                return self.rota.on_duty(self.at, team=whom.name)
            case WhomKind.NEXT:
                return self.rota.next_duty(self.at, team=whom.name)
            case WhomKind.SKILL:
                return self.rota.on_duty(self.at, skill=whom.name)
            case WhomKind.TEAM:
                return self.rota.people_of(team=whom.name)
            case WhomKind.PERSON:
                return _one(self.person(whom.name))
            case WhomKind.ASSIGNEE | WhomKind.DOER:
                return self._named() or (self._of_team() if whom.kind is WhomKind.DOER else ())
            case WhomKind.CONTRACTOR:
                return self.rota.on_duty(self.at, team=whom.name) or self._team_itself(whom.name)
            case WhomKind.ROOM:
                return (Person(id=f"{ROOM}{whom.name}", name=whom.name),)
            case WhomKind.MANAGER:
                return self._managers()

    def _named(self) -> list[Person]:
        """Whom it is given to; nobody who has left."""
        named = self.person(self.assignee) if self.assignee else None
        return [named] if named is not None and self._there(named) else []

    def _of_team(self) -> Iterable[Person]:
        if self.team is None:
            return ()
        return self.rota.on_duty(self.at, team=self.team) or self.rota.next_duty(self.at, team=self.team)

    def _managers(self) -> Iterable[Person]:
        of_rota = self.rota.on_duty(self.at, team=MANAGEMENT) or self.rota.people_of(team=MANAGEMENT)
        if of_rota:
            return of_rota
        admins = [self.person(account.id) for account in self._signing_in if account.role is Role.ADMIN]
        return [person for person in admins if person is not None]

    def _team_itself(self, name: str) -> Iterable[Person]:
        """A contractor's night line: the team's own telephone."""
        team = self.rota.teams.get(name)
        if team is None or not team.phone:
            return ()
        return [Person(id=f"team/{team.id}", name=team.name.zh, phone=team.phone, company=team.company)]

    def _there(self, person: Person) -> bool:
        """Whoever has left has no account any more, and no other way to be told either."""
        if not person.account or person.account in self._by_id:
            return True
        return bool(person.phone or person.email or person.addresses)

    def _shift(self, person: Person, whom: Whom) -> Mapping[str, Any]:
        for duty in self.rota.duties(self.at, self.at + 1, person=person.id):
            fits = whom.kind not in (WhomKind.ON_DUTY, WhomKind.CONTRACTOR) or whom.name in ("", duty.team)
            if not duty.absent and fits:
                return {"team": duty.team, "kind": duty.kind, "start": duty.start, "end": duty.end}
        return {}

    @cached_property
    def _signing_in(self) -> list[Account]:
        return [account for account in self.accounts if account.disabled is None]

    @cached_property
    def _by_id(self) -> dict[str, Account]:
        return {account.id: account for account in self._signing_in}


def ways(person: Person, by: Sequence[str], channels: frozenset[str]) -> list[tuple[str, str]]:
    """(channel, address): every one of ``by`` that reaches the person, and their own list; nothing better, then whatever does.

    ``channels`` are those that the house has. Empty: there is no way to the person at all.
    """
    here = channels | {IN_APP}
    if person.id.startswith(ROOM):
        name = person.id.removeprefix(ROOM)
        return [(name, "")] if name in channels else []
    wanted = [(channel, address_of(person, channel)) for channel in dict.fromkeys([*by, IN_APP]) if channel in here]
    found = [(channel, address) for channel, address in wanted if address]
    if any(channel != IN_APP for channel, _ in found) or not _outside(by, here):
        return found or _any_way(person, here)
    # Everything that was wanted leads nowhere: a list that nobody has open wakes nobody.
    return found + [way for way in _any_way(person, here) if way[0] != IN_APP]


def _outside(by: Sequence[str], here: frozenset[str]) -> bool:
    return any(channel != IN_APP for channel in by) and bool(here - {IN_APP})


def _any_way(person: Person, here: frozenset[str]) -> list[tuple[str, str]]:
    return [(channel, address) for channel in sorted(here) if (address := address_of(person, channel))][:1]


def _one(person: Person | None) -> tuple[Person, ...]:
    return () if person is None else (person,)


def _speaking(person: Person, language: str) -> Person:
    return replace(person, language=language)
