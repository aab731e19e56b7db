"""Words of results, instruments and insulation as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {"submitted": N_("submitted")}
HAPPENED_TO = {"result corrected": N_("corrected by a further one")}
"""By noun and word: readings that came late correct alerts too."""
RIGHTS = {
    "do-duties": N_("submit what was found"),
    "correct-results": N_("correct what others submitted"),
}
OUTCOMES = {
    "pass": N_("Passed"),
    "flag": N_("To be watched"),
    "fail": N_("Failed"),
    "none": N_("Nothing to judge"),
}
INSULATION = {
    "pass": N_("passed"),
    "fail": N_("failed"),
    "unproven": N_("no evidence"),
    "overdue": N_("overdue: no pass"),
    "never": N_("never measured"),
}
CONDITIONS = {
    "volts": N_("volts"),
    "seconds": N_("seconds"),
    "celsius": N_("°C"),
    "humidity": N_("%RH"),
    "phase": N_("phase"),
}
INSTRUMENTS = {
    "insulation-tester": N_("insulation tester"),
    "lux-meter": N_("light meter"),
    "manometer": N_("reference pressure gauge"),
    "slip-meter": N_("slip meter"),
}
"""Kinds that the manual's duties ask for, and others that are common; one of a site's own is called by its word."""
WORDS: dict[str, dict[str, str]] = {
    "outcome": OUTCOMES,
    "insulation": INSULATION,
    "condition-of": CONDITIONS,
    "instrument-kind": INSTRUMENTS,
}
