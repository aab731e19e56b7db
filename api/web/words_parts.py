"""What the parts of the product are called where they did something; the keys are what facts name."""

from __future__ import annotations

from api.web.languages import N_

PARTS = {
    "system:rules": N_("the rules"),
    "system:clocks": N_("the clocks"),
    "system:responder": N_("the responder"),
    "system:collector": N_("the collector"),
    "system:rota": N_("the rota"),
    "system:duties": N_("the duties"),
    "system:rounds": N_("the rounds"),
    "system:doors": N_("the doors"),
    "system:cameras": N_("the cameras"),
    "file:plans": N_("a file of plans"),
    "system:dispatch": N_("given out in turn"),
    "system:escalation": N_("the chains"),
    "system:outbox": N_("the outbox"),
    "system:incidents": N_("the playbooks"),
    "system:reports": N_("residents' reports"),
    "system:visits": N_("the visitors' watch"),
    "system:retention": N_("the ends of personal data"),
    "system:history": N_("the keeping of data"),
    "system:self": N_("the watch over the product itself"),
    "system:phones": N_("a phone"),
    "system:start": N_("the site’s files, read at the start"),
    "system:command-line": N_("the command line"),
    "system:demo": N_("the demonstration"),
    "resident": N_("a resident"),
}

WORDS: dict[str, dict[str, str]] = {"part": PARTS}
