"""Words of clocks as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED = {
    "warned": N_("time is running out"),
    "breached": N_("time limit passed"),
    "clock-jumped": N_("the machine's clock was set, or it slept"),
}

CAUSES = {
    "told-late": N_("the news came after the limit had passed"),
    "no-notice": N_("no notice had gone out"),
    "not-dispatched": N_("nobody had been given it"),
    "not-accepted": N_("it had been given out, but not accepted"),
    "not-on-site": N_("it had been accepted, but nobody was on site yet"),
    "not-finished": N_("the work was still going on"),
    "on-hold": N_("it was on hold, and this limit does not stand still"),
    "not-verified": N_("it was finished, but not verified"),
    "not-reviewed": N_("it was closed, but not reviewed"),
}

SOURCES = {
    "manual": N_("manual"),
    "law": N_("law"),
    "contract": N_("contract"),
    "site": N_("the site's own"),
}

PARTS = {
    "clocks": N_("clocks of work orders"),
    "escalation": N_("calling people"),
    "digests": N_("daily summaries"),
    "undelivered notices": N_("notices that did not arrive"),
    "residents-reports": N_("what follows from residents' reports"),
    "residents' reports": N_("residents' reports that wait"),
    "residents' data": N_("forgetting of residents' data"),
    "rota": N_("gaps in the rota"),
    "command feedback": N_("answers of the building"),
    "outbox": N_("sending of notices"),
    "work-orders": N_("giving out of work orders"),
    "residents-unsolved": N_("residents' reports that were not solved"),
    "arrivals": N_("scans of people who arrive"),
    "time of day": N_("the machine's clock"),
    "incidents": N_("opening of incidents"),
    "incident steps": N_("steps of playbooks"),
}

WORDS = {"clock-cause": CAUSES, "clock-source": SOURCES, "responder-part": PARTS}
