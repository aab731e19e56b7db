"""Words of incidents as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STATES = {"open": N_("going on"), "false-alarm": N_("false alarm"), "over": N_("over")}

STEP_STATES = {
    "open": N_("to be done"),
    "begun": N_("somebody is on it"),
    "armed": N_("confirmed once"),
    "sent": N_("sent, waiting for the answer"),
    "failed": N_("no answer"),
    "done": N_("done"),
    "not-applicable": N_("does not apply"),
    "not-owed": N_("not needed"),
}

DEEDS = {
    "begin": N_("Somebody is on it"),
    "do": N_("Done"),
    "choose": N_("Confirm"),
    "arm": N_("First confirmation"),
    "fire": N_("Second confirmation: do it"),
    "disarm": N_("Take it back"),
    "feedback": N_("The building answered"),
    "fail": N_("No answer"),
    "skip": N_("Does not apply"),
    "reopen": N_("Open it again"),
}

PHASES = {"before": N_("Before"), "during": N_("Now"), "after": N_("Afterwards")}

CHECKS = {
    "unfinished": N_("not finished yet: figures are from the facts as they are now"),
    "true": N_("checked: this is what was shown when it was finished"),
    "changed": N_("this is not what was shown when it was finished"),
}

HAPPENED = {
    "step-begun": N_("somebody is on it"),
    "step-done": N_("step done"),
    "step-chosen": N_("confirmed"),
    "step-armed": N_("confirmed once"),
    "step-sent": N_("confirmed twice and sent"),
    "step-disarmed": N_("confirmation taken back"),
    "step-fed-back": N_("the building answered"),
    "step-failed": N_("no answer from the building"),
    "step-skipped": N_("does not apply"),
    "step-reopened": N_("opened again"),
    "step-late": N_("time is over"),
    "found-false": N_("false alarm"),
    "posted": N_("residents told"),
    "taken-back": N_("notice withdrawn"),
    "residents-told": N_("residents told"),
    "addresses-changed": N_("addresses of the public page changed"),
    "review-written": N_("report written on"),
    "review-finished": N_("report finished"),
    "measure-added": N_("measure added"),
    "measure-done": N_("measure done"),
}

HAPPENED_TO = {
    "incident opened": N_("incident opened"),
    "incident joined": N_("another alert or work order of the incident"),
}
"""By noun and word, where the word alone would say something else."""

NOUNS = {
    "alert": N_("alert"),
    "work-order": N_("work order"),
    "incident": N_("incident"),
    "bulletin": N_("notice to residents"),
    "register": N_("register"),
    "rule": N_("rule"),
    "rota": N_("rota"),
}

WORDS: dict[str, dict[str, str]] = {
    "incident-state": STATES,
    "step-state": STEP_STATES,
    "deed": DEEDS,
    "phase": PHASES,
    "check": CHECKS,
    "fact-noun": NOUNS,
    "happened-to": HAPPENED_TO,
}
