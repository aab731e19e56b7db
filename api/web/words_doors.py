"""Words of doors and permissions as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "compared": N_("compared"),
    "forgotten": N_("name and card taken out"),
}

HAPPENED_TO = {
    "door found": N_("something found at a door"),
    "door withdrawn": N_("taken back: later passages show that nothing was wrong"),
    "permission changed": N_("permissions changed"),
    "permission imported": N_("permissions imported"),
    "door-list compared": N_("the door system’s list compared"),
    "holder forgotten": N_("name and card taken out"),
    "permission-review finished": N_("review of permissions finished"),
}

NOUNS = {
    "door": N_("door"),
    "permission": N_("permissions"),
    "door-list": N_("door list"),
    "holder": N_("card holder"),
    "permission-review": N_("review of permissions"),
}

RIGHTS = {
    "see-silent": N_("see silent alerts"),
    "manage-permissions": N_("decide who may enter where"),
}

EVENTS = {
    "granted": N_("let in"),
    "denied": N_("turned away"),
    "open": N_("opened at the door"),
    "opened": N_("opened at the door"),
    "closed": N_("shut"),
    "close": N_("shut"),
    "held": N_("held open"),
    "forced": N_("forced open"),
    "duress": N_("let in"),
}
"""What a reader or a contact said. A duress card reads as any other: the door's findings say more to those who may see it."""

WAYS = {"in": N_("in"), "out": N_("out")}

DECISIONS = {"confirm": N_("Confirm"), "shorten": N_("Shorten"), "end": N_("End")}

TABLES = {
    "groups": N_("groups"),
    "holders": N_("card holders"),
    "credentials": N_("cards"),
    "permissions": N_("permissions"),
    "confirmed": N_("confirmations"),
}

WORDS: dict[str, dict[str, str]] = {
    "door-event": EVENTS,
    "door-way": WAYS,
    "review-decision": DECISIONS,
    "permission-table": TABLES,
}
