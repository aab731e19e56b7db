"""One person's day: what is owed, by whom, and what else is needed where there is no signal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from api.context import Context
from facility.duty import Duty
from facility.instant import DAY
from facility.occurrence import Occurrence, Standing
from facility.person import Actor
from facility.place_code import PlaceCode
from facility.register import Register
from facility.rota_entries import Person
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.duty_known import duty_known
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import NotFound, Unit, WorkOrderFilter

MINE, OTHERS = 300, 300
"""So many occurrences at most: what is owed first comes first."""
MOST_ORDERS = 100
MADE_UP = 3 * DAY
"""What was missed can be made up for; so long it is shown."""
_NOW = (Standing.OPEN, Standing.LATE)


@dataclass(frozen=True)
class Day:
    """One person's day out of one snapshot."""

    context: Context
    unit: Unit
    actor: Actor
    now: int

    @cached_property
    def register(self) -> Register:
        """What is in force."""
        return self.context.register(self.unit)

    @cached_property
    def person(self) -> Person | None:
        """In the rota."""
        return self.unit.rota.load().of_account(self.actor.id)

    @property
    def teams(self) -> tuple[str, ...]:
        """Whose work is mine as well."""
        return self.person.teams if self.person else ()

    @cached_property
    def occurrences(self) -> list[tuple[Occurrence, bool]]:
        """With whether it is mine; mine first, late before open, then what is due first."""
        found: dict[int, tuple[Occurrence, bool]] = {}
        for wanted, mine, most in self._wanted():
            for one in self.unit.occurrences.find(wanted, limit=most, soonest=True).rows:
                if one.standing is not Standing.MISSED or one.made_up is None:
                    found.setdefault(one.id, (one, mine and one.assignee in ("", self.actor.id)))
        return sorted(found.values(), key=lambda pair: (not pair[1], _urgency(pair[0]), pair[0].zone, pair[0].due))

    def _wanted(self) -> Iterable[tuple[OccurrenceFilter, bool, int]]:
        me, missed = (self.actor.id,), (Standing.MISSED,)
        yield OccurrenceFilter(standings=_NOW, assignees=me), True, MINE
        yield OccurrenceFilter(standings=missed, assignees=me, since=self.now - MADE_UP), True, MINE
        if self.teams:
            yield OccurrenceFilter(standings=_NOW, teams=self.teams), True, MINE
            yield OccurrenceFilter(standings=missed, teams=self.teams, since=self.now - MADE_UP), True, MINE
        yield OccurrenceFilter(standings=_NOW, teams=("",)), True, MINE
        yield OccurrenceFilter(standings=_NOW), False, OTHERS

    def duty(self, one: Occurrence) -> Duty | None:
        """By the version that it was planned by."""
        try:
            return duty_known(self.unit, self.context.duties(), one.duty, one.duty_version)
        except NotFound:
            return None

    def name(self, zone: str, asset: str) -> Text:
        """Of the asset, else of the zone, else of the property."""
        if asset in self.register.assets:
            return self.register.assets[asset].name
        if zone in self.register.zones:
            return self.register.zones[zone].name
        return self.context.site(self.register).name

    def place(self, zone: str, asset: str) -> Text:
        """The way down to it, without itself."""
        path = [one.name for one in self.register.zone_path(zone)]
        path = path if asset in self.register.assets else path[:-1]
        return Text(" › ".join(one.say("zh") for one in path), " › ".join(one.say("en") for one in path))

    @cached_property
    def codes(self) -> list[PlaceCode]:
        """The good ones."""
        return [one for one in self.unit.place_codes.all() if one.good]

    @cached_property
    def orders(self) -> list[WorkOrder]:
        """Open and mine, or my team's and nobody's."""
        find = self.unit.work_orders.find
        found = find(WorkOrderFilter(open=True, assignees=(self.actor.id,)), limit=MOST_ORDERS).rows
        if self.teams:
            of_team = find(WorkOrderFilter(open=True, teams=self.teams, assignees=("",)), limit=MOST_ORDERS).rows
            found = [*found, *(one for one in of_team if one not in found)]
        return sorted(found, key=lambda one: (int(one.severity), one.opened))


def _urgency(one: Occurrence) -> int:
    return {Standing.LATE: 0, Standing.MISSED: 1}.get(one.standing, 2)
