"""Reports that were asked for are made, kept under what they contain, and told to those who wait for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from api.reports.making import MEDIA, Made, make
from api.reports.room import ReportRoom
from api.reports.snapshot import Unusable, of_row
from facility.fact import Fact
from facility.instant import MINUTE, SECOND
from facility.issued_report import IssuedReport, Making
from facility.kept_file import KeptFile, name_of
from facility.notice import Notice
from facility.site import BEIJING
from inspections.report_schedule import ReportSchedule, months_owed, newest_owed, wanted
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, RecordsUnavailable, Unit

log = structlog.get_logger()
WHO = "system:responder"
CLAIMED_FOR = 10 * MINUTE
"""After this whoever had it has fallen: another makes it."""
TOLD_EVERY = SECOND
ATTACHED = 5_000_000
"""So many bytes of files a mail carries at most: it must go out within half a minute over a slow line."""
STAGES = ("occurrences", "results", "orders", "alerts", "figures", "pdf", "xlsx")
NOTE = "report-schedule/"


def ask(unit: Unit, report: IssuedReport) -> IssuedReport:
    """In the caller's unit, with its fact; the same key is asked for once."""
    kept = unit.issued_reports.ask(report)
    if kept.version == 0 and kept.asked == report.asked and kept.asked_by == report.asked_by:
        unit.facts.append(_fact(kept, "asked", report.asked, report.asked_by))
    return kept


def ask_scheduled(unit: Unit, schedules: tuple[ReportSchedule, ...], now: int) -> bool:
    """What the schedules owe by now. A new schedule begins with the next month; a downtime loses none."""
    zone = unit.registers.load().time_zone
    for schedule in schedules:
        noted = unit.notes.get(NOTE + schedule.id)
        if noted is None:
            unit.notes.put(NOTE + schedule.id, newest_owed(schedule, now, zone))
            continue
        for month in months_owed(schedule, str(noted), now, zone):
            ask(unit, wanted(schedule, month, now, zone))
            unit.notes.put(NOTE + schedule.id, month)
    return False


@dataclass(kw_only=True)
class Issuing:
    """An errand's work: one report a run. ``clock`` is the time of day, for the claim while it is made."""

    room: ReportRoom
    clock: Callable[[], int]

    def run(self, now: int) -> bool:
        """Whether there was one. Raises ``RecordsUnavailable``; what falls in the middle is made again."""
        claimed = self._claim(now)
        if claimed is None:
            return False
        progress = _Progress(self, claimed)
        try:
            made = make(self.room, of_row(claimed), claimed.language, told=progress.told)
        except Unusable as error:
            self._fail(progress.row, str(error))
        except (RecordsUnavailable, ReadingsUnavailable):
            raise
        except Exception as error:
            log.exception("a report cannot be made", report=claimed.id)
            self._fail(progress.row, f"{type(error).__name__}: {error}"[:500])
        else:
            self._keep(progress.row, made)
        return True

    def _claim(self, now: int) -> IssuedReport | None:
        try:
            with self.room.records.begin() as unit:
                found = unit.issued_reports.to_make(now)
                if found is None:
                    return None
                return unit.issued_reports.update(replace(found, claimed_until=now + CLAIMED_FOR, progress=0))
        except Conflict:
            return None

    def _keep(self, row: IssuedReport, made: Made) -> None:
        now = self.clock()
        anchor = made.snapshot.evidence.anchor
        with self.room.records.begin() as unit:
            shas = {form: _kept(unit, getattr(made, form), MEDIA[form], now) for form in MEDIA}
            kept = unit.issued_reports.update(
                replace(
                    row,
                    making=Making.MADE,
                    made=now,
                    stage="",
                    progress=1_000,
                    pdf=shas["pdf"],
                    xlsx=shas["xlsx"],
                    figures=str(made.snapshot.content["digest"]),
                    anchor=anchor.seq,
                    anchor_hash=anchor.hash,
                )
            )
            files = attached(kept, made)
            for address in kept.recipients:
                unit.notices.add(notice_of(unit, kept, address, files, now))
            said: dict[str, Any] = {"pdf": kept.pdf, "xlsx": kept.xlsx, "figures": kept.figures, "anchor": kept.anchor}
            # Whoever gets it by mail has taken it away.
            said |= {"mailed_to": len(kept.recipients), "attached": [one["sha256"] for one in files]}
            unit.facts.append(_fact(kept, "made", now, WHO, **said))

    def _fail(self, row: IssuedReport, why: str) -> None:
        now = self.clock()
        with self.room.records.begin() as unit:
            kept = unit.issued_reports.update(replace(row, making=Making.FAILED, error=why, stage=""))
            unit.facts.append(_fact(kept, "failed", now, WHO, why=why))


class _Progress:
    """Written into the row once a second at most, for the page that waits."""

    def __init__(self, issuing: Issuing, row: IssuedReport) -> None:
        self.row, self._issuing, self._next = row, issuing, 0

    def told(self, stage: str, done: float) -> None:
        now = self._issuing.clock()
        if now < self._next or stage not in STAGES:
            return
        self._next = now + TOLD_EVERY
        whole = (STAGES.index(stage) + min(1.0, max(0.0, done))) / len(STAGES)
        with self._issuing.room.records.begin() as unit:
            self.row = unit.issued_reports.update(
                replace(self.row, stage=stage, progress=int(whole * 1_000), claimed_until=now + CLAIMED_FOR)
            )


def _kept(unit: Unit, body: bytes, media: str, at: int) -> str:
    sha256 = name_of(body)
    unit.files.keep(KeptFile(sha256=sha256, media=media, size=len(body), body=body, thumb=None, created=at))
    return sha256


def attached(report: IssuedReport, made: Made) -> list[dict[str, str]]:
    """The files that go along with the mail: both, or the PDF, as far as they are small enough."""
    found, left = [], ATTACHED
    for form, media in MEDIA.items():
        size = len(getattr(made, form))
        if size <= left:
            left -= size
            found.append(
                {"sha256": getattr(report, form), "name": f"dutyroom-report-{report.id}.{form}", "media": media}
            )
    return found


def notice_of(unit: Unit, report: IssuedReport, address: str, files: list[dict[str, str]], now: int) -> Notice:
    """The mail that tells of it, with its files, the sums by which they are known, and where the report's page is."""
    register = unit.registers.load()
    site = next(iter(register.sites.values()), None)
    return Notice(
        key=f"issued-report/{report.id}/{address}",
        cause=f"issued-report:{report.id}",
        channel="email",
        address=address,
        language=report.language,
        template="issued-report",
        data={
            "site": {"zh": site.name.say("zh"), "en": site.name.say("en")}
            if site
            else {"zh": "值班室", "en": "Dutyroom"},
            "zone": site.timezone if site else BEIJING,
            "number": report.id,
            "since": report.since,
            "until": report.until - 1,
            "pdf": report.pdf,
            "xlsx": report.xlsx,
            "anchor": report.anchor,
            "files": files,
            "forms": [one["name"].rpartition(".")[2].upper() for one in files],
            "link": f"/reports/{report.id}",
        },
        created=now,
        due=now,
    )


def _fact(report: IssuedReport, what: str, at: int, who: str, *, why: str = "", **more: Any) -> Fact:
    data = {
        "period": [report.since, report.until],
        "zones": list(report.zones),
        "clauses": list(report.clauses),
        "schedule": report.schedule,
        **more,
    }
    return Fact(
        at=at,
        noun="issued-report",
        subject=str(report.id),
        what=what,
        after=report.making.value,
        why=why,
        who=who,
        data=data,
    )
