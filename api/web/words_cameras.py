"""Words of cameras, plans and video as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STATES = {
    "working": N_("seeing"),
    "offline": N_("offline"),
    "no-picture": N_("no picture"),
    "covered": N_("covered"),
    "moved": N_("moved away"),
    "silent": N_("no heartbeat"),
    "unwatched": N_("state not known"),
    "out-of-service": N_("taken out for work"),
}

KEPT = {
    "good": N_("long enough"),
    "short": N_("too short"),
    "long": N_("too long: to be deleted"),
    "unknown": N_("not known, no pass"),
    "filling": N_("still filling"),
}

AREA_KINDS = {
    "required": N_("must be seen"),
    "forbidden": N_("must not be seen"),
    "excluded": N_("left out"),
    "patrol": N_("must be walked"),
}

MISPLACED = {
    "outside": N_("It hangs off the plan: it counts as seeing nothing."),
    "in-a-wall": N_("It hangs in a wall or column, or looks along one: it counts as seeing nothing."),
}

GROUPS = {
    "entrance": N_("entrance"),
    "corridor": N_("corridor"),
    "hall": N_("hall"),
    "garage": N_("car park"),
    "lift": N_("lift car"),
    "other": N_("without a class"),
}
"""Those of the example; a site's own are shown as they are written."""

HAPPENED_TO = {
    "camera working": N_("sees again"),
    "camera offline": N_("went offline"),
    "camera no-picture": N_("lost its picture"),
    "camera covered": N_("was covered"),
    "camera moved": N_("was moved away"),
    "camera silent": N_("stopped sending its heartbeat"),
    "camera unwatched": N_("nobody tells its state any more"),
    "camera out-of-service": N_("was taken out for work"),
    "camera video-looked-up": N_("looked up how far back its video goes"),
    "coverage within": N_("blind share of the day, within its limit"),
    "coverage over": N_("blind share of the day, over its limit"),
    "video kept": N_("video goes back far enough"),
    "video not-kept": N_("video does not go back as it should"),
}

NOUNS = {
    "camera": N_("camera"),
    "coverage": N_("blind area"),
    "video": N_("stored video"),
    "plan": N_("floor plan"),
}

WORDS: dict[str, dict[str, str]] = {
    "camera-state": STATES,
    "video-kept": KEPT,
    "area-kind": AREA_KINDS,
    "misplaced": MISPLACED,
    "area-group": GROUPS,
}
