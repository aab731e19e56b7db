"""What people do to notices and chains: each in one transaction with its fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.acting import take_alert
from api.context import Context
from api.discreet import as_seen_by
from api.problems import permit
from api.rota_reading import rota_of
from facility.alert import AlertAction, NotAllowed
from facility.alert_life import Wish
from facility.chain import Chain
from facility.fact import Fact
from facility.notice import IN_APP, Notice, NoticeState, seen, send_again
from facility.person import Actor, Right
from facility.rota import Person
from facility.work_order import MissingField
from response.chain_trial import tell_test
from response.reach import Reach
from storage.records.notices import NoticeFilter
from storage.records.port import NotFound, Page, Unit

MOST_TESTED = 20


def reach_now(context: Context, unit: Unit) -> Reach:
    """Who can be told now."""
    return Reach(rota=rota_of(context, unit), accounts=unit.people.accounts(), at=context.clock())


def names_of(context: Context, unit: Unit, actor: Actor) -> tuple[str, ...]:
    """Under which names a signed-in person is told: the account, and the rota's entry for it."""
    person = rota_of(context, unit).person(actor.id)
    return tuple(dict.fromkeys([actor.id, *([person.id] if person else [])]))


def mine(context: Context, unit: Unit, actor: Actor, cursor: str | None = None, limit: int = 50) -> Page[Notice]:
    """A person's own list, newest first. Raises ``ValueError`` on a cursor that is not ours."""
    wanted = NoticeFilter(people=names_of(context, unit, actor), channels=(IN_APP,), states=SHOWN)
    return unit.notices.find(wanted, cursor, limit)


SHOWN = (NoticeState.SENT, NoticeState.ACKNOWLEDGED)
"""What stands in a person's own list: a notice that was never sent is not there, one that was dropped neither."""


def unseen(context: Context, unit: Unit, actor: Actor) -> int:
    """How many of them wait for an answer."""
    wanted = NoticeFilter(people=names_of(context, unit, actor), channels=(IN_APP,), states=(NoticeState.SENT,))
    return unit.notices.count(wanted)


def acknowledge(context: Context, unit: Unit, number: int, actor: Actor, *, take: bool) -> Notice:
    """The person has it. ``take``: and answers the alert that it is about, which stops the chain.

    Raises ``NotAllowed`` for somebody else's, ``NotFound``.
    """
    notice, now = unit.notices.get(number), context.clock()
    if notice.person not in names_of(context, unit, actor):
        raise NotAllowed("acknowledge", "told to somebody else", [])
    after = seen(notice, actor.id, now)
    if after is not notice:
        after = unit.notices.update(after)
        unit.facts.append(_fact(notice, after, "acknowledged", actor, now))
    if take:
        _answer(unit, notice.cause, actor, now)
    return after


def _answer(unit: Unit, cause: str, actor: Actor, now: int) -> None:
    kind, _, number = cause.partition(":")
    if kind != "alert" or not number.isdecimal():
        return
    try:
        alert = as_seen_by(actor, unit).alerts.get(int(number))
    except NotFound:
        return
    if alert.open and not alert.acknowledged and actor.may(Right.ACT_ON_ALERTS):
        take_alert(unit, alert.id, actor, Wish(action=AlertAction.ACKNOWLEDGE, who=actor.id, at=now))


def resend(unit: Unit, number: int, actor: Actor, now: int, why: str) -> Notice:
    """Send it once more, with a reason. Raises ``NotAllowed``, ``MissingField``, ``NotPermitted``, ``NotFound``."""
    permit(actor, Right.DISPATCH)
    if not why.strip():
        raise MissingField("resend", "reason")
    notice = unit.notices.get(number)
    after = unit.notices.update(send_again(notice, now))
    unit.facts.append(_fact(notice, after, "resent", actor, now, why=why.strip()))
    return after


def let_go(unit: Unit, number: int, actor: Actor, now: int, why: str) -> Notice:
    """A dead one that nobody needs any more, with a reason. Raises as ``resend``."""
    permit(actor, Right.DISPATCH)
    if not why.strip():
        raise MissingField("let-go", "reason")
    notice = unit.notices.get(number)
    if notice.state is not NoticeState.DEAD:
        raise NotAllowed("let-go", notice.state.value, [])
    after = unit.notices.update(replace(notice, state=NoticeState.DROPPED))
    unit.facts.append(_fact(notice, after, "let-go", actor, now, why=why.strip()))
    return after


def try_out(context: Context, unit: Unit, chain: Chain, people: Sequence[str], actor: Actor) -> list[Notice]:
    """Tell these people a test. Raises ``MissingField`` without anybody, ``NotFound``, ``NotPermitted``."""
    permit(actor, Right.DISPATCH)
    if not people:
        raise MissingField("test", "people")
    reach = reach_now(context, unit)
    chosen: list[Person] = []
    for name in list(dict.fromkeys(people))[:MOST_TESTED]:
        person = reach.person(name)
        if person is None:
            raise NotFound(f"there is no person {name!r}")
        chosen.append(person)
    return tell_test(unit, chain, chosen, context.channels(), who=reach.person(actor.id), now=reach.at)


def _fact(before: Notice, after: Notice, what: str, actor: Actor, now: int, *, why: str = "") -> Fact:
    return Fact(
        at=now,
        noun="notice",
        subject=str(before.id),
        what=what,
        before=before.state.value,
        after=after.state.value,
        why=why,
        who=actor.id,
        data={"cause": before.cause, "person": before.person, "channel": before.channel},
    )
