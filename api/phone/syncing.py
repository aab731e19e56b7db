"""Entries of a phone, taken one after the other: each in a unit of its own, once, whatever became of the answer."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.acting import write
from api.context import Context
from api.failures import as_problem, translator
from api.phone.kind import Arrival, Kind, Said
from api.phone.kinds import kinds
from api.problems import Problem, permit
from facility.fact import Fact
from facility.person import Actor
from facility.phone import EntryOutcome, Phone, PhoneEntry
from storage.records.port import Conflict, RecordsUnavailable, Unit

log = logging.getLogger(__name__)

TAKEN, ALREADY, REFUSED, CONFLICT, LATER = "taken", "already", "refused", "conflict", "later"
FACTS = {
    EntryOutcome.TAKEN: "entry-taken",
    EntryOutcome.CONFLICT: "entry-kept",
    EntryOutcome.REFUSED: "entry-refused",
}
"""The fact's word for each outcome."""
NOBODY = "system:phones"
"""Of whose entry a fact does not say: it would say where they were, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One entry as the phone sent it."""

    key: str
    kind: str
    device_at: int
    body: Mapping[str, Any]
    account: str = ""
    """Whose it is; another's is left alone."""
    offset_then: int | None = None
    mends: str = ""

    @property
    def digest(self) -> str:
        """Of what was sent: kind, time and contents."""
        said = orjson.dumps([self.kind, self.device_at, self.body], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(said).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The person, the phone and its clock, for all entries of one request."""

    context: Context
    actor: Actor
    language: str
    device: str
    offset: int
    round_trip: int | None
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the phone is told of one entry."""

    key: str
    status: str
    """taken · already · refused · conflict · later: it was not decided; it is sent again."""
    at: int
    """When it was decided."""
    why: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def offset_of(device_now: int, round_trip: int | None, now: int) -> int:
    """How far the device's clock is ahead. What it sent was under way for half of a round trip."""
    return device_now + (round_trip or 0) // 2 - now


def take_all(session: Session, entries: Sequence[Sent]) -> list[Answer]:
    """An answer for each, in order. What is about the same thing as one that must wait waits too.

    Raises ``RecordsUnavailable``: what was decided so far is kept, and sent again it is answered the same.
    """
    answers: list[Answer] = []
    waiting: set[str] = set()
    for sent in entries:
        about = about_of(sent)
        if about and about in waiting:
            answers.append(_later(session, sent, _first(session)))
            continue
        answers.append(take_one(session, sent))
        if answers[-1].status == LATER and about:
            waiting.add(about)
    return answers


def _first(session: Session) -> str:
    _ = translator(session.language)
    return _("It waits for an earlier entry about the same thing.")


def about_of(sent: Sent) -> str:
    """What it belongs to; empty where it cannot be read."""
    kind = kinds().get(sent.kind)
    try:
        return kind.about(kind.shape.model_validate(sent.body)) if kind else ""
    except ValidationError:
        return ""


def take_one(session: Session, sent: Sent) -> Answer:
    """Decided once. A repetition gets the first answer again."""
    if sent.account and sent.account != session.actor.id:
        _ = translator(session.language)
        return _later(session, sent, _("It belongs to %(who)s and is sent when they sign in.", who=sent.account))
    try:
        return write(session.context, lambda unit: _again(unit, session, sent) or _take(unit, session, sent))
    except RecordsUnavailable:
        raise
    except Conflict:
        _ = translator(session.language)
        return _later(session, sent, _("Somebody changed this at the same moment. Reload and look again."))
    except Exception as error:  # noqa: BLE001 - one entry must not hold up the others
        return _not_taken(session, sent, error)


def _not_taken(session: Session, sent: Sent, error: Exception) -> Answer:
    found = as_problem(_readable(error), translator(session.language), session.language)
    if found.status >= 500:
        return _later(session, sent, found.detail)
    try:
        return write(session.context, lambda unit: _again(unit, session, sent) or _refuse(unit, session, sent, found))
    except Conflict:
        return _later(session, sent, found.detail)


def _readable(error: Exception) -> Exception:
    return RequestValidationError(error.errors()) if isinstance(error, ValidationError) else error


def _later(session: Session, sent: Sent, why: str) -> Answer:
    return Answer(key=sent.key, status=LATER, at=session.received, why=why)


def _again(unit: Unit, session: Session, sent: Sent) -> Answer | None:
    known = unit.phone_entries.by_key(session.actor.id, sent.key)
    if known is None:
        return None
    if known.digest != sent.digest:
        _ = translator(session.language)
        why = _("Something else was sent under this id before. Send it again as a new entry.")
        return Answer(key=sent.key, status=REFUSED, at=known.received, why=why)
    status = ALREADY if known.outcome is EntryOutcome.TAKEN else known.outcome.value
    return Answer(key=sent.key, status=status, at=known.received, why=known.why, more=known.answer)


def _take(unit: Unit, session: Session, sent: Sent) -> Answer:
    kind = kinds().get(sent.kind)
    if kind is None:
        raise _unknown(session, sent)
    permit(session.actor, kind.right)
    entry = _entry(session, sent, EntryOutcome.TAKEN)
    said = kind.take(_arrival(unit, session, sent, entry, kind))
    return _keep(unit, _decided(entry, said), personal=kind.personal)


def _unknown(session: Session, sent: Sent) -> Problem:
    _ = translator(session.language)
    allowed = ", ".join(sorted(kinds()))
    title = _("Something is missing or wrong")
    return Problem(
        422, "invalid", title, _("Nobody knows entries of the kind %(kind)s.", kind=sent.kind), allowed=allowed
    )


def _arrival(unit: Unit, session: Session, sent: Sent, entry: PhoneEntry, kind: Kind) -> Arrival:
    return Arrival(
        context=session.context,
        unit=unit,
        actor=session.actor,
        key=sent.key,
        body=kind.shape.model_validate(sent.body),
        language=session.language,
        device_at=sent.device_at,
        offset=session.offset,
        done=entry.done,
        received=session.received,
    )


def _entry(session: Session, sent: Sent, outcome: EntryOutcome, **more: Any) -> PhoneEntry:
    return PhoneEntry(
        key=sent.key,
        account=session.actor.id,
        device=session.device,
        kind=sent.kind,
        about=about_of(sent),
        device_at=sent.device_at,
        offset=session.offset,
        round_trip=session.round_trip,
        offset_then=sent.offset_then,
        received=session.received,
        outcome=outcome,
        mends=sent.mends,
        digest=sent.digest,
        body={} if _personal(sent) else sent.body,
        **more,
    )


def _personal(sent: Sent) -> bool:
    kind = kinds().get(sent.kind)
    return kind is not None and kind.personal


def _decided(entry: PhoneEntry, said: Said) -> PhoneEntry:
    answer: dict[str, Any] = {"made": dict(said.made)}
    if said.earlier is None:
        return replace(entry, answer=answer)
    answer["earlier"] = {"who": said.earlier.who, "at": said.earlier.at, "what": said.earlier.what}
    return replace(entry, outcome=EntryOutcome.CONFLICT, answer=answer, why=said.why)


def _refuse(unit: Unit, session: Session, sent: Sent, found: Problem) -> Answer:
    answer: dict[str, Any] = {
        "kind": found.kind,
        **{name: found.more[name] for name in ("errors", "allowed") if name in found.more},
    }
    if _personal(sent):
        answer["errors"] = [{"field": one["field"], "wrong": one["wrong"]} for one in answer.get("errors", [])]
    plain = cast("dict[str, Any]", orjson.loads(orjson.dumps(answer, default=str)))
    entry = _entry(session, sent, EntryOutcome.REFUSED, why=found.detail, answer=plain)
    return _keep(unit, entry, personal=_personal(sent))


def _keep(unit: Unit, entry: PhoneEntry, *, personal: bool) -> Answer:
    kept = unit.phone_entries.add(entry)
    unit.facts.append(_fact(kept, personal=personal))
    return Answer(key=kept.key, status=kept.outcome.value, at=kept.received, why=kept.why, more=kept.answer)


def _fact(kept: PhoneEntry, *, personal: bool) -> Fact:
    kind = kinds().get(kept.kind)
    nobody = kind is not None and kind.whereabouts
    data = {"kind": kept.kind, "offset": kept.offset, "round_trip": kept.round_trip} | ({} if nobody else _told(kept))
    return Fact(
        at=kept.received,
        noun="phone-entry",
        subject=str(kept.id),
        what=FACTS[kept.outcome],
        why="" if nobody else kept.why,
        who=NOBODY if nobody else kept.account,
        data=data | {"digest": "" if personal or nobody else kept.digest},
    )


def _told(kept: PhoneEntry) -> dict[str, Any]:
    return {
        "key": kept.key,
        "about": kept.about,
        "device": kept.device,
        "device_at": kept.device_at,
        "done": kept.done,
        "made": dict(kept.answer.get("made", {})),
    }


def note_phone(session: Session, *, waits: int, agent: str) -> None:
    """How the phone stands now."""
    phone = Phone(
        device=session.device,
        account=session.actor.id,
        first=session.received,
        seen=session.received,
        offset=session.offset,
        round_trip=session.round_trip,
        waits=waits,
        agent=agent[:200],
    )
    write(session.context, lambda unit: unit.phones.note(phone))
