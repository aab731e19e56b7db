"""Words of the rota as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

ASKED = {
    "asked": N_("asked for"),
    "agreed": N_("agreed, to be approved"),
    "approved": N_("approved"),
    "refused": N_("refused"),
    "withdrawn": N_("called off"),
}

HAPPENED = {
    "asked": N_("asked for"),
    "agreed": N_("agreed to"),
    "approved": N_("approved"),
    "refused": N_("refused"),
    "called-off": N_("called off"),
    "removed": N_("taken out"),
    "revoked": N_("made useless"),
}

ANSWERS = {
    "agree": N_("Agree"),
    "approve": N_("Approve"),
    "refuse": N_("Refuse"),
    "withdraw": N_("Call off"),
}

RIGHTS = {"manage-rota": N_("look after the rota")}

DAY_KINDS = {"workday": N_("a day that is worked"), "weekend": N_("weekend"), "holiday": N_("holiday")}

TABLES = {
    "teams": N_("teams"),
    "people": N_("people"),
    "kinds": N_("kinds of shift"),
    "patterns": N_("patterns"),
    "turns": N_("turns"),
    "shifts": N_("single shifts"),
    "holidays": N_("holidays"),
    "leave": N_("leave"),
    "swaps": N_("swaps"),
}

SKILLS = {
    "electrical": N_("electricity"),
    "plumbing": N_("plumbing"),
    "lift-rescue": N_("lift rescue"),
    "first-aid": N_("first aid"),
    "fire-panel": N_("fire panel"),
}
"""Those the shipped classes of work and the example name; a site's own are shown as they are written."""

WORDS: dict[str, dict[str, str]] = {
    "skill": SKILLS,
    "asked": ASKED,
    "answer": ANSWERS,
    "day-kind": DAY_KINDS,
    "rota-table": TABLES,
}
