"""Visitors and personal data, as the responder looks after them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from dutyroom import wiring
from dutyroom.settings import Settings
from facility.pseudonym import pseudonym
from inspections.visits import crossings, ending
from response.steps import Errand, Step
from storage.readings.port import Readings


def hider(settings: Settings) -> Callable[[str, str], str]:
    """(kind, text) → keyed pseudonym, as the collector makes them. The key is read when it is first needed."""

    @cache
    def key() -> bytes:
        return wiring.pseudonym_key(settings)

    return lambda kind, text: pseudonym(key(), kind, text)


def visits_step() -> Step:
    """Who has stayed too long, who never came."""
    return Step("visits", ending.EVERY_MS, ending.end_visits)


def crossings_errand(settings: Settings, readings: Callable[[], Readings]) -> Errand:
    """Visitors' badges at doors."""
    watch = crossings.Crossings(readings=readings, hide=hider(settings))
    return Errand("visitors at doors", crossings.EVERY_MS, watch.run)
