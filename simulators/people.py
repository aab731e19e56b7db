"""Who has a card: residents who come and go all day, staff and guards who have shifts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from facility.instant import DAY, HOUR

RESIDENTS = 120
STAFF_A_SHIFT = 6
GUARDS_A_SHIFT = 3
SHIFTS = ((0, 8), (8, 16), (16, 24))
"""Hours of local time."""


@dataclass(frozen=True, slots=True)
class Person:
    """A card and the hours of local time in which its holder works; residents have none."""

    card: str
    shift: tuple[int, int] | None = None

    def at_work(self, hour: float) -> bool:
        """Whether the holder is on shift at that hour of local time."""
        return self.shift is not None and self.shift[0] <= hour < self.shift[1]


def card_number(rng: Random) -> str:
    """A card's UID as readers print it: four bytes in hexadecimal."""
    return f"{rng.getrandbits(32):08X}"


VISITOR_BADGES = ("5A00C701", "5A00C702", "5A00C703", "5A00C704")
"""The cards that lie at the desk for visitors."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody with a card, the same ones for the same seed."""

    residents: tuple[Person, ...]
    staff: tuple[Person, ...]
    guards: tuple[Person, ...]
    """They walk the rounds; nobody else has one of their cards."""
    lost: str
    """A card that was lost and that the doors still open to."""
    duress: str
    """A card that somebody shows who is forced to open."""

    @classmethod
    def living_here(cls, seed: int) -> People:
        """The people of a building with that seed."""
        rng = Random(f"people/{seed}")  # noqa: S311
        patrols = Random(f"guards/{seed}")  # noqa: S311
        return cls(
            residents=tuple(Person(card_number(rng)) for _ in range(RESIDENTS)),
            staff=tuple(Person(card_number(rng), shift) for shift in SHIFTS for _ in range(STAFF_A_SHIFT)),
            guards=tuple(Person(card_number(patrols), shift) for shift in SHIFTS for _ in range(GUARDS_A_SHIFT)),
            lost=card_number(rng),
            duress=card_number(rng),
        )

    def somebody(self, access: str, hour: float, rng: Random) -> Person:
        """Who comes to a door of that access class now and is let in."""
        on_duty = [person for person in self.staff if person.at_work(hour)]
        public = access == "public" and rng.random() < 0.85
        return rng.choice(self.residents if public else on_duty)

    def off_shift(self, hour: float, rng: Random) -> Person:
        """Somebody of the staff whose shift it is not."""
        return rng.choice([person for person in self.staff if not person.at_work(hour)])

    def guard_on(self, hour: float, route: int) -> Person:
        """The guard on patrol: each route has its own of the shift."""
        on_duty = [person for person in self.guards if person.at_work(hour)]
        return on_duty[route % len(on_duty)]


def local_hour(now: int, utc_offset: int) -> float:
    """Hour of local time, 0 ≤ h < 24."""
    return (now + utc_offset) % DAY / HOUR


def traffic(access: str, hour: float) -> float:
    """Passages an hour at a door of that class: peaks when people leave and come home; staff doors are quieter."""
    busy = 40.0 if 7 <= hour < 9.5 or 17 <= hour < 20 else 12.0 if 6 <= hour < 23 else 1.5
    return busy if access == "public" else busy / 10
