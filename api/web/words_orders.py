"""Words of work orders as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "merged": N_("another work order was put into this one"),
    "raised-severity": N_("became more urgent"),
    "measured": N_("measured"),
    "part-used": N_("part used"),
    "time-spent": N_("time recorded"),
    "checked": N_("ticked off"),
    "attached": N_("file added"),
    "signed": N_("signed"),
    "struck": N_("entry struck out"),
}

SOURCES = {
    "alert": N_("an alert"),
    "inspection": N_("an inspection"),
    "report": N_("a resident's report"),
    "hand": N_("opened by hand"),
    "plan": N_("a plan"),
}

SIDES = {"before": N_("before the work"), "after": N_("after the work")}
DISPATCHES = {
    "hand": N_("by the duty officer"),
    "team": N_("in turn to those on duty"),
    "first": N_("to the first to take it"),
}

WORDS: dict[str, dict[str, str]] = {"order-source": SOURCES, "side": SIDES, "dispatch": DISPATCHES}
