"""The rota in a page's words: days, hours, names, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from api.web.look import Look
from facility.calendar import DayKind
from facility.instant import DAY, to_datetime
from facility.rota import Duty, Gap, GapCause, Leave, Rota, ShiftKind, Swap
from facility.rota_telling import gap_text, span_text

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One request's way to say what the rota holds."""

    look: Look
    rota: Rota

    def day(self, day: date) -> str:
        """``11月25日 周三`` or ``Wed 25 Nov``"""
        weekday = _WEEKDAYS[self.look.language][day.weekday()]
        return f"{day.month}月{day.day}日 周{weekday}" if self.look.language == "zh" else f"{weekday} {day:%-d %b}"

    def clock(self, instant: int) -> str:
        """``08:00``"""
        return f"{to_datetime(instant, self.rota.zone):%H:%M}"

    def hours(self, duty: Duty) -> str:
        """``20:00–08:00``"""
        return f"{self.clock(duty.start)}–{self.clock(duty.end)}"

    def kind_hours(self, kind: ShiftKind) -> str:
        """The same of a kind of shift, as it is on most days."""
        start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (kind.starts, kind.ends))
        return f"{start}–{end}"

    def step(self, day: date, days: int) -> date:
        """So many days later."""
        return day + timedelta(days=days)

    def of(self, rota: Rota) -> Speech:
        """The same way to say what another rota holds."""
        return Speech(look=self.look, rota=rota)

    def span(self, start: int, end: int) -> str:
        """``11月25日 20:00–26日 08:00``; whole days by their dates."""
        first, last = to_datetime(start, self.rota.zone), to_datetime(end, self.rota.zone)
        if first.hour == first.minute == last.hour == last.minute == 0:
            until = to_datetime(end - 1, self.rota.zone).date()
            return self.day(first.date()) + ("" if until == first.date() else f" – {self.day(until)}")
        return self.look.say(span_text(start, end, self.rota.zone))

    def until(self, instant: int, now: int) -> str:
        """``08:00``, with its day where that is not today or the coming night."""
        return self.clock(instant) if abs(instant - now) < DAY else self.look.local(instant)

    def name(self, person: str) -> str:
        """A person's name; their id once they have left the rota."""
        found = self.rota.people.get(person)
        return found.name if found else person

    def names(self, duties: list[Duty]) -> str:
        """Who, in one line."""
        people = dict.fromkeys(self.name(duty.person) for duty in duties)
        return ("、" if self.look.language == "zh" else ", ").join(people)

    def team(self, team: str) -> str:
        """A team's name."""
        found = self.rota.teams.get(team)
        return self.look.say(found.name) if found else team

    def kind(self, kind: str) -> str:
        """A shift's name."""
        found = self.rota.kinds.get(kind)
        return self.look.say(found.name) if found else kind

    def missing(self, gap: Gap) -> str:
        """What is missing."""
        return self.look.say(gap_text(gap, self.rota))

    def short(self, gap: Gap) -> str:
        """What is missing, where the team is named already."""
        match gap.cause:
            case GapCause.NOBODY:
                return self.look._("nobody")
            case GapCause.TOO_FEW:
                return self.look._("%(have)s of %(need)s", have=gap.have, need=gap.need)
            case GapCause.SKILL:
                return self.look._("nobody with the skill %(skill)s", skill=gap.skill)
            case _:
                return self.look._("nobody stands in")

    def clipped(self, gap: Gap) -> str:
        """``20:00–24:00``: a gap's hours within one day."""
        end = self.clock(gap.end)
        return f"{self.clock(gap.start)}–{'24:00' if end == '00:00' else end}"

    def duty(self, key: str) -> str:
        """A duty by its key: whose, which, when."""
        found = self.rota.find(key)
        if found is None:
            return key
        return f"{self.team(found.team)} · {self.day(found.day)} {self.kind(found.kind)} {self.hours(found)}"

    def asked(self, one: Leave | Swap) -> str:
        """What was asked for, in one line."""
        if isinstance(one, Leave):
            return self.span(one.since, one.until)
        line = self.duty(one.duty)
        return f"{line} ⇄ {self.duty(one.back)}" if one.back else line

    def day_note(self, day: date) -> str:
        """``国庆节``, ``make-up working day``: what is special about the day, or nothing."""
        calendar = self.rota.calendar
        name = self.look.say(calendar.name(day))
        if calendar.is_made_up(day):
            made_up = self.look._("worked instead of a day off")
            return f"{name} · {made_up}" if name else made_up
        return name if calendar.kind(day) is not DayKind.WORKDAY or name else ""
