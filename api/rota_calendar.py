"""A person's duties as an iCalendar, for the calendar of a phone; and the secret addresses under which it is read."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING

from facility.calendar import local_day
from facility.instant import DAY, to_datetime
from facility.rota import Duty, Person, Rota
from response.rota_deeds import By
from storage.records.port import Unit
from storage.records.rotas import CalendarFeed

if TYPE_CHECKING:
    from icalendar import Event

BEHIND, AHEAD = 35 * DAY, 120 * DAY
"""What a feed holds: the month behind, four months ahead."""


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_feed(unit: Unit, by: By, person: Person) -> str:
    """A new secret for the person's calendar; the old ones no longer work. It is shown once and not kept."""
    revoke_feeds(unit, by, person)
    secret = secrets.token_urlsafe(32)
    unit.rota.add_feed(CalendarFeed(digest=digest(secret), person=person.id, created=by.at, created_by=by.actor.id))
    return secret


def revoke_feeds(unit: Unit, by: By, person: Person) -> None:
    """No address of the person's calendar works any more."""
    for feed in unit.rota.feeds_of(person.id):
        unit.rota.revoke_feed(feed.id, by.at)


def calendar_of(rota: Rota, person: Person, now: int, language: str, site: str) -> bytes:
    """The person's duties, without those that somebody else does or that leave takes.

    A duty keeps its UID as long as it is theirs, whoever else changes what; what is no longer theirs is no longer in it.
    """
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Dutyroom//Rota//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{'值班' if language == 'zh' else 'Duty'} · {person.name}")
    made.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    found = rota.duties(now - BEHIND, now + AHEAD)
    begins: dict[str, int] = {}
    for duty in found:
        begins.setdefault(duty.key, duty.start)
    own = [duty for duty in found if duty.person == person.id and not duty.absent]
    for duty in own:
        event = _event(rota, duty, language)
        part = "" if begins[duty.key] == duty.start else f"-{duty.start}"
        event.add("uid", f"{duty.key.replace('/', '-')}{part}@{site or 'dutyroom'}")
        event.add("dtstamp", to_datetime(now - now % DAY))
        _tell_together(event, [rota.people[id].name for id in _beside(duty, found) if id in rota.people], language)
        made.add_component(event)
    first = local_day(min((duty.start for duty in own), default=now), rota.zone)
    made.add_missing_timezones(first_date=first.replace(day=1), last_date=date(first.year + 2, 1, 1))
    return bytes(made.to_ical())


def _event(rota: Rota, duty: Duty, language: str) -> Event:
    from icalendar import Event

    made = Event()
    made.add("dtstart", to_datetime(duty.start, rota.zone))
    made.add("dtend", to_datetime(duty.end, rota.zone))
    made.add("sequence", rota.version)
    names = [
        one.name.say(language) for one in (rota.kinds.get(duty.kind), rota.teams.get(duty.team)) if one is not None
    ]
    home = (" · 在家待命" if language == "zh" else " · at home") if duty.on_call else ""
    made.add("summary", " · ".join(names) + home)
    return made


def _beside(duty: Duty, found: list[Duty]) -> list[str]:
    """Who is there at the same time for the same team."""
    there = (one for one in found if one.team == duty.team and one.start < duty.end and one.end > duty.start)
    return list(dict.fromkeys(one.person for one in there if one.person != duty.person and not one.absent))


def _tell_together(event: Event, names: list[str], language: str) -> None:
    if names:
        event.add("description", ("同班：" if language == "zh" else "Together with: ") + "、".join(names))
