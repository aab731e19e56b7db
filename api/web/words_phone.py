"""Words of what phones brought, as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "entry-taken": N_("sent from a phone"),
    "entry-kept": N_("sent from a phone, somebody else was first"),
    "entry-refused": N_("sent from a phone, refused"),
}

WORDS: dict[str, dict[str, str]] = {}
