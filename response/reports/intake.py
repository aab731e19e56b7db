"""A report comes in: classified by its choice and words, written down, and an emergency given out at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert_life import FieldRefused
from facility.instant import HOUR
from facility.place_code import Contact
from facility.report_kind import without_numbers
from facility.report_photo import ReportPhoto
from facility.residents_report import Deed, Done, ReportState, ResidentsReport, Way
from facility.text import Text
from response import attachments
from response.attachments import Taken
from response.reports.ordering import PRODUCT, Room
from response.reports.settings import CONSENT, ReportBook
from response.reports.writing import RESIDENT, report_fact, write_deed
from storage.records.port import Unit
from storage.records.reports import ReportFilter

LONGEST_WORDS = 500
LONGEST_PHONE = 30
LARGEST_PHOTO = 10 * 1024 * 1024
SAME_EMERGENCY = HOUR
"""Further voices on the same emergency at the same place join the first by themselves: one order, one place at the head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody told us."""

    way: Way
    code: int = 0
    zone: str
    asset: str = ""
    choice: str = ""
    words: str = ""
    language: str = "zh"
    phone: str = ""
    """Kept only with ``consent``."""
    consent: bool = False
    who: str = RESIDENT
    """Who wrote it down, where that was a person of the duty room."""
    photo: Taken | None = None
    """One picture, taken in already."""
    link: str | None = None
    """The digest of its status link's token."""


def take_in(unit: Unit, room: Room, told: Told, now: int) -> ResidentsReport:
    """Write it down. Raises ``Conflict`` when the same form was sent before."""
    words = without_numbers(told.words.strip()[:LONGEST_WORDS])
    guess = room.book.kinds.classify(words, told.choice)
    by_person = told.who != RESIDENT and told.choice == guess.kind
    report = unit.reports.add(
        ResidentsReport(
            way=told.way,
            code=told.code,
            zone=told.zone,
            asset=told.asset,
            words=words,
            language=told.language,
            guess=guess.kind,
            kind=guess.kind,
            kind_by=told.who if by_person else "",
            emergency=guess.emergency,
            received=now,
            taken_by="" if told.who == RESIDENT else told.who,
            looked_at=None if told.who == RESIDENT else now,
            link=told.link,
        )
    )
    _keep_number(unit, report, told, room.book, now)
    _keep_photo(unit, report, told, room.book, now)
    with_photo = True if told.photo else None
    unit.facts.append(report_fact(report, "reported", "", told.who, now, chosen=told.choice or None, photo=with_photo))
    return _give_out_at_once(unit, room, report, now) if report.emergency else report


def _keep_number(unit: Unit, report: ResidentsReport, told: Told, book: ReportBook, now: int) -> None:
    phone = told.phone.strip()[:LONGEST_PHONE]
    if phone and told.consent:
        until = now + book.settings.number_kept_at_most
        unit.reports.leave_number(Contact(report=report.id, phone=phone, given=now, consent=CONSENT, until=until))


def pictured(body: bytes, at: int) -> Taken:
    """The photo as it may be kept: no larger than ``LARGEST_PHOTO``, a picture, without its place. Raises ``FieldRefused``."""
    if len(body) > LARGEST_PHOTO:
        raise FieldRefused("report", "photo", Text("照片最大 10 MB", "a photo has at most 10 MB"))
    taken = attachments.take_in(body, at)
    if not taken.file.media.startswith("image/"):
        raise FieldRefused("report", "photo", Text("只能附照片", "only a photo can be added"))
    return taken


def _keep_photo(unit: Unit, report: ResidentsReport, told: Told, book: ReportBook, now: int) -> None:
    if told.photo is not None:
        file, until = told.photo.file, now + book.settings.number_kept_at_most
        thumb = file.thumb or file.body
        photo = ReportPhoto(report=report.id, media=file.media, body=file.body, thumb=thumb, given=now, until=until)
        unit.reports.leave_photo(photo)


def _give_out_at_once(unit: Unit, room: Room, report: ResidentsReport, now: int) -> ResidentsReport:
    first = first_voice(unit, report, now)
    if first is not None and first.work_order is not None:
        order, same_as, looked_at = first.work_order, first.id, first.looked_at
    else:
        order, same_as, looked_at = room.desk.open(unit, room.register, report, PRODUCT, now), None, report.looked_at
    done = Done(deed=Deed.ASSIGN, who=PRODUCT, at=now, order=order, same_as=same_as)
    return write_deed(unit, replace(report, looked_at=looked_at), done, room.book.settings)


def first_voice(unit: Unit, report: ResidentsReport, now: int) -> ResidentsReport | None:
    """The first report of the same emergency at the same place, while people are on it."""
    wanted = ReportFilter(
        states=(ReportState.RECEIVED, ReportState.ASSIGNED),
        kinds=(report.kind,),
        zones=(report.zone,) if report.zone else (),
        since=now - SAME_EMERGENCY,
    )
    same = (
        one
        for one in unit.reports.all(wanted)
        if one.emergency and one.same_as is None and one.id != report.id and one.asset == report.asset
    )
    return next(same, None)
