"""What is owed: today, late, next, missed; one due date with what may be done about it; the kinds of duties."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from api.access import Dispatcher, Reader, Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.duties import Days, ask_to_postpone, assign_one, days_of, decide, due_soon, soon_wanted
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.times import entered
from facility.calendar import local_day
from facility.clause import CLAUSES
from facility.duty import Duty
from facility.duty_telling import applies_text, cadence_text
from facility.instant import DAY, iso, to_datetime
from facility.occurrence import SETTLED, Occurrence, Standing
from facility.person import RIGHTS, Right
from inspections.duty_files import BrokenDuties
from inspections.duty_known import duty_known
from inspections.missing import name_of
from inspections.out_of_service import OutOfService
from inspections.postponing import waiting
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import NotFound
from storage.records.port import Page as Rows

router = APIRouter(prefix="/duties")
Given = Annotated[Context, Depends(context_of)]
Doer = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
VIEWS = ("today", "soon", "late", "open", "week", "missed", "all")
ON_A_PAGE = 50
MOST_EXPORTED = 50_000
MOST_SOON = 500
LAST_DUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as they stand in the address. ``start`` and ``end`` are local days, both included."""

    show: str = "today"
    clause: str = ""
    duty: str = ""
    zone: str = ""
    team: str = ""
    standing: str = ""
    who: str = ""
    target: str = ""
    start: str = ""
    end: str = ""

    def query(self, page: str = "/duties", **changed: str) -> str:
        """An address with some of them changed."""
        named = {name: getattr(self, name) for name in self.__slots__} | changed
        told = {name: value for name, value in named.items() if value and (name, value) != ("show", "today")}
        return f"{page}?{urlencode(told)}" if told else page


def _asked(
    *,
    show: str = "today",
    clause: str = "",
    duty: str = "",
    zone: str = "",
    team: str = "",
    standing: str = "",
    who: str = "",
    target: str = "",
    start: str = "",
    end: str = "",
) -> Asked:
    return Asked(
        show=show if show in VIEWS else "today",
        clause=clause,
        duty=duty,
        zone=zone,
        team=team,
        standing=standing if standing in [*Standing] else "",
        who=who,
        target=target,
        start=start,
        end=end,
    )


Wished = Annotated[Asked, Depends(_asked)]


def wanted_of(page: Page, asked: Asked, days: Days) -> OccurrenceFilter:
    """What the store is asked for. A zone counts with all inside it; a clause with all duties that carry it out too."""
    start, end = (entered(f"{day}T00:00" if day else "", page.look.zone) for day in (asked.start, asked.end))
    duties = [id for id, duty in page.context.duties().items() if asked.clause in duty.clauses] if asked.clause else []
    if asked.duty:
        duties = [asked.duty]
    base = OccurrenceFilter(
        duties=tuple(duties),
        clauses=(asked.clause,) if asked.clause and not duties else (),
        zones=tuple(sorted(page.register.zones_below(asked.zone))) if asked.zone else (),
        teams=(asked.team,) if asked.team else (),
        targets=(asked.target,) if asked.target else (),
        assignees=(asked.who,) if asked.who else (),
        standings=(Standing(asked.standing),) if asked.standing else (),
        since=None if start is None else start + 1,
        until=None if end is None else end + DAY + 1,
    )
    return _in_view(base, asked.show, days)


def _in_view(base: OccurrenceFilter, show: str, days: Days) -> OccurrenceFilter:
    match show:
        case "today":
            return replace(base, since=days.today, until=days.tomorrow)
        case "week":
            return replace(base, since=days.tomorrow, until=days.week)
        case "late":
            return replace(base, standings=(Standing.LATE,))
        case "open":
            return replace(base, standings=(Standing.OPEN,))
        case "missed":
            return replace(base, standings=(Standing.MISSED,))
        case _:
            return base


@router.get("")
def show_list(request: Request, visitor: Reader, asked: Wished, cursor: str | None = None) -> Response:
    """By due date; what is over the latest first."""
    with reading(request, visitor) as page:
        days = days_of(page.context, page.register)
        wanted = wanted_of(page, asked, days)
        try:
            found = _found(page, wanted, asked.show, cursor)
        except ValueError:
            return RedirectResponse(asked.query(), 303)
        return page.render(
            "duties.html",
            rows=found.rows,
            cursor=found.cursor,
            asked=asked,
            counts={view: _count(page, replace(asked, standing="", show=view), days) for view in VIEWS},
            duties=page.context.duties(),
            clauses=clauses_of(page),
            zones=page.register.zones,
            teams=teams_of(page),
            standings=[*Standing],
            tell=Telling(page),
        )


def _found(page: Page, wanted: OccurrenceFilter, show: str, cursor: str | None) -> Rows[Occurrence]:
    """What is due soon comes of several questions, and fits on one page."""
    if show != "soon":
        return page.unit.occurrences.find(wanted, cursor, ON_A_PAGE, soonest=show not in ("missed", "all"))
    rows = [one for each in _soon(page, wanted) for one in page.unit.occurrences.find(each, None, MOST_SOON).rows]
    return Rows(rows=sorted(rows, key=lambda one: (one.due, one.id))[:MOST_SOON])


def _soon(page: Page, wanted: OccurrenceFilter) -> list[OccurrenceFilter]:
    """With what else was asked for."""
    found = []
    for each in soon_wanted(page.context.duties(), page.look.now):
        duties = tuple(id for id in each.duties if not wanted.duties or id in wanted.duties)
        if duties:
            found.append(replace(wanted, duties=duties, standings=each.standings, until=each.until))
    return found


def _count(page: Page, asked: Asked, days: Days) -> int:
    wanted = wanted_of(page, asked, days)
    if asked.show == "soon":
        return sum(page.unit.occurrences.count(each) for each in _soon(page, wanted))
    return page.unit.occurrences.count(wanted)


def clauses_of(page: Page) -> list[str]:
    """Those that a duty carries out, in the manual's order."""
    carried = {clause for duty in page.context.duties().values() for clause in duty.clauses}
    return [clause for clause in CLAUSES if clause in carried]


def teams_of(page: Page) -> list[str]:
    """Those that duties name."""
    return sorted({duty.team for duty in page.context.duties().values() if duty.team})


class Telling:
    """Words about an occurrence."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._duties = page.context.duties()
        self._teams = {id: team.name for id, team in page.unit.rota.load().teams.items()}

    def title(self, one: Occurrence) -> str:
        """The duty's."""
        duty = self._duties.get(one.duty)
        return self._page.look.say(duty.title) if duty else one.duty

    def target(self, one: Occurrence) -> str:
        """What it is owed for, with its place."""
        name = self._page.look.say(name_of(self._page.register, one))
        place = self._page.place_text(one.zone) if one.asset else ""
        return f"{place} › {name}" if place else name

    def team(self, id: str) -> str:
        """A team's name."""
        return self._page.look.say(self._teams[id]) if id in self._teams else id

    def soon(self, one: Occurrence) -> bool:
        """Somebody should do it now."""
        return due_soon(self._duties.get(one.duty), one, self._page.look.now)

    def day(self, at: int) -> str:
        """The day on which it is due: at midnight, the one that ends then."""
        look = self._page.look
        local = to_datetime(at, look.zone)
        if (local.hour, local.minute) != (0, 0):
            return look.local(at)
        return look.local(at - 60_000).replace("23:59", "24:00")


@router.get("/list.csv")
def export(request: Request, visitor: Reader, asked: Wished) -> Response:
    """The same list as a file, the soonest first, up to 50,000 rows."""
    with reading(request, visitor) as page:
        wanted = wanted_of(page, asked, days_of(page.context, page.register))
        several = _soon(page, wanted) if asked.show == "soon" else [wanted]
        lines = list(_lines(page, several))
    headers = {"content-disposition": 'attachment; filename="duties.csv"'}
    return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=headers)


COLUMNS = (
    *("id", "duty", "duty_version", "clause", "target", "asset", "zone", "opens", "due", "until", "missed_at"),
    *("standing", "team", "assignee", "result", "made_up", "postponed", "why", "cause"),
)


def _lines(page: Page, several: Sequence[OccurrenceFilter]) -> Iterator[str]:
    yield "\ufeff" + _csv([*COLUMNS, "title", "name"])  # so that Excel reads it as UTF-8
    tell, left = Telling(page), MOST_EXPORTED
    for wanted in several:
        for one in _walk(page, wanted, left):
            left -= 1
            yield _csv([*_cells(one), tell.title(one), tell.target(one)])


def _walk(page: Page, wanted: OccurrenceFilter, most: int) -> Iterator[Occurrence]:
    cursor: str | None = None
    while most > 0:
        found = page.unit.occurrences.find(wanted, cursor, min(500, most), soonest=True)
        yield from found.rows
        most, cursor = most - len(found.rows), found.cursor
        if cursor is None:
            return


def _cells(one: Occurrence) -> list[str]:
    instants = {name: iso(getattr(one, name)) for name in ("opens", "due", "until", "missed_at")}
    postponed = "; ".join(f"{iso(p.until)} {p.who} {p.approver}: {p.why}" for p in one.postponed)
    told: dict[str, Any] = instants | {"standing": one.standing.value, "postponed": postponed}
    values = [told.get(name, getattr(one, name, "")) for name in COLUMNS]
    return ["" if value is None else str(value) for value in values]


def _csv(cells: list[str]) -> str:
    """A cell that a spreadsheet would take for a formula is made words."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells]
    )
    return line.getvalue()


@router.get("/kinds")
def show_kinds(request: Request, visitor: Reader) -> Response:
    """Every duty in force: how often, for what, by whom, and what the manual and the law each ask for."""
    with reading(request, visitor) as page:
        days = days_of(page.context, page.register)
        duties = sorted(page.context.duties().values(), key=lambda duty: ([*CLAUSES].index(duty.clause), duty.id))
        return page.render(
            "duty_kinds.html",
            kinds=duties,
            often=lambda duty: page.look.say(cadence_text(duty.cadence)),
            applies=lambda duty: page.look.say(applies_text(duty)),
            late={duty.id: _many(page, duty, Standing.LATE) for duty in duties},
            today={
                duty.id: page.unit.occurrences.count(
                    OccurrenceFilter(duties=(duty.id,), since=days.today, until=days.tomorrow)
                )
                for duty in duties
            },
            tell=Telling(page),
        )


def _many(page: Page, duty: Duty, standing: Standing) -> int:
    return page.unit.occurrences.count(OccurrenceFilter(duties=(duty.id,), standings=(standing,)))


@router.get("/kinds/{id}")
def show_kind(request: Request, visitor: Reader, id: str) -> Response:
    """One duty: what it asks for and why, its last due dates, its versions."""
    with reading(request, visitor) as page:
        versions = page.unit.duty_versions.of(id)
        duty = page.context.duties().get(id)
        if duty is None:
            duty = duty_known(page.unit, {}, id, next((one.version for one in versions if one.in_force), ""))
        return page.render(
            "duty_kind.html",
            duty=duty,
            clauses=[(clause, CLAUSES.get(clause)) for clause in duty.clauses],
            often=page.look.say(cadence_text(duty.cadence)),
            applies=page.look.say(applies_text(duty)),
            in_force=id in page.context.duties(),
            dues=last_dues(page, id),
            next=page.unit.occurrences.find(
                OccurrenceFilter(duties=(id,), since=page.look.now), limit=1, soonest=True
            ).rows,
            versions=versions,
            standings=[*Standing],
            tell=Telling(page),
        )


def last_dues(page: Page, duty: str) -> list[tuple[int, dict[Standing, int]]]:
    """The last due dates that have passed, the newest first, with how many stand how."""
    found: list[tuple[int, dict[Standing, int]]] = []
    until = page.look.now + 1
    while len(found) < LAST_DUES:
        rows = page.unit.occurrences.find(OccurrenceFilter(duties=(duty,), until=until), limit=1).rows
        if not rows:
            break
        until = rows[0].due
        same = OccurrenceFilter(duties=(duty,), since=until, until=until + 1)
        found.append((until, page.unit.occurrences.counts(same)))
    return found


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One due date: what, where, by when; how it stands; what was done; what may be done now."""
    with reading(request, visitor) as page:
        return page.render("duty.html", **_shown(page, page.unit.occurrences.get(number)))


def _shown(page: Page, one: Occurrence) -> dict[str, Any]:
    unit, look, wish = page.unit, page.look, waiting(page.unit, one)
    duty, me = _duty(page, one), look.visitor.actor.id if look.visitor else ""
    around = unit.occurrences.of(one.duty, one.target, one.due - 800 * DAY, one.due + 800 * DAY)
    place = [other.id for other in around].index(one.id) if one in around else 0
    out = OutOfService.read(unit, page.register).at(one, look.now)
    owed = one.standing not in SETTLED
    return {
        "one": one,
        "duty": duty,
        "clause": CLAUSES.get(one.clause),
        "often": look.say(cadence_text(duty.cadence)) if duty else "",
        "facts": unit.facts.of("occurrence", str(one.id)),
        "results": unit.results.of_occurrence(one.id),
        "wish": wish,
        "owed": owed,
        "out": out,
        "manned": manned(page, one),
        "before": around[max(0, place - 5) : place],
        "after": around[place + 1 : place + 3],
        "may_do": owed and one.opens <= look.now and look.may(Right.DO_DUTIES),
        "may_ask": owed and wish is None and look.may(Right.DO_DUTIES),
        "may_decide": wish is not None and wish.who != me and look.may(Right.DISPATCH),
        "may_assign": owed and look.may(Right.DISPATCH),
        "doers": [account for account in page.enabled if Right.DO_DUTIES in RIGHTS[account.role]],
        "local": lambda at: f"{to_datetime(at, look.zone):%Y-%m-%dT%H:%M}",
        "local_day": lambda at: local_day(at, look.zone).isoformat(),
        "tell": Telling(page),
    }


def _duty(page: Page, one: Occurrence) -> Duty | None:
    """As it said when this was planned."""
    try:
        return duty_known(page.unit, page.context.duties(), one.duty, one.duty_version)
    except (NotFound, BrokenDuties):
        return page.context.duties().get(one.duty)


def manned(page: Page, one: Occurrence) -> bool | None:
    """Whether anybody of its team is, or was, on shift while it can be done; None where it names no team of the rota."""
    rota = page.unit.rota.load()
    if one.team not in rota.teams:
        return None
    return any(duty.team == one.team and not duty.absent for duty in rota.duties(one.opens, one.missed_at))


@router.post("/{number}/assign")
def assign(
    visitor: Dispatcher, context: Given, number: int, assignee: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Somebody is named; empty leaves it to whoever of the team is on shift."""
    now = context.clock()
    write(context, lambda unit: assign_one(unit, visitor, number, assignee, now))
    return RedirectResponse(f"/duties/{number}", 303)


@router.post("/{number}/postpone")
def postpone(
    visitor: Doer,
    context: Given,
    number: int,
    until: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Asked for; somebody else decides."""
    at = entered(until, local_zone(context)) or 0
    write(context, lambda unit: ask_to_postpone(unit, context, visitor, number, (at, reason)))
    return RedirectResponse(f"/duties/{number}", 303)


@router.post("/{number}/postponement")
def decide_postponement(
    visitor: Dispatcher,
    context: Given,
    number: int,
    said: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Allowed, or not."""
    now = context.clock()
    write(context, lambda unit: decide(unit, visitor, number, now, allow=said == "allow", why=reason))
    return RedirectResponse(f"/duties/{number}", 303)
