"""The snapshot that a report is made of: what was read, its figures, and the content that both files carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from typing import Any

from api.reports.room import ReportRoom
from facility.calendar import instant_of, local_day
from facility.clause import CLAUSES
from facility.instant import DAY
from facility.issued_report import IssuedReport
from facility.maintenance import Maintenance
from facility.point import Point
from facility.register import Register
from facility.site import Site, time_zone
from facility.text import Text
from inspections.compliance import Wanted
from inspections.ledger import Anchor, anchor_of
from inspections.report_figures import FORMAT, Figure, Known, as_rows, figures, sealed
from inspections.report_reading import Evidence, Stage, nobody, read_evidence
from inspections.sensor_share import WIDTH, Share, Span, length, merged, observed_in, out_of_limits, overlap
from rules.rule import Rule
from storage.readings.port import Readings, ReadingsUnavailable
from storage.records.breaches import BreachFilter
from storage.records.port import Unit

LONGEST = 400 * DAY
_NAMELESS = Text("值班室", "Dutyroom")
LIMITS = ("band", "minimum", "maximum")
"""Kinds of rules that hold a point to a limit all the time."""
POINTS = 200
"""So many points' shares at most: reading a year of each takes a while. What is left out is said."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One report: what fell due in since <= at < until. Empty fields do not limit."""

    since: int
    until: int
    zones: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    anchor: int | None = None
    """The last fact that it may know; None: the newest."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything that the documents are made of."""

    asked: Asked
    evidence: Evidence
    known: Known
    register: Register
    site: Site
    figures: tuple[Figure, ...]
    sensors: tuple[Share, ...]
    left_out: int
    """Points whose share was not worked out."""
    sensors_read: bool
    """False: the readings could not be reached, and sensors' shares are missing."""
    content: Mapping[str, Any]
    """What the files carry for programs, sealed."""

    @property
    def zone(self) -> tzinfo:
        """The property's time zone."""
        return self.known.zone

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, both included."""
        return days_of(self.asked, self.zone)


def days_of(asked: Asked, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day, both included."""
    return local_day(asked.since, zone), local_day(asked.until - 1, zone)


class Unusable(ValueError):
    """No report can be made of this. The text names the field, what was wrong and what is allowed."""


def asked_for(first: date, last: date, zone: tzinfo, **more: Any) -> Asked:
    """From the first day to the last, both included. Raises ``Unusable``."""
    since, until = instant_of(first, 0, zone), instant_of(last + timedelta(days=1), 0, zone)
    if not 0 < until - since <= LONGEST:
        raise Unusable(f"from, to: {first} to {last}; allowed: the first day first, at most {LONGEST // DAY} days")
    return Asked(since=since, until=until, **more)


def of_row(row: IssuedReport) -> Asked:
    """As it was asked for."""
    return Asked(since=row.since, until=row.until, zones=row.zones, clauses=row.clauses)


def take(room: ReportRoom, asked: Asked, told: Stage = nobody, recorded: Mapping[str, Any] | None = None) -> Snapshot:
    """Read everything and work the figures out. Raises ``Unusable``, ``RecordsUnavailable``.

    ``recorded``: the content of a report that is made again; what it says of definitions goes before those in force now.
    """
    with room.records.read() as unit:
        anchor = _anchor(unit, asked)
        register = unit.registers.load(anchor.at) if anchor.seq else unit.registers.load()
        _check(register, asked)
        site = next(iter(register.sites.values()), None)
        known = _known(room, register, recorded)
        evidence = read_evidence(unit.facts, _wanted(asked, register, known), anchor, days_of(asked, known.zone), told)
        sensors, left_out, read = _sensors(room, unit, register, evidence, asked)
    told("figures", 0.0)
    found = (*figures(evidence, known), *_sensor_figures(sensors))
    taken = Snapshot(
        asked=replace(asked, anchor=anchor.seq),
        evidence=evidence,
        known=known,
        register=register,
        site=site or Site(id="", name=_NAMELESS),
        figures=tuple(sorted(found, key=lambda one: one.id)),
        sensors=tuple(sensors),
        left_out=left_out,
        sensors_read=read,
        content={},
    )
    return replace(taken, content=sealed(content_of(taken, room, recorded)))


def _anchor(unit: Unit, asked: Asked) -> Anchor:
    try:
        return anchor_of(unit.facts, asked.anchor)
    except ValueError as error:
        raise Unusable(f"anchor: {error}") from None


def _check(register: Register, asked: Asked) -> None:
    for zone in asked.zones:
        if zone not in register.zones:
            raise Unusable(f"zone: there is no zone {zone!r}; allowed: {', '.join(list(register.zones)[:12])} …")
    for clause in asked.clauses:
        if clause not in CLAUSES:
            raise Unusable(f"clause: {clause!r} is no clause of the manual; allowed: {', '.join(CLAUSES)}")


def _known(room: ReportRoom, register: Register, recorded: Mapping[str, Any] | None) -> Known:
    duties = {duty.id: frozenset(duty.clauses) for duty in room.duties().values()}
    if recorded is not None:
        duties |= {str(duty): frozenset(map(str, some)) for duty, some in recorded["duties"].items()}
    site = next(iter(register.sites.values()), None)
    return Known(duties=duties, buildings=buildings_of(register), zone=time_zone(site.timezone if site else ""))


def buildings_of(register: Register) -> dict[str, str]:
    """Zone → the outermost one that it lies in."""
    return {zone: path[0].id for zone in register.zones if (path := register.zone_path(zone))}


def _wanted(asked: Asked, register: Register, known: Known) -> Wanted:
    zones = frozenset(below for zone in asked.zones for below in register.zones_below(zone) | {zone})
    return Wanted(
        since=asked.since, until=asked.until, zones=zones, clauses=frozenset(asked.clauses), duties=known.duties
    )


def _sensors(
    room: ReportRoom, unit: Unit, register: Register, evidence: Evidence, asked: Asked
) -> tuple[list[Share], int, bool]:
    """Shares in order of clause and point, how many were left out, and whether the readings could be read."""
    watched = list(_watched(room, register, evidence.wanted))
    end = min(asked.until, evidence.anchor.at)
    if not watched or end <= asked.since:
        return [], 0, True
    try:
        readings = room.readings()
        windows = _maintenance(unit)
        found = [
            _share(unit, readings, watched_by, _out(windows, watched_by, register), (asked.since, end))
            for watched_by in watched[:POINTS]
        ]
    except ReadingsUnavailable:
        return [], 0, False
    return found, len(watched) - len(found), True


def _watched(room: ReportRoom, register: Register, wanted: Wanted) -> Iterator[tuple[Rule, Point]]:
    book = room.book()
    rules = sorted((rule for rule in book if rule.kind.NAME in LIMITS), key=lambda rule: (rule.clause, rule.id))
    for rule in rules:
        if wanted.clauses and rule.clause not in wanted.clauses:
            continue
        for point in sorted(book.points_of(rule, register), key=lambda point: point.id):
            asset = register.assets.get(point.asset)
            if point.interval and (not wanted.zones or (asset is not None and asset.zone in wanted.zones)):
                yield rule, point


def _out(windows: list[Maintenance], watched: tuple[Rule, Point], register: Register) -> list[Span]:
    """When the point was under maintenance."""
    rule, point = watched
    return [
        (window.since, window.until if window.ended is None else min(window.until, window.ended))
        for window in windows
        if window.covers(point.id, register, life_safety=rule.life_safety)
    ]


def _share(unit: Unit, readings: Readings, watched: tuple[Rule, Point], windows: list[Span], span: Span) -> Share:
    (rule, point), out = watched, merged(windows, span)
    buckets = readings.buckets(point.id, span[0], span[1], WIDTH)
    breaches = unit.breaches.find(
        BreachFilter(rules=(rule.id,), points=(point.id,), since=span[0], until=span[1]), limit=10_000
    )
    bad = merged(out_of_limits(breaches, span[1]), span)
    observed = observed_in(buckets, point.interval, out, span)
    return Share(
        point=point.id,
        rule=rule.id,
        clause=rule.clause,
        total=span[1] - span[0],
        excluded=length(out),
        observed=observed,
        out=min(observed, length(bad) - overlap(bad, out)),
        late=sum(one.late for one in breaches),
        calibration=point.calibration_due,
    )


def _maintenance(unit: Unit) -> list[Maintenance]:
    found: list[Maintenance] = []
    cursor: str | None = None
    while True:
        page = unit.maintenance.find(cursor, 500)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            return found


def _sensor_figures(sensors: list[Share]) -> Iterator[Figure]:
    """Of readings, not of facts: they can be made again as long as the readings are kept."""
    for clause in sorted({one.clause for one in sensors}):
        some = [one for one in sensors if one.clause == clause]
        observed, out = sum(one.observed for one in some), sum(one.out for one in some)
        said = f"points under rules of {clause}: "
        yield Figure(f"sensors/{clause}/points", len(some), f"{said}how many")
        yield Figure(
            f"sensors/{clause}/observed-ms", observed, f"{said}evidence readings × interval, per hour at most 1 h"
        )
        yield Figure(f"sensors/{clause}/out-ms", out, f"{said}breaches in the period, maintenance left out")
        yield Figure(
            f"sensors/{clause}/share", round((observed - out) / observed, 6) if observed else None, "1 - out / observed"
        )


def content_of(taken: Snapshot, room: ReportRoom, recorded: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the files carry for programs: everything that the figures can be made from again, beside the facts."""
    evidence, known = taken.evidence, taken.known
    first, last = taken.days
    versions = {(one.duty, one.version) for one in evidence.items}
    seen = sorted({duty for duty, _ in versions})
    rules = {rule.id: rule.version for rule in room.book()}
    return {
        "format": FORMAT,
        "site": {"id": taken.site.id, "name": {"zh": taken.site.name.say("zh"), "en": taken.site.name.say("en")}},
        "timezone": taken.site.timezone,
        "period": {"since": taken.asked.since, "until": taken.asked.until, "first": str(first), "last": str(last)},
        "asked": {"zones": list(taken.asked.zones), "clauses": list(taken.asked.clauses)},
        "zones": sorted(evidence.wanted.zones),
        "duties": {duty: sorted(known.duties.get(duty, ())) for duty in seen},
        "anchor": {"seq": evidence.anchor.seq, "hash": evidence.anchor.hash, "at": evidence.anchor.at},
        "register_version": taken.register.version,
        "duty_versions": {duty: sorted(version for of, version in versions if of == duty) for duty in seen},
        "rule_versions": rules if recorded is None else recorded["rule_versions"],
        "figures": as_rows(taken.figures),
    }
