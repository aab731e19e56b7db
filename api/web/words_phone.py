"""Words of what phones brought, as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "entry-taken": N_("sent from a phone"),
    "entry-kept": N_("sent from a phone, somebody else was first"),
    "entry-refused": N_("sent from a phone, refused"),
}

NOUNS = {"phone-entry": N_("entry of a phone")}

KINDS = {
    "result": N_("Result of a duty"),
    "scan": N_("Scan of a checkpoint"),
    "order-step": N_("Step of a work order"),
    "visit": N_("Visitor at the gate"),
    "discard": N_("Refused entry given up"),
}

OUTCOMES = {
    "taken": N_("taken in"),
    "conflict": N_("somebody else was first; kept beside"),
    "refused": N_("not taken in"),
}

WORDS: dict[str, dict[str, str]] = {"entry-kind": KINDS, "entry-outcome": OUTCOMES}
