"""The only way from a pseudonym to a name, for every page: a right, a purpose, a legal basis, and an entry that stays."""

from __future__ import annotations

from api.acting import TooLate, last_fact, write
from api.context import Context
from api.problems import Problem, permit
from facility.alert import NotAllowed
from facility.person import Actor, Right
from facility.retrieval import STEP, Basis, Retrieval, RetrievalDone
from inspections.personal import retrieving as register
from inspections.personal.behind import Found
from inspections.personal.person import Held, Key, correct_guest, erase_guest
from storage.records.port import Unit


def reveal(context: Context, actor: Actor, pseudonym: str, *, purpose: str, basis: str = Basis.DUTY) -> list[Found]:
    """Who is behind a pseudonym, the newest first. Raises ``NotPermitted``, ``MissingField``, ``Problem``."""
    permit(actor, Right.LOOK_BEHIND)
    right = basis_of(basis)

    def look(unit: Unit) -> list[Found]:
        return register.reveal(
            unit, context.hide, pseudonym, who=actor.id, purpose=purpose, basis=right, now=context.clock()
        )

    return write(context, look)


def reveal_visit(context: Context, actor: Actor, number: int, *, purpose: str, basis: str = Basis.DUTY) -> None:
    """Who a visitor was. Raises ``NotPermitted``, ``MissingField``, ``NotFound``, ``Problem``."""
    permit(actor, Right.LOOK_BEHIND)
    right = basis_of(basis)
    write(
        context,
        lambda unit: register.reveal_visit(
            unit, number, who=actor.id, purpose=purpose, basis=right, now=context.clock()
        ),
    )


def reveal_person(
    context: Context, actor: Actor, key: Key, *, purpose: str, basis: str = Basis.PERSON
) -> tuple[list[Held], Retrieval]:
    """What is kept about one person. Raises ``NotPermitted``, ``MissingField``, ``Problem``."""
    permit(actor, Right.LOOK_BEHIND)
    right = basis_of(basis)
    return write(
        context,
        lambda unit: register.reveal_person(
            unit, context.hide, key, who=actor.id, purpose=purpose, basis=right, now=context.clock()
        ),
    )


def ask(unit: Unit, actor: Actor, entry: Retrieval) -> Retrieval:
    """Something is asked for from outside. Raises ``NotPermitted``, ``MissingField``, ``FieldRefused``."""
    permit(actor, Right.LOOK_BEHIND)
    return register.note(unit, entry)


def take(unit: Unit, actor: Actor, number: int, done: RetrievalDone) -> Retrieval:
    """One deed of a person. Raises ``TooLate``, ``NotPermitted``, ``NotAllowed``, ``MissingField``, ``NotFound``."""
    permit(actor, STEP[done.deed].right)
    try:
        return register.act(unit, number, done)
    except NotAllowed as refused:
        if refused.why is not None:
            raise
        raise TooLate(refused, last_fact(unit, register.NOUN, number)) from None


def erase(unit: Unit, actor: Actor, visit: int, now: int) -> None:
    """At the person's wish. Raises ``NotPermitted``, ``NotAllowed`` with why it must stay, ``NotFound``."""
    permit(actor, Right.ERASE_PERSONAL_DATA)
    erase_guest(unit, visit, actor.id, now)


def correct(unit: Unit, actor: Actor, visit: int, note: str, now: int) -> None:
    """What the person says is wrong. Raises ``NotPermitted``, ``MissingField``, ``NotFound``."""
    permit(actor, Right.LOOK_BEHIND)
    correct_guest(unit, visit, note, actor.id, now)


def may_read(actor: Actor, entry: Retrieval) -> bool:
    """Whoever reads the register, and each his own."""
    return actor.may(Right.READ_RETRIEVALS) or (actor.may(Right.LOOK_BEHIND) and entry.who == actor.id)


def basis_of(text: str) -> Basis:
    """Raises ``Problem``, which names what is allowed."""
    try:
        return Basis(text)
    except ValueError:
        allowed = ", ".join(Basis)
        wrong = [{"field": "basis", "wrong": f"{text[:40]!r} is no legal basis", "allowed": allowed}]
        raise Problem(422, "invalid", "Invalid", f"basis: allowed: {allowed}", errors=wrong) from None
