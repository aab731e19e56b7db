"""Words of the compliance matrix, of reports, and of what inspectors look at."""

from __future__ import annotations

from api.web.languages import N_

MARKS = {
    "done": N_("done in its window"),
    "late": N_("done after its window"),
    "missed": N_("never done"),
    "due": N_("fell due, still open"),
    "suspended": N_("suspended: out of service"),
    "gone": N_("done; its evidence is not kept any more"),
}

CARRIERS = {
    "duty": N_("a duty"),
    "rule": N_("a rule"),
    "door-check": N_("a check at doors"),
    "limit": N_("time limit on work orders"),
    "playbook": N_("a playbook"),
    "page": N_("page of the product"),
}

SOURCES = {
    "manual": N_("the manual"),
    "law": N_("the law"),
    "manual + law": N_("the manual and the law"),
    "contract": N_("the contract"),
    "site": N_("the site"),
}

MAKING = {"asked": N_("being made"), "made": N_("ready"), "failed": N_("could not be made")}
STAGES = {
    "occurrences": N_("reading what fell due"),
    "results": N_("reading results"),
    "orders": N_("reading work orders"),
    "alerts": N_("reading alerts and rounds"),
    "figures": N_("working out figures"),
    "pdf": N_("setting the PDF"),
    "xlsx": N_("writing the spreadsheet"),
}

WORDS: dict[str, dict[str, str]] = {
    "mark": MARKS,
    "carrier": CARRIERS,
    "asked-by": SOURCES,
    "report-making": MAKING,
    "report-stage": STAGES,
}
HAPPENED = {
    "looked": N_("was looked at"),
    "exported": N_("took away"),
    "limited": N_("limited to a time, buildings or clauses"),
}
