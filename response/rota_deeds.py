"""What people do to the rota: shifts, leave, swaps, their own contacts. Each in one transaction with its fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.calendar import SpecialDay, instant_of
from facility.fact import Fact
from facility.instant import DAY
from facility.person import Actor, Right
from facility.rota import Asked, Duty, Entry, Leave, Person, Rota, RotaChange, Shift, Swap
from facility.rota_asking import Answer, Reply, hindrance, leave_after, parts_of, reply_to, swap_after
from facility.text import Text
from facility.work_order import MissingField
from storage.records.port import NotFound, Unit

LONGEST_LEAVE = 366 * DAY
NEVER_UNDONE = ("leave", "swaps")
"""What was asked for and decided is withdrawn, not undone: its trace stays."""


class NotYours(Exception):
    """Only the person themselves, or whoever looks after the rota, may do this."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, when and why."""

    actor: Actor
    at: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Who does it, and which person of the rota that is."""

    actor: Actor
    person: Person | None

    @property
    def manages(self) -> bool:
        """Whether they look after the rota."""
        return self.actor.may(Right.MANAGE_ROTA)

    @property
    def id(self) -> str:
        """The person's id, empty for somebody who is not in the rota."""
        return self.person.id if self.person else ""


def doer(rota: Rota, actor: Actor) -> Doer:
    """Who ``actor`` is in the rota."""
    return Doer(actor=actor, person=rota.of_account(actor.id))


def add_shift(unit: Unit, by: By, shift: Shift) -> int:
    """A single shift besides the patterns. Returns the rota's new version. Raises ``FieldRefused``, ``MissingField``."""
    rota = unit.rota.load()
    for field, value, known in (
        ("person", shift.person, rota.people),
        ("team", shift.team, rota.teams),
        ("kind", shift.kind, rota.kinds),
    ):
        if value not in known:
            raise FieldRefused(
                "add", field, Text(f"排班里没有 {value or '（空）'}", f"the rota has no {field} {value!r}")
            )
    _past_needs_reason(rota, shift.day, by)
    standing = rota.shifts.get(shift.id)
    if standing is not None and not standing.cancelled:
        raise FieldRefused("add", "day", Text("这一班已经排上了", "this shift is in the rota already"))
    return _apply(unit, [_changed("shifts", standing, shift)], by)


def cancel_shift(unit: Unit, by: By, key: str) -> int:
    """A duty that does not take place. Raises ``NotFound``, ``MissingField``."""
    if not by.why.strip():
        raise MissingField("cancel", "reason")
    rota = unit.rota.load()
    duty = _found(rota, key)
    standing = rota.shifts.get(key)
    gone = None
    if not duty.single or _planned_too(rota, duty):
        owner = duty.planned_for or duty.person
        gone = Shift(person=owner, team=duty.team, day=duty.day, kind=duty.kind, cancelled=True, note=by.why.strip())
    return _apply(unit, [RotaChange(table="shifts", key=key, before=standing, after=gone)], by)


def _planned_too(rota: Rota, duty: Duty) -> bool:
    """Whether the pattern makes it as well: taking the single shift away would leave that one."""
    without = replace(rota, shifts={key: one for key, one in rota.shifts.items() if key != duty.key})
    return without.find(duty.key) is not None


def undo(unit: Unit, by: By, version: int) -> int:
    """Take back what a version changed. Raises ``Conflict`` where somebody changed it since, ``NotAllowed``, ``NotFound``."""
    changes = unit.rota.changes_of(version)
    if not changes:
        raise NotFound(f"the rota has no version {version}")
    if any(change.table in NEVER_UNDONE for change in changes):
        why = Text("请假和换班请撤回，不能撤销", "leave and swaps are withdrawn, not undone")
        raise NotAllowed("undo", "decided", ["withdraw"], why)
    current = unit.rota.load()
    back = [RotaChange(table=c.table, key=c.key, before=c.after, after=c.before) for c in changes]
    stale = [c for c in back if getattr(current, c.table).get(c.key) != c.before]
    if stale:
        why = Text("之后又有人改过", "somebody has changed it since")
        raise NotAllowed("undo", "changed", [], why)
    return _apply(unit, back, replace(by, why=by.why or f"undo {version}"))


def put_holiday(unit: Unit, by: By, day: SpecialDay, *, remove: bool = False) -> int:
    """A line of the property's own table of days, or none any more."""
    standing = unit.rota.load().holidays.get(day.id)
    after = None if remove else day
    return _apply(unit, [RotaChange(table="holidays", key=day.id, before=standing, after=after)], by)


def put_person(unit: Unit, by: By, person: Person) -> int:
    """New contacts of a person: by themselves or by whoever looks after the rota. Raises ``NotYours``, ``NotFound``."""
    rota = unit.rota.load()
    standing = rota.people.get(person.id)
    if standing is None:
        raise NotFound(f"the rota has no person {person.id!r}")
    who = doer(rota, by.actor)
    if not who.manages and who.id != person.id:
        raise NotYours
    return _apply(unit, [_changed("people", standing, person)], by)


def ask_leave(unit: Unit, by: By, person: str, span: tuple[int, int]) -> Leave:
    """Raises ``NotYours``, ``FieldRefused``, ``MissingField``."""
    rota = unit.rota.load()
    _for_whom(rota, by.actor, person)
    if not by.why.strip():
        raise MissingField("ask", "reason")
    since, until = span
    if not since < until <= since + LONGEST_LEAVE:
        wrong = Text("结束须晚于开始，最长一年", "it ends after it begins, and lasts at most a year")
        raise FieldRefused("ask", "until", wrong)
    leave = Leave(
        id=_next_id(rota.leave),
        person=person,
        since=since,
        until=until,
        why=by.why.strip(),
        asked_by=by.actor.id,
        asked_at=by.at,
    )
    _apply(unit, [_changed("leave", None, leave)], by)
    _tell(unit, leave, "asked", "", by)
    return leave


def answer_leave(unit: Unit, by: By, id: str, answer: Answer) -> Leave:
    """Raises ``NotAllowed``, ``MissingField``, ``NotFound``."""
    rota = unit.rota.load()
    leave = rota.leave.get(id)
    if leave is None:
        raise NotFound(f"there is no leave {id}")
    reply = _reply(rota, leave, answer, by)
    after = leave_after(leave, reply, by.actor.id, by.at)
    _apply(unit, [_changed("leave", leave, after)], by)
    _tell(unit, after, reply.done, leave.state.value, by)
    return after


def ask_swap(unit: Unit, by: By, swap: Swap) -> Swap:
    """``swap`` says whose duty, who takes it, and what they get for it. Raises ``NotYours``, ``FieldRefused``, ``NotFound``."""
    rota = unit.rota.load()
    duty = _found(rota, swap.duty)
    _for_whom(rota, by.actor, duty.person)
    if swap.other not in rota.people or swap.other == duty.person:
        raise FieldRefused("ask", "other", Text("请选择另一个人", "choose another person"))
    if duty.start <= by.at:
        raise FieldRefused("ask", "duty", Text("这一班已经开始", "this shift has begun already"))
    wanted = replace(
        swap,
        id=_next_id(rota.swaps),
        person=duty.person,
        state=Asked.ASKED,
        why=by.why.strip(),
        asked_by=by.actor.id,
        asked_at=by.at,
    )
    hindered = hindrance(wanted, rota)
    if hindered is not None:
        raise FieldRefused("ask", "other", hindered)
    _apply(unit, [_changed("swaps", None, wanted)], by)
    _tell(unit, wanted, "asked", "", by)
    return wanted


def answer_swap(unit: Unit, by: By, id: str, answer: Answer) -> Swap:
    """Raises ``NotAllowed`` (also where the swap cannot be made any more), ``MissingField``, ``NotFound``."""
    rota = unit.rota.load()
    swap = rota.swaps.get(id)
    if swap is None:
        raise NotFound(f"there is no swap {id}")
    reply = _reply(rota, swap, answer, by)
    if answer in (Answer.AGREE, Answer.APPROVE):
        hindered = hindrance(swap, rota)
        if hindered is not None:
            raise NotAllowed(answer.value, swap.state.value, [Answer.REFUSE.value], hindered)
    after = swap_after(swap, reply, by.actor.id, by.at)
    _apply(unit, [_changed("swaps", swap, after)], by)
    _tell(unit, after, reply.done, swap.state.value, by)
    return after


def _reply(rota: Rota, one: Leave | Swap, answer: Answer, by: By) -> Reply:
    who = doer(rota, by.actor)
    return reply_to(one, answer, parts_of(one, who.id, manages=who.manages), by.why)


def _for_whom(rota: Rota, actor: Actor, person: str) -> None:
    who = doer(rota, actor)
    if person not in rota.people:
        raise FieldRefused("ask", "person", Text("排班里没有这个人", "the rota has no such person"))
    if not who.manages and who.id != person:
        raise NotYours


def _found(rota: Rota, key: str) -> Duty:
    duty = rota.find(key)
    if duty is None:
        raise NotFound(f"there is no duty {key}")
    return duty


def _past_needs_reason(rota: Rota, day: date, by: By) -> None:
    """What is over may be put right, with a word about why."""
    if instant_of(day, 0, rota.zone) + DAY <= by.at and not by.why.strip():
        raise MissingField("add", "reason")


def _next_id(standing: dict[str, Leave] | dict[str, Swap]) -> str:
    return str(1 + max((int(id) for id in standing if id.isdecimal()), default=0))


def _changed(table: str, before: Entry | None, after: Entry) -> RotaChange:
    return RotaChange(table=table, key=after.id, before=before, after=after)


def _apply(unit: Unit, changes: Sequence[RotaChange], by: By) -> int:
    return unit.rota.apply([c for c in changes if c.before != c.after], by.actor.id, by.at, by.why.strip())


def _tell(unit: Unit, one: Leave | Swap, what: str, before: str, by: By) -> None:
    data: dict[str, object] = {"person": one.person}
    if isinstance(one, Swap):
        data |= {"other": one.other, "duty": one.duty, "back": one.back}
    else:
        data |= {"since": one.since, "until": one.until}
    unit.facts.append(
        Fact(
            at=by.at,
            noun="swap" if isinstance(one, Swap) else "leave",
            subject=one.id,
            what=what,
            before=before,
            after=one.state.value,
            why=by.why.strip(),
            who=by.actor.id,
            data=data,
        )
    )
