"""Words of residents' reports and of figures about work, as a person reads them."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "reported": N_("reported"),
    "looked-at": N_("somebody took note"),
    "classified": N_("classified"),
    "given-out": N_("given out"),
    "given-back": N_("its order was called off"),
    "visit-agreed": N_("visit agreed"),
    "visited": N_("somebody was there"),
    "solved": N_("work done"),
    "goes-on": N_("work goes on"),
    "confirmed": N_("solved, says the resident"),
    "unsolved": N_("not solved: to management"),
    "called-in-vain": N_("called, nobody answered"),
    "taken-up": N_("taken up by management"),
    "dismissed": N_("no report"),
    "lapsed": N_("closed without a word"),
    "number-seen": N_("number looked at"),
    "number-erased": N_("number erased"),
    "photo-erased": N_("photo erased"),
    "voice-added": N_("a further report joined"),
    "code-made": N_("code made"),
    "code-revoked": N_("code revoked"),
}

REPORT_STATES = {
    "received": N_("to be given out"),
    "assigned": N_("being worked on"),
    "solved": N_("to call back"),
    "closed": N_("closed"),
    "dismissed": N_("no report"),
}

STEPS = {
    "received": N_("We have it"),
    "given-out": N_("Given to the team"),
    "on-the-way": N_("Somebody is coming"),
    "there": N_("Somebody is working on it"),
    "waiting": N_("The work has to wait"),
    "visited": N_("Somebody was there"),
    "solved": N_("The work is done"),
    "closed": N_("Closed"),
    "dismissed": N_("Closed without work: please ask the duty room"),
}

OUTCOMES = {
    "confirmed": N_("solved, says the resident"),
    "not-reached": N_("nobody answered our calls"),
    "no-word": N_("no number, no word"),
}

WAYS = {
    "web": N_("QR code"),
    "hotline": N_("hotline"),
    "intercom": N_("intercom"),
    "in-person": N_("in person"),
}

MARKS = {
    "1": N_("not at all"),
    "2": N_("little"),
    "3": N_("so so"),
    "4": N_("content"),
    "5": N_("very content"),
}

PURPOSES = {
    "visit": N_("to agree the visit"),
    "call-back": N_("to call back"),
    "question": N_("to ask about the report"),
}

SHOWN = {
    "open": N_("Open"),
    "received": N_("To be given out"),
    "assigned": N_("Being worked on"),
    "solved": N_("To call back"),
    "escalated": N_("For management"),
    "all": N_("Archive"),
}

KEPT = {
    "due": N_("fell due"),
    "in-time": N_("in time, by its limit"),
    "late": N_("done late"),
    "open": N_("open, past the limit"),
    "without": N_("no limit set"),
}

GROUPS = {"kind": N_("Class"), "team": N_("Team"), "building": N_("Building")}

CLOCKS = {"visit": N_("agreed visit")}

WORDS = {
    "report-state": REPORT_STATES,
    "report-step": STEPS,
    "report-outcome": OUTCOMES,
    "report-way": WAYS,
    "report-shown": SHOWN,
    "mark": MARKS,
    "purpose": PURPOSES,
    "kept": KEPT,
    "figure-group": GROUPS,
}
