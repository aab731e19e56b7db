"""Tells the stories of a duty: what becomes of its due dates when it is done at the times the story says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from facility.cadence import after_event, dues
from facility.calendar import instant_of
from facility.duty import Due, Duty, DutyStory, Ending, Target
from facility.instant import from_datetime
from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story told, beside what was expected."""

    duty: Duty
    story: DutyStory
    found: tuple[tuple[date, Ending], ...]

    @property
    def wrong(self) -> bool:
        """Whether it went another way."""
        return self.found != self.story.expect

    def __str__(self) -> str:
        expected, found = (
            ", ".join(f"{day} {word}" for day, word in said) or "nothing" for said in (self.story.expect, self.found)
        )
        return f"{self.duty.path}: {self.duty.id}: {self.story.name}: expected {expected}; found {found}"


def tell(duty: Duty, zone: tzinfo) -> list[Telling]:
    """All its stories, in the property's time zone."""
    return [Telling(duty=duty, story=story, found=_found(duty, story, zone)) for story in duty.stories]


def _found(duty: Duty, story: DutyStory, zone: tzinfo) -> tuple[tuple[date, Ending], ...]:
    since = instant_of(story.since, 0, zone)
    target = Target(id="story", name=Text("", ""), since=since)
    done = sorted(from_datetime(at.replace(tzinfo=zone)) for at in story.done)
    end = instant_of(story.last + timedelta(days=2), 0, zone)
    if duty.trigger is None:
        owed = list(dues(duty, target, (since, end), zone, done))
    else:
        happened = sorted(from_datetime(at.replace(tzinfo=zone)) for at in story.happened)
        owed = [after_event(duty, target, at, zone) for at in happened]
    settled = zip(owed, outcomes(owed, done), strict=True)
    return tuple((due.day, word) for due, word in settled if story.first <= due.day <= story.last)


def outcomes(owed: Sequence[Due], done: Sequence[int]) -> list[Ending]:
    """What became of each: a time counts once, for the oldest due date that can still be done then."""
    found = [Ending.MISSED] * len(owed)
    for at in done:
        for number, due in enumerate(owed):
            if found[number] is Ending.MISSED and due.opens <= at < due.missed:
                found[number] = Ending.DONE if at <= due.closes else Ending.DONE_LATE
                break
    return found
