"""Words of rounds as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STATES = {
    "planned": N_("round planned"),
    "running": N_("round under way"),
    "done": N_("walked whole"),
    "incomplete": N_("not walked whole"),
    "missed": N_("not walked"),
}

STATUSES = {
    "open": N_("still to come"),
    "overdue": N_("point overdue"),
    "early": N_("visited early"),
    "on-time": N_("visited on time"),
    "late": N_("visited late"),
    "missed": N_("not visited"),
    "early-uploaded-late": N_("visited early, uploaded late"),
    "on-time-uploaded-late": N_("on time, uploaded late"),
    "late-uploaded-late": N_("visited late, uploaded late"),
}

FLAGS = {
    "out-of-order": N_("out of order"),
    "too-fast": N_("too fast to have walked"),
    "uploaded-late": N_("uploaded late"),
}

STRAYS = {
    "duplicate": N_("scanned again"),
    "wrong-guard": N_("somebody not of the team"),
    "unknown-tag": N_("a tag that nobody knows"),
}

WHICH = {
    "planned": N_("points planned"),
    "visited": N_("points visited"),
    "on-time": N_("points visited on time"),
    "effective": N_("visits with all that is asked"),
    "early": N_("points visited early"),
    "late": N_("points visited late"),
    "missed": N_("points not visited"),
    "uploaded-late": N_("visits uploaded late"),
    "out-of-order": N_("points out of order"),
    "too-fast": N_("points reached too fast"),
}

ASKS = {"photo": N_("a photo"), "reading": N_("a number read there")}

GROUPS = {"route": N_("by route"), "team": N_("by team"), "day": N_("day by day"), "month": N_("by month")}

HAPPENED = {"point": N_("point of a round"), "late-upload": N_("uploaded late")}

HAPPENED_TO = {
    "round begun": N_("round begun"),
    "round ended": N_("round ended"),
    "round missed": N_("round missed"),
}

NOUNS = {"round": N_("patrol round")}

WORDS: dict[str, dict[str, str]] = {
    "round-state": STATES,
    "point-status": STATUSES,
    "point-flag": FLAGS,
    "stray-scan": STRAYS,
    "points-which": WHICH,
    "checkpoint-asks": ASKS,
    "rounds-by": GROUPS,
}
