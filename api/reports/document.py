"""The report as people read it: sections of text and tables, in one language. Pure; the PDF and the XLSX only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from api.reports import charts
from api.reports.labels import CLOCKS, MARKS, OUTCOMES, SEVERITIES, label, note
from api.reports.room import NAMES
from api.reports.snapshot import Snapshot
from facility.clause import CLAUSES
from facility.duty import Duty
from facility.fact import Said
from facility.instant import HOUR, to_datetime
from facility.work_figures import Period, in_time
from facility.work_figures import grouped as by_key
from inspections.compliance import SIGNS, Item, Mark, Tally, by_clause, grouped, month_of, tally
from inspections.report_figures import CLOCKS as ONCE
from inspections.report_figures import limits_of
from inspections.report_reading import ResultTold

WORST = {Mark.MISSED: 0, Mark.DUE: 1, Mark.LATE: 2, Mark.SUSPENDED: 4, Mark.GONE: 5, Mark.DONE: 5}
LEDGER_ON_PAPER = 1_200
"""Lines of the ledger that stand in the PDF; the spreadsheet has all of them."""
PHOTOS = 24
EVENTS = 300
SENSORS = 60


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. ``marks``: columns whose cells are signs of the matrix."""

    columns: tuple[str, ...]
    rows: list[list[Any]]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section. ``sheet`` is its name in the spreadsheet."""

    title: str
    sheet: str
    notes: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    table: Table | None = None
    paper: Table | None = None
    """A shorter one for paper; None: the same."""
    rest: str = ""
    """What stands under the shorter one: how many lines are left out, and where they are."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """The whole report."""

    title: str
    language: str
    cover: list[tuple[str, str]]
    big: list[tuple[str, str]]
    """What the first page says in large type."""
    sections: list[Section]
    photos: list[str] = field(default_factory=list)
    """SHA-256 of pictures, in order."""
    photos_note: str = ""
    sign: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Names:
    """What things and people are called."""

    duties: Mapping[str, Duty]
    people: Mapping[str, str]


def document(taken: Snapshot, names: Names, language: str) -> Document:
    """The report in one language: the same snapshot and names give the same words."""
    return _Writer(taken, names, language).document()


class _Writer:
    def __init__(self, taken: Snapshot, names: Names, language: str) -> None:
        self.taken, self.names, self.language = taken, names, language
        self.items, self.results = taken.evidence.items, taken.evidence.results
        self.month = month_of(taken.zone)
        self._times: dict[int, str] = {}
        self._places: dict[tuple[str, str], str] = {}

    def document(self) -> Document:
        say, total = self.say, tally(self.items)
        figures = {one.id: one.value for one in self.taken.figures}
        first, last = self.taken.days
        effective = f"{figures['inspections/effective']}/{figures['inspections/done']}"
        return Document(
            title=say("title"),
            language=self.language,
            cover=[
                (say("site"), self.taken.site.name.say(self.language)),
                (say("period"), f"{first} – {last} ({self.taken.site.timezone})"),
                (say("buildings"), self._zones() or say("whole")),
                (say("clauses"), ", ".join(self.taken.asked.clauses) or say("whole")),
                (say("known"), f"{self.taken.evidence.anchor.seq} · {self.time(self.taken.evidence.anchor.at)}"),
                (say("register"), str(self.taken.register.version)),
                (say("digest"), str(self.taken.content["digest"])),
            ],
            big=[
                (say("attainment"), f"{percent(total.attainment)} ({total.done}/{total.owed})"),
                (say("effective"), f"{percent(figures['inspections/effective-rate'])} ({effective})"),
                (say("missed"), str(total.of(Mark.MISSED))),
            ],
            sections=numbered(self.sections(), language=self.language),
            photos=self.photos()[:PHOTOS],
            photos_note=self._photos_note(),
            sign=[say("manager"), say("inspector")],
            labels={name: say(name) for name in ("name", "signed", "date", "photos", "signatures")},
        )

    def say(self, name: str) -> str:
        return label(name, self.language)

    def time(self, at: int | None) -> str:
        if at is None:
            return ""
        found = self._times.get(at)
        if found is None:
            found = self._times[at] = f"{to_datetime(at, self.taken.zone):%Y-%m-%d %H:%M}"
        return found

    def sections(self) -> Iterator[Section]:
        yield self.summary()
        yield self.matrix()
        yield self.response()
        yield self.alerts()
        if self.taken.evidence.rounds:
            yield self.rounds()
        if self.taken.evidence.coverage:
            yield self.cameras()
        yield self.sensors()
        yield self.deviations()
        yield self.ledger()
        yield self.versions()

    def summary(self) -> Section:
        parts = self._by_clause()
        names = ("clause", "says", "due", "owed", "done", "late", "missed", "open", "suspended", "share")
        rows = [
            [clause, self._clause_text(clause), *_counts(told := tally(some)), percent(told.attainment)]
            for clause, some in parts.items()
        ]
        bars = [(clause, (t.done, t.of(Mark.LATE), t.of(Mark.MISSED))) for clause, t in _tallies(parts)]
        return Section(
            title=self.say("summary"),
            sheet="clauses",
            notes=(note("denominator", self.language), note("effective", self.language)),
            charts=(charts.stacked(bars),) if bars else (),
            table=self._table(names, rows, (1, 5, 1, 1, 1, 1, 1, 1, 1, 1)),
        )

    def matrix(self) -> Section:
        months = self.months()
        parts = self._by_clause()
        rows = []
        for clause, some in parts.items():
            cells = grouped(some, lambda one: self.month(one.due))
            rows.append([clause, *(_square(cells.get((month,))) for month in months), percent(tally(some).attainment)])
        whole = grouped(self.items, lambda one: self.month(one.due))
        line = [whole[month,].attainment if (month,) in whole else None for month in months]
        legend = "   ".join(f"{SIGNS[mark]} {text.say(self.language)}" for mark, text in MARKS.items())
        return Section(
            title=self.say("matrix"),
            sheet="matrix",
            notes=(legend,),
            charts=(charts.shares(months, line),) if self.items else (),
            table=Table(
                columns=(self.say("clause"), *months, self.say("share")),
                rows=rows,
                widths=(2, *([2] * len(months)), 2),
            ),
        )

    def response(self) -> Section:
        parts = by_key(limits_of(self.taken.evidence, self.taken.known), lambda one: one.clock)
        names = ("limit", "due", "in-time", "late", "open", "share", "median", "p90")
        rows = []
        for clock in (name for name in ONCE if name in parts):
            wanted = self.taken.evidence
            told = in_time(parts[clock], Period(wanted.wanted.since, wanted.wanted.until, wanted.anchor.at))
            rows.append([
                CLOCKS[clock].say(self.language), len(told.due), len(told.in_time), len(told.late), len(told.open),
                percent(told.share), minutes(told.median), minutes(told.p90),
            ])  # fmt: skip
        return Section(
            title=self.say("response"),
            sheet="response",
            notes=(note("response", self.language), *self._none(rows)),
            table=self._table(names, rows, (3, 1, 1, 1, 1, 1, 2, 2)),
        )

    def alerts(self) -> Section:
        found = self.taken.evidence.alerts
        rows = [
            [
                self.time(int(fact.data.get("started", fact.at))),
                SEVERITIES.get(int(fact.data.get("severity", 4)), SEVERITIES[4]).say(self.language),
                str(fact.data.get("rule", "")),
                self.place(str(fact.data.get("asset", "")), str(fact.data.get("zone", ""))),
                f"#{fact.subject}",
                fact.seq,
            ]
            for fact in found
        ]
        columns = (self.say("date"), self.say("severity"), self.say("what"), self.say("for"), "#", self.say("fact"))
        widths = (2, 1, 3, 4, 1, 1)
        worst = sorted(range(len(found)), key=lambda place: (int(found[place].data.get("severity", 4)), place))[:EVENTS]
        above, rest = self._cut("alerts", len(found), EVENTS)
        return Section(
            title=f"{self.say('alerts')} ({len(found)})",
            sheet="alerts",
            notes=above + self._none(rows),
            table=Table(columns=columns, rows=rows, widths=widths),
            paper=Table(columns=columns, rows=[rows[place] for place in sorted(worst)], widths=widths),
            rest=rest,
        )

    def rounds(self) -> Section:
        return Section(
            title=self.say("rounds"),
            sheet="rounds",
            table=Table(columns=(self.say("figure"), self.say("value")), rows=self._figures("rounds/"), widths=(4, 2)),
        )

    def cameras(self) -> Section:
        rows = [[fact.subject, _percent_of(fact), fact.what, fact.seq] for fact in self.taken.evidence.coverage]
        return Section(
            title=self.say("cameras"),
            sheet="cameras",
            table=Table(
                columns=(self.say("day"), self.say("mean"), self.say("mark"), self.say("fact")),
                rows=rows,
                widths=(2, 2, 2, 1),
            ),
        )

    def sensors(self) -> Section:
        rows = [
            [
                one.clause, self.point(one.point), hours(one.observed), hours(one.within), hours(one.out),
                hours(one.unobserved), hours(one.excluded), percent(one.share), one.late,
                self.time(one.calibration)[:10] or self.say("no-calibration"),
            ]
            for one in self.taken.sensors
        ]  # fmt: skip
        names = ("clause", "point", "observed", "within", "out", "unobserved", "excluded", "share", "late-found")
        notes = [note("sensors", self.language)]
        if not self.taken.sensors_read:
            notes.append(note("no-sensors", self.language))
        if self.taken.left_out:
            notes.append(f"+ {self.taken.left_out}")
        columns, widths = (*(self.say(name) for name in names), self.say("calibration")), (1, 4, 1, 1, 1, 1, 1, 1, 1, 2)
        if len(rows) > SENSORS:
            notes.append(note("sensors-cut", self.language, shown=SENSORS, total=len(rows)))
        return Section(
            title=f"{self.say('sensors')} ({self.say('hours')})",
            sheet="sensors",
            notes=tuple(notes) + self._none(rows),
            table=Table(columns=columns, rows=rows, widths=widths),
            paper=Table(columns=columns, rows=[rows[place] for place in self._telling()], widths=widths),
        )

    def _telling(self) -> list[int]:
        """The points that stand on paper: the longest out of limits first, then those least observed; in their own order."""
        some = self.taken.sensors
        first = sorted(range(len(some)), key=lambda place: (-some[place].out, -some[place].unobserved, place))
        return sorted(first[:SENSORS])

    def deviations(self) -> Section:
        rows = [
            [
                one.clause,
                self.duty(one.duty),
                self.place(one.target, one.zone),
                self.time(one.due),
                self.remarks(one),
                one.told,
            ]
            for one in self.items
            if self.remarks(one)
        ]
        names = ("clause", "what", "for", "when-due", "remarks", "fact")
        table = self._table(names, rows, (1, 3, 4, 2, 3, 1))
        above, rest = self._cut("deviations", len(rows), EVENTS)
        return Section(
            title=f"{self.say('deviations')} ({len(rows)})",
            sheet="deviations",
            notes=above + self._none(rows),
            table=table,
            paper=self._table(names, rows[:EVENTS], (1, 3, 4, 2, 3, 1)),
            rest=rest,
        )

    def ledger(self) -> Section:
        names = ("clause", "what", "for", "when-due", "when-done", "who", "instrument", "value", "outcome", "mark")
        columns = (*(self.say(name) for name in names), self.say("fact"))
        widths = (1, 3, 4, 2, 2, 2, 3, 3, 1, 2, 1)
        worst = sorted(self.items, key=lambda one: (self._weight(one), one.clause, one.due, one.id))
        paper = sorted(worst[:LEDGER_ON_PAPER], key=lambda one: (one.clause, one.due, one.id))
        above, rest = self._cut("ledger", len(self.items), LEDGER_ON_PAPER)
        return Section(
            title=f"{self.say('ledger')} ({len(self.items)})",
            sheet="ledger",
            notes=above + self._none(self.items),
            table=Table(columns=columns, rows=[self.line(one) for one in self.items], widths=widths),
            paper=Table(columns=columns, rows=[self.line(one) for one in paper], widths=widths),
            rest=rest,
        )

    def versions(self) -> Section:
        content = self.taken.content
        rows: list[list[Any]] = [[self.say("register"), str(content["register_version"])]]
        rows += [
            [f"{self.duty(duty)}", ", ".join(v[:12] for v in some)] for duty, some in content["duty_versions"].items()
        ]
        rows += [[rule, version[:12]] for rule, version in sorted(content["rule_versions"].items())]
        anchor = content["anchor"]
        rows.append([f"{self.say('fact')} {anchor['seq']}", anchor["hash"]])
        rows.append([self.say("digest"), content["digest"]])
        return Section(
            title=self.say("versions"),
            sheet="versions",
            notes=(note("proof", self.language, file=NAMES[0]),),
            table=Table(columns=(self.say("what"), self.say("value")), rows=rows, widths=(3, 7)),
        )

    def line(self, one: Item) -> list[Any]:
        result = self.results.get(one.id)
        return [
            one.clause,
            self.duty(one.duty),
            self.place(one.target, one.zone),
            self.time(one.due),
            self.time(one.done),
            self.who(one, result),
            "; ".join(self.instrument(each) for each in result.instruments) if result else "",
            "; ".join(result.values[:4]) if result else "",
            OUTCOMES.get(result.outcome, OUTCOMES["none"]).say(self.language) if result else "",
            f"{SIGNS[one.mark]} {MARKS[one.mark].say(self.language)}",
            one.told or one.seq,
        ]

    def instrument(self, packed: str) -> str:
        id, until, valid = packed.split("|")
        end = self.time(int(until))[:10] if until else self.say("no-calibration")
        return f"{id} ({end})" if valid == "1" else f"{id} ({end}, {self.say('out-of-calibration')})"

    def who(self, one: Item, result: ResultTold | None) -> str:
        people = (result.who, *result.with_whom) if result else (one.who,) if one.who else ()
        return ", ".join(self.person(name) for name in people)

    def person(self, account: str) -> str:
        plain = account.removeprefix("account:")
        return self.names.people.get(plain, plain)

    def remarks(self, one: Item) -> str:
        result = self.results.get(one.id)
        found = []
        if one.postponed:
            found.append(self.say("postponed"))
        if one.late_upload:
            found.append(self.say("late-upload"))
        if one.made_up is not None:
            found.append(self.say("made-up"))
        if one.mark is Mark.SUSPENDED:
            found.append(f"{self.say('suspended')} {one.why}".strip())
        if result is not None and result.corrected:
            found.append(self.say("corrected"))
        return ", ".join(found)

    def photos(self) -> list[str]:
        """The first ones of what failed, then of the rest."""
        results = sorted(self.results.values(), key=lambda one: (one.outcome != "fail", one.outcome != "flag", one.id))
        return list(dict.fromkeys(sha for one in results for sha in one.photos))

    def _photos_note(self) -> str:
        left = len(self.photos()) - PHOTOS
        return note("photos-cut", self.language, shown=PHOTOS, left=left) if left > 0 else ""

    def _cut(self, sheet: str, total: int, most: int) -> tuple[tuple[str, ...], str]:
        """What is said above and below a table that is shorter on paper."""
        if total <= most:
            return (), ""
        above = note(f"{sheet}-cut", self.language, most=most, total=total)
        return (above,), note("rest", self.language, left=total - most, sheet=sheet)

    def months(self) -> list[str]:
        first, last = (datetime(day.year, day.month, 1) for day in self.taken.days)  # noqa: DTZ001 - months only
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count)]

    def duty(self, id: str) -> str:
        found = self.names.duties.get(id)
        return found.title.say(self.language) if found else id

    def place(self, target: str, zone: str) -> str:
        found = self._places.get((target, zone))
        if found is None:
            found = self._places[target, zone] = self._place(target, zone)
        return found

    def _place(self, target: str, zone: str) -> str:
        register = self.taken.register
        asset = register.assets.get(target)
        path = [one.name.say(self.language) for one in register.zone_path(asset.zone if asset else zone or target)]
        if asset is not None:
            return " › ".join([*path, asset.name.say(self.language)])
        return " › ".join(path) or (self.taken.site.name.say(self.language) if target == self.taken.site.id else target)

    def point(self, id: str) -> str:
        point = self.taken.register.points.get(id)
        return f"{self.place(point.asset, '')} · {point.name.say(self.language)}" if point else id

    def _weight(self, one: Item) -> int:
        result = self.results.get(one.id)
        failed = result is not None and result.outcome == "fail"
        return min(WORST[one.mark], 3 if failed else 9)

    def _zones(self) -> str:
        zones = self.taken.register.zones
        return ", ".join(zones[zone].name.say(self.language) for zone in self.taken.asked.zones if zone in zones)

    def _by_clause(self) -> dict[str, list[Item]]:
        parts, wanted = by_clause(self.items, self.taken.known.duties), self.taken.evidence.wanted.clauses
        return {clause: parts[clause] for clause in CLAUSES if clause in parts and (not wanted or clause in wanted)}

    def _clause_text(self, clause: str) -> str:
        said = CLAUSES[clause]
        return " ".join(filter(None, (said.text.say(self.language), said.limit.say(self.language))))

    def _table(self, names: Sequence[str], rows: list[list[Any]], widths: tuple[int, ...]) -> Table:
        return Table(columns=tuple(self.say(name) for name in names), rows=rows, widths=widths)

    def _figures(self, under: str) -> list[list[Any]]:
        return [
            [one.id, "–" if one.value is None else one.value] for one in self.taken.figures if one.id.startswith(under)
        ]

    def _none(self, rows: Sequence[object]) -> tuple[str, ...]:
        return () if rows else (note("nothing", self.language),)


_NUMERALS = "一二三四五六七八九十"


def numbered(sections: Iterable[Section], language: str) -> list[Section]:
    """With a number before each title: which ones there are depends on what there is to tell."""
    return [
        replace(one, title=f"{_NUMERALS[place]}、{one.title}" if language == "zh" else f"{place + 1}  {one.title}")
        for place, one in enumerate(sections)
    ]


def _counts(told: Tally) -> list[int]:
    return [
        told.due, told.owed, told.done, told.of(Mark.LATE), told.of(Mark.MISSED), told.of(Mark.DUE),
        told.of(Mark.SUSPENDED),
    ]  # fmt: skip


def _tallies(parts: Mapping[str, list[Item]]) -> list[tuple[str, Tally]]:
    return [(clause, tally(some)) for clause, some in parts.items()]


def _square(told: Tally | None) -> str:
    return f"{SIGNS[told.mark]} {told.done}/{told.owed}" if told is not None and told.mark is not None else ""


def _percent_of(fact: Said) -> str:
    mean = fact.data.get("mean")
    return percent(float(mean)) if mean is not None else "–"


def percent(value: Any) -> str:
    """One digit behind the point; a dash where there is nothing to divide by."""
    return "–" if value is None else f"{float(value) * 100:.1f} %"


def minutes(value: int | None) -> str:
    """In minutes, or hours where there are many."""
    if value is None:
        return "–"
    return f"{value / 60_000:.0f} min" if value < 3 * HOUR else f"{value / HOUR:.1f} h"


def hours(value: int) -> str:
    """One digit behind the point."""
    return f"{value / HOUR:.1f}"
