"""The register of retrievals: whoever looks behind personal data, or takes video, says why first; each is a fact."""

from __future__ import annotations

from dataclasses import replace

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.report_kind import without_numbers
from facility.retrieval import (
    KEPT,
    LONGEST,
    OF_PEOPLE,
    STEP,
    About,
    Basis,
    Retrieval,
    RetrievalDeed,
    RetrievalDone,
    RetrievalState,
    take_deed,
)
from facility.text import Text
from facility.work_order import MissingField
from inspections.personal.behind import Found, Hide, who_is
from inspections.personal.person import Held, Key, look_up
from storage.records.port import Unit

NOUN = "retrieval"
SOMEBODY_ELSE = Text("须由申请人之外的人批准", "somebody else than who asked must approve")


def note(unit: Unit, entry: Retrieval) -> Retrieval:
    """Write an entry down, with its fact. Raises ``MissingField``."""
    entry = checked(entry)
    kept = unit.retrievals.add(entry)
    unit.facts.append(
        retrieval_fact(kept, "asked-for" if kept.state is RetrievalState.ASKED else "looked-behind", kept.who)
    )
    return kept


def checked(entry: Retrieval) -> Retrieval:
    """With its texts cut to size. Raises ``MissingField``, ``FieldRefused``."""
    purpose = entry.purpose.strip()[:LONGEST]
    if not purpose:
        raise MissingField("retrieve", "purpose")
    if not entry.subject:
        raise MissingField("retrieve", "subject")
    if entry.about is About.VIDEO:
        if entry.start is None or entry.end is None or entry.end <= entry.start:
            wrong = Text("录像须有起止时间", "a video has a beginning and a later end")
            raise FieldRefused("retrieve", "end", wrong)
        if not entry.for_whom.strip():
            raise MissingField("retrieve", "for_whom")
    outside = bool(entry.for_whom.strip())
    return replace(
        entry,
        purpose=purpose,
        for_whom=entry.for_whom.strip()[:LONGEST],
        request=entry.request.strip()[:LONGEST],
        state=RetrievalState.ASKED if outside else RetrievalState.DONE,
        until=entry.at + KEPT,
    )


def reveal(unit: Unit, hide: Hide, pseudonym: str, *, who: str, purpose: str, basis: Basis, now: int) -> list[Found]:
    """Who is behind a pseudonym: the only way to a name. Raises ``MissingField`` without a purpose."""
    found = who_is(unit, hide, pseudonym)
    given = ", ".join(one.about.en for one in found) or "nobody"
    note(
        unit,
        Retrieval(
            at=now,
            who=who,
            about=About.PSEUDONYM,
            subject=pseudonym,
            purpose=purpose,
            basis=basis,
            given=given,
            until=now,
        ),
    )
    return found


def reveal_visit(unit: Unit, number: int, *, who: str, purpose: str, basis: Basis, now: int) -> None:
    """Who a visitor was, for somebody who does not see it at the desk. Raises ``MissingField``, ``NotFound``."""
    unit.visits.guest(number)
    note(
        unit,
        Retrieval(
            at=now,
            who=who,
            about=About.VISIT,
            subject=str(number),
            purpose=purpose,
            basis=basis,
            given="name",
            until=now,
        ),
    )


def reveal_person(
    unit: Unit, hide: Hide, key: Key, *, who: str, purpose: str, basis: Basis, now: int
) -> tuple[list[Held], Retrieval]:
    """What is kept about one person. What was searched by is kept as a keyed hash alone."""
    found = look_up(unit, hide, key)
    given = ", ".join(sorted({one.data_class for one in found})) or "nothing"
    subject = f"{key.kind}:{hide('person', f'{key.kind}:{key.plain}')}" if key.plain else ""
    entry = note(
        unit,
        Retrieval(
            at=now, who=who, about=About.PERSON, subject=subject, purpose=purpose, basis=basis, given=given, until=now
        ),
    )
    return found, entry


def act(unit: Unit, number: int, done: RetrievalDone) -> Retrieval:
    """One deed of the table. Raises ``NotAllowed``, ``MissingField``, ``Conflict``, ``NotFound``."""
    entry = unit.retrievals.get(number)
    if done.deed is RetrievalDeed.APPROVE and done.who == entry.who:
        raise NotAllowed(done.deed, entry.state, [RetrievalDeed.WITHDRAW.value], SOMEBODY_ELSE)
    cut = replace(
        done,
        reason=done.reason.strip()[:LONGEST],
        recipient=done.recipient.strip()[:LONGEST],
        given=done.given.strip()[:LONGEST],
        medium=done.medium.strip()[:LONGEST],
        sha256=done.sha256.strip().lower()[:64],
    )
    changed = unit.retrievals.update(take_deed(entry, cut))
    why = without_numbers(cut.reason)
    unit.facts.append(
        retrieval_fact(changed, STEP[done.deed].done, done.who, before=entry.state.value, at=done.at, why=why)
    )
    return changed


def retrieval_fact(
    entry: Retrieval, what: str, who: str, *, before: str = "", at: int | None = None, why: str = ""
) -> Fact:
    """What was looked at and by which right; of a person neither a name nor a number."""
    data = {
        "about": entry.about.value,
        "basis": entry.basis.value,
        "purpose": without_numbers(entry.purpose),
        "outside": entry.outside,
        "sha256": entry.sha256,
    }
    if entry.about not in OF_PEOPLE:
        data["subject"] = entry.subject
    return Fact(
        at=entry.at if at is None else at,
        noun=NOUN,
        subject=str(entry.id),
        what=what,
        before=before,
        after=entry.state.value,
        why=why,
        who=who,
        data=data,
    )
