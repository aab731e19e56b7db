"""What pages and programs both do to permissions, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Sequence

from api.access import Visitor
from api.acting import write
from api.context import Context
from api.problems import Problem
from facility.door_list import Comparison
from facility.permission_files.door_list import BrokenDoorList
from facility.permission_review import ReviewRefused
from facility.register_files import RegisterError, RegisterRefused
from inspections.permission_deeds import ListedDoors, compare_doors
from storage.records.port import Unit

MOST_ERRORS = 50


def compared(context: Context, visitor: Visitor, content: bytes, language: str = "en") -> Comparison:
    """Read, compare, keep. Raises ``Problem`` with every row that cannot be read."""
    try:
        mapping = context.door_list()
    except (BrokenDoorList, OSError) as error:
        raise Problem(422, "door-list-mapping", "door-list.toml cannot be used", str(error)) from None

    def do(unit: Unit) -> Comparison:
        given = ListedDoors(
            content=content,
            mapping=mapping,
            hide=lambda number: context.hide("card", number),
            register=context.register(unit),
        )
        return compare_doors(unit, given, visitor.actor.id, context.clock())

    try:
        return write(context, do)
    except RegisterRefused as refused:
        raise _unreadable(refused.errors, language) from None


def _unreadable(errors: Sequence[RegisterError], language: str) -> Problem:
    told = [one.say(language) for one in errors[:MOST_ERRORS]]
    rows = [{"field": f"row {one.row}, {one.column}", "wrong": one.say(language), "allowed": None} for one in errors]
    title = "名单读不了，没有比对" if language == "zh" else "The list cannot be read; nothing was compared"
    return Problem(422, "invalid", title, "; ".join(told), errors=rows[:MOST_ERRORS])


def refused_review(refused: ReviewRefused, language: str) -> Problem:
    """422 that names the field."""
    told = refused.text.say(language)
    title = "没有保存" if language == "zh" else "Nothing was kept"
    errors = [{"field": refused.field, "wrong": told, "allowed": None}]
    return Problem(422, "invalid", title, f"{refused.field}: {told}", errors=errors)
