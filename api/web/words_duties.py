"""Words of what is owed, and of stopped fire facilities, as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STANDINGS = {
    "planned": N_("to come"),
    "open": N_("can be done now"),
    "late": N_("late, can still be done"),
    "suspended": N_("suspended"),
    "done": N_("done in time"),
    "done-late": N_("done late"),
    "missed": N_("missed"),
}

HAPPENED_TO = {
    "occurrence late": N_("its window ended, and it was not done"),
    "occurrence missed": N_("missed, for ever"),
    "occurrence done": N_("done in its window"),
    "occurrence done-late": N_("done after its window"),
    "occurrence made-up": N_("done after it was missed"),
    "occurrence suspended": N_("suspended: nothing is owed"),
    "occurrence assigned": N_("somebody named"),
    "occurrence postponement-asked": N_("asked to postpone"),
    "occurrence postponed": N_("postponed"),
    "occurrence postponement-refused": N_("not to be postponed"),
    "duty fell-due": N_("fell due and was counted"),
    "duty due-soon": N_("falls due soon: told"),
    "duty overdue": N_("late, can still be done: told"),
    "duty withdrawn": N_("taken out of the calendar"),
    "duty added": N_("in force"),
    "duty changed": N_("file changed"),
    "duty retired": N_("no longer in force"),
    "impairment begun": N_("stopped"),
    "impairment overdue": N_("stopped for 24 hours"),
    "impairment reported": N_("reported"),
    "impairment prolonged": N_("to last longer"),
    "impairment ended": N_("works again"),
}
NOUNS = {"occurrence": N_("duty"), "duty": N_("kind of duty"), "impairment": N_("stopped fire facility")}

CHECKS = {
    "pass": N_("passed, to be watched, or failed"),
    "number": N_("a number"),
    "choice": N_("a choice"),
    "text": N_("words"),
    "photo": N_("a photo"),
    "scan": N_("the code there"),
    "signature": N_("a signature"),
}
IMPAIRMENT_STATES = {
    "stopped": N_("stopped"),
    "overdue": N_("stopped for over 24 hours, not reported"),
    "reported": N_("stopped, fire brigade told"),
    "ended": N_("works again"),
}
WORDS: dict[str, dict[str, str]] = {
    "standing": STANDINGS,
    "check-kind": CHECKS,
    "impairment-state": IMPAIRMENT_STATES,
}
