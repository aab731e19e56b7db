"""The work order that a failed line of a checklist opens. Pure."""

from __future__ import annotations

from facility.duty import Duty, Target
from facility.inspection import Finding
from facility.text import Text
from facility.work_order import Source, WorkOrder


def cause_of(duty: str, target: str, check: str) -> str:
    """The same line of the same thing failing again is the same work, for as long as an order for it is open."""
    return f"finding:{duty}/{target}/{check}"


def order_for(duty: Duty, target: Target, failed: Finding, at: int) -> WorkOrder:
    """As ``open_order`` wants it: its class fills in the rest."""
    check = next(one for one in duty.checks if one.id == failed.check)
    title = Text(
        f"{target.name.zh or target.name.en}：{check.title.zh}不合格",
        f"{target.name.say('en')}: {check.title.say('en')} failed",
    )
    return WorkOrder(
        kind=duty.fail_order,
        title=title,
        clause=duty.clause,
        severity=duty.severity,
        asset=target.asset,
        zone=target.zone,
        limit=_limit(failed),
        value=failed.value,
        unit=failed.unit if failed.value is not None else "",
        opened=at,
        event_at=at,
        source=Source.INSPECTION,
        source_of=cause_of(duty.id, target.id, failed.check),
        description=" ".join(filter(None, (failed.item, failed.text))),
    )


def _limit(failed: Finding) -> Text:
    unit = "" if failed.unit in ("", "1") else f" {failed.unit}"
    match failed.low, failed.high:
        case None, None:
            return Text("")
        case low, None:
            return _both(f"≥ {low:g}{unit}")
        case None, high:
            return _both(f"≤ {high:g}{unit}")
        case low, high:
            return _both(f"{low:g}–{high:g}{unit}")


def _both(told: str) -> Text:
    return Text(told, told)
