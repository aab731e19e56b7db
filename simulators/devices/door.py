"""A controlled door: a reader, a lock, a contact, and people who come through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from facility.instant import HOUR, SECOND
from facility.point import Point
from simulators.devices.model import DURATION, NUMBER, Kinds, Model, at_rest, interval_of
from simulators.people import VISITOR_BADGES, card_number, local_hour, traffic
from simulators.spoken import Spoken, Value

OPENS_AFTER = SECOND
STANDS_OPEN = (3 * SECOND, 9 * SECOND)
HELD_AFTER = 30 * SECOND
"""The controller calls a door held when it stands open this long."""
BETWEEN_SWIPES = 4 * SECOND
ESCORT_BEHIND = 6 * SECOND


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Something that is going to happen at the door."""

    at: int
    event: str
    credential: str = ""
    direction: str = ""


@dataclass(slots=True, kw_only=True)
class Door(Model):
    """``state`` is the word of the quantity "door"."""

    kinds: ClassVar[tuple[str, ...]] = ("door",)
    can: ClassVar[Mapping[str, Kinds]] = {
        "force": {"lasts": DURATION},
        "hold-open": {"lasts": DURATION},
        "try-strange-card": {"times": NUMBER},
        "off-shift-card": {},
        "lost-card": {},
        "duress-card": {},
        "visitor": {"badge": NUMBER},
        "visitor-with-escort": {"badge": NUMBER},
        "nobody-comes": {},
    }
    state: str = "closed"
    last_entry: str = "granted"
    coming: list[Moment] = field(default_factory=list)
    beat: int = 0
    """Next heartbeat of the door's state."""
    next_person: int = 0
    inside: set[str] = field(default_factory=set)
    """Cards of those who went in and have not come out."""

    def advance(self, span: int) -> None:
        """Doors do nothing by themselves."""

    def step(self, now: int) -> list[Spoken]:
        """A heartbeat, a person, or the next moment of what is going on."""
        self.catch_up(now)
        said: list[Spoken] = []
        if now >= self.beat:
            said.append(self.report(self.points_due()))
            self.beat = now + interval_of(self.fitting)
        if now >= self.next_person:
            self._person(now)
        while self.coming and self.coming[0].at <= now:
            said.append(self._take(self.coming.pop(0)))
        self._plan()
        return said

    def _plan(self) -> None:
        # What has not begun yet (0) is due now.
        self.due = max(self.now, min([self.beat, self.next_person, *(m.at for m in self.coming[:1])]))

    def _hour(self) -> float:
        return local_hour(self.now, self.fitting.utc_offset)

    def _person(self, now: int) -> None:
        """Somebody with a right to enter comes through, unless the door is busy; then the time of the next one."""
        first = self.next_person == 0
        if not first and not self.coming and self.state == "closed":
            who = self.fitting.people.somebody(self.fitting.access, self._hour(), self.rng)
            closes = now + OPENS_AFTER + self.rng.randint(*STANDS_OPEN)
            direction = self._way(who.card, self.rng.choice(("in", "out")))
            self.coming += [
                Moment(now, "granted", who.card, direction),
                Moment(now + OPENS_AFTER, "open"),
                Moment(closes, "closed"),
            ]
        wait = self.rng.expovariate(traffic(self.fitting.access, self._hour()) / HOUR)
        self.next_person = now + max(20 * SECOND, round(wait))

    def _way(self, card: str, wanted: str) -> str:
        """Whoever is inside comes out, and whoever is not goes in; at a public door people come by other ways too."""
        if self.fitting.access == "public":
            return wanted
        if card in self.inside:
            self.inside.remove(card)
            return "out"
        self.inside.add(card)
        return "in"

    def _take(self, moment: Moment) -> Spoken:
        if moment.event in ("granted", "denied"):
            self.last_entry = moment.event
        else:
            self.state = moment.event
        return Spoken(
            device=self.fitting.device.id,
            at=self.now,
            event=moment.event,
            credential=moment.credential,
            direction=moment.direction,
            urgent=True,
        )

    def value(self, point: Point) -> Value:
        """The door's state; the last entry."""
        match point.quantity:
            case "door":
                return self.state
            case "contact":
                return "closed" if self.state == "closed" else "open"
            case "entry":
                return self.last_entry
            case _:
                return at_rest(point)

    def sent(self, point: Point) -> dict[str, Value]:
        """The door's state. Entries are events: a heartbeat that told the last one again would be a second entry."""
        # Named in full: a slotted dataclass is a new class, and a bare super() would still mean the old one.
        return {} if point.quantity == "entry" else Model.sent(self, point)

    def _insert(self, *moments: Moment) -> list[Spoken]:
        # What is done to the door comes first: a person who was on the way through has gone.
        self.coming = sorted(moments)
        self._plan()
        return []

    def force(self, lasts: float) -> list[Spoken]:
        """Opened without a card; it stands open for ``lasts``."""
        return self._insert(Moment(self.now, "forced"), Moment(self.now + round(lasts), "closed"))

    def hold_open(self, lasts: float) -> list[Spoken]:
        """Somebody with a card wedges it open for ``lasts``."""
        card = self.fitting.people.somebody(self.fitting.access, self._hour(), self.rng).card
        opened = self.now + OPENS_AFTER
        moments = [Moment(self.now, "granted", card, self._way(card, "in")), Moment(opened, "open")]
        if lasts > HELD_AFTER:
            moments.append(Moment(opened + HELD_AFTER, "held"))
        return self._insert(*moments, Moment(opened + round(lasts), "closed"))

    def try_strange_card(self, times: float) -> list[Spoken]:
        """Somebody tries a card without a right ``times`` times."""
        card = card_number(self.rng)
        swipes = (Moment(self.now + n * BETWEEN_SWIPES, "denied", card, "in") for n in range(round(times)))
        return self._insert(*swipes)

    def off_shift_card(self) -> list[Spoken]:
        """Somebody of the staff comes in whose shift it is not."""
        return self._let_in(self.fitting.people.off_shift(self._hour(), self.rng).card)

    def lost_card(self) -> list[Spoken]:
        """Somebody comes in with a lost card that the door still knows."""
        return self._let_in(self.fitting.people.lost)

    def duress_card(self) -> list[Spoken]:
        """Somebody is forced to open, and shows the card for that: the door opens as always."""
        return self._let_in(self.fitting.people.duress)

    def visitor(self, badge: float) -> list[Spoken]:
        """A visitor comes in alone, with the desk's badge of that number (from 1)."""
        return self._insert(*self._passing(_badge(badge)))

    def visitor_with_escort(self, badge: float) -> list[Spoken]:
        """A visitor, and right behind somebody on duty who may be there."""
        escort = self.fitting.people.somebody("staff", self._hour(), self.rng).card
        behind = self.now + ESCORT_BEHIND
        return self._insert(*self._passing(_badge(badge)), Moment(behind, "granted", escort, "in"))

    def _passing(self, card: str) -> list[Moment]:
        opened = self.now + OPENS_AFTER
        closed = opened + ESCORT_BEHIND + STANDS_OPEN[0]
        return [Moment(self.now, "granted", card, "in"), Moment(opened, "open"), Moment(closed, "closed")]

    def _let_in(self, card: str) -> list[Spoken]:
        opened = self.now + OPENS_AFTER
        way = self._way(card, "in")
        return self._insert(
            Moment(self.now, "granted", card, way), Moment(opened, "open"), Moment(opened + STANDS_OPEN[0], "closed")
        )

    def nobody_comes(self) -> list[Spoken]:
        """Nobody comes to this door any more."""
        self.next_person = self.now + 10**15
        self._plan()
        return []


def _badge(number: float) -> str:
    return VISITOR_BADGES[(round(number) - 1) % len(VISITOR_BADGES)]
