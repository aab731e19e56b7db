"""The demo's visitors: two are here to service the substation, one is expected. Nobody of that name ever came."""

from __future__ import annotations

from collections.abc import Callable

from facility.instant import HOUR, MINUTE
from facility.visit import Deed, VisitDeed
from inspections.visits.deeds import announce, walk_in
from inspections.visits.wish import Desk, Shown, Wish, badge_of
from simulators.people import VISITOR_BADGES
from storage.records.port import Records, Unit

WHO = "system:demo"
WHERE = "substation"
GUESTS = (
    ("访客甲 Visitor A", "DEMO0000000001"),
    ("访客乙 Visitor B", "DEMO0000000002"),
)
HOURS = 3


def let_in_visitors(records: Records, hide: Callable[[str, str], str], keep: int, now: int) -> None:
    """Once: with the desk's first two badges. ``keep`` as in ``inspections.visits.wish.Desk``."""
    with records.begin() as unit:
        register = unit.registers.load()
        if unit.visits.badges() or WHERE not in register.zones:
            return
        desk = Desk(hide=hide, register=register, rota=unit.rota.load(), keep=keep)
        for (name, document), card in zip(GUESTS, VISITOR_BADGES, strict=False):
            badge, label = badge_of(hide, card)
            deed = Deed(deed=VisitDeed.ARRIVE, who=WHO, at=now, badge=badge, badge_label=label)
            walk_in(
                unit, desk, _wish(name, now, now + HOURS * HOUR), Shown(document="work-card", number=document), deed
            )
        _expect(unit, desk, now)


def _expect(unit: Unit, desk: Desk, now: int) -> None:
    announce(unit, desk, _wish("访客丙 Visitor C", now + 30 * MINUTE, now + 2 * HOUR), WHO, now)


def _wish(name: str, expected: int, until: int) -> Wish:
    return Wish(
        name=name,
        company="示例电气 Example Electric",
        host_text="工程部 Engineering",
        reason="年检 yearly service",
        zones=(WHERE,),
        expected=expected,
        until=until,
    )
