"""How things look on a phone: plain JSON, with every text in both languages, because the language changes without a signal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from api.web.languages import translations
from api.web.words import WORDS
from facility.duty import Duty, DutyCheck, Insulation
from facility.inspection import Finding, Result
from facility.text import Text
from facility.work_class import Check


def text_out(text: Text) -> dict[str, str]:
    """In both languages: it changes on the phone."""
    return {"zh": text.say("zh"), "en": text.say("en")}


def _unit(unit: str) -> str:
    """A bare number has none that people read."""
    return "" if unit == "1" else unit


def duty_out(duty: Duty) -> dict[str, Any]:
    """What a phone needs of a duty to have it filled in and judged."""
    return {
        "id": duty.id,
        "version": duty.version,
        "clause": duty.clause,
        "title": text_out(duty.title),
        "do": text_out(duty.do),
        "people": duty.people,
        "fail_order": bool(duty.fail_order),
        "checks": [check_out(check, duty.insulation) for check in duty.checks],
    }


def check_out(check: DutyCheck, insulation: Insulation | None = None) -> dict[str, Any]:
    """One line of the checklist."""
    return {
        "id": check.id,
        "title": text_out(check.title),
        "kind": check.kind.value,
        "must": check.must,
        "unit": _unit(check.unit),
        "low": check.low,
        "high": check.high,
        "over_range": check.over_range,
        "per": text_out(check.per) if check.per else None,
        "choices": [{"id": id, "text": text_out(text), "outcome": outcome} for id, text, outcome in check.choices],
        "instrument": check.instrument,
        "photo_on_fail": check.photo_on_fail,
        "conditions": insulation is not None and check.id == insulation.resistance,
    }


def result_out(result: Result) -> dict[str, Any]:
    """What was found last, by line and thing."""
    return {
        "target": result.target,
        "done": result.done,
        "who": result.who,
        "outcome": result.outcome.value,
        "findings": {
            f"{one.check}|{one.item}|{_phase(one)}": {
                "check": one.check,
                "item": one.item,
                "phase": _phase(one),
                "outcome": one.outcome.value,
                "value": one.value,
                "unit": _unit(one.unit),
                "over_range": one.over_range,
                "text": one.text or one.choice,
            }
            for one in result.findings
        },
    }


def _phase(one: Finding) -> str:
    return str(dict(one.conditions).get("phase", ""))


def lines_out(lines: Sequence[Check]) -> list[dict[str, Any]]:
    """The checklist of a class of work."""
    return [{"id": one.id, "title": text_out(one.title), "must": one.must, "photo": one.photo} for one in lines]


def sealed(code: str) -> str:
    """A phone knows a code again and cannot make one up: whoever was not there has nothing to type."""
    return hashlib.sha256(code.encode()).hexdigest()


def both(kind: str, stored: str) -> dict[str, str]:
    """A stored word in both languages."""
    said = WORDS[kind].get(stored, stored)
    return {language: translations(language).gettext(said) for language in ("zh", "en")}
