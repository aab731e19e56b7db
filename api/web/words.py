"""Words of states, actions and the like as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web import (
    words_cameras,
    words_channels,
    words_clocks,
    words_compliance,
    words_doors,
    words_duties,
    words_history,
    words_incidents,
    words_notices,
    words_orders,
    words_parts,
    words_phone,
    words_residents,
    words_results,
    words_rota,
    words_rounds,
    words_system,
    words_visits,
)
from api.web.languages import N_

SEVERITIES = {1: N_("critical"), 2: N_("high"), 3: N_("medium"), 4: N_("low")}

ALERT_STATES = {
    "unacknowledged": N_("unacknowledged"),
    "acknowledged": N_("acknowledged"),
    "returned-unacknowledged": N_("over, not acknowledged"),
    "latched": N_("over, to be reset"),
    "shelved": N_("shelved"),
    "suppressed-by-design": N_("suppressed by design"),
    "out-of-service": N_("out of service"),
    "normal": N_("over"),
}

CONDITIONS = {
    "normal": N_("normal again"),
    "pending": N_("waiting out its hold time"),
    "active": N_("going on"),
    "clearing": N_("back within limits, not yet for long enough"),
}

FINDINGS = {"real": N_("confirmed"), "false": N_("false alarm"), "test": N_("test or work in progress")}

ORDER_STATES = {
    "new": N_("new"),
    "dispatched": N_("dispatched"),
    "accepted": N_("accepted"),
    "arrived": N_("on site"),
    "in-progress": N_("in progress"),
    "on-hold": N_("on hold"),
    "pending-verify": N_("to be verified"),
    "closed": N_("closed"),
    "reviewed": N_("reviewed"),
    "rejected": N_("rejected"),
    "transferred": N_("transferred"),
    "cancelled": N_("cancelled"),
    "duplicate-of": N_("duplicate"),
}

ORDER_ACTIONS = {
    "dispatch": N_("Dispatch"),
    "accept": N_("Accept"),
    "reject": N_("Reject"),
    "transfer": N_("Hand over"),
    "arrive": N_("I am there"),
    "start": N_("Start work"),
    "hold": N_("Put on hold"),
    "resume": N_("Go on"),
    "finish": N_("Finish"),
    "verify": N_("Verify and close"),
    "reopen": N_("Not solved: reopen"),
    "review": N_("Review"),
    "cancel": N_("Cancel"),
    "duplicate": N_("Duplicate of another"),
    "comment": N_("Comment"),
}

MODES = {
    "normal": N_("normal"),
    "fire-pump-running": N_("fire pump running"),
    "maintenance": N_("maintenance"),
    "drill": N_("drill"),
}

ALERT_ACTIONS = {
    "acknowledge": N_("Acknowledge"),
    "comment": N_("Comment"),
    "shelve": N_("Shelve"),
    "unshelve": N_("Back on the list"),
    "reset": N_("Reset after inspection"),
}

ORDER_KINDS = {
    "water-supply": N_("water supply"),
    "electrical": N_("electrical"),
    "fire": N_("fire"),
    "access": N_("access"),
    "patrol": N_("patrol"),
    "instrument": N_("instrument"),
    "equipment": N_("equipment"),
    "drainage": N_("drainage"),
    "lift": N_("lift"),
    "gas": N_("gas"),
    "building": N_("building works"),
    "cleaning": N_("cleaning"),
}

CLOCKS = {
    "respond": N_("respond"),
    "arrive": N_("be on site"),
    "resolve": N_("solve"),
    "notice": N_("tell the residents"),
    "review": N_("review"),
}

ROLES = {
    "admin": N_("manager"),
    "officer": N_("duty officer"),
    "engineer": N_("engineer"),
    "guard": N_("guard"),
    "inspector": N_("inspector"),
}

RIGHTS = {
    "read": N_("look at this"),
    "act-on-alerts": N_("act on alerts"),
    "act-on-work": N_("act on work orders"),
    "dispatch": N_("dispatch work orders"),
    "manage-register": N_("change the register"),
    "manage-accounts": N_("manage accounts"),
    "mend-intake": N_("mend dead letters and unclaimed devices"),
}

QUALITIES = {
    0: N_("good"),
    1: N_("no time given by the device"),
    2: N_("sensor fault"),
    3: N_("outside what the instrument can measure"),
    4: N_("calibration expired"),
    5: N_("device clock wrong"),
    6: N_("no longer current"),
}

ZONE_KINDS = {
    "building": N_("building"),
    "floor": N_("floor"),
    "room": N_("room"),
    "garage": N_("garage"),
    "outdoor": N_("outdoors"),
    "area": N_("area"),
}

ACCESS = {
    "public": N_("public"),
    "staff": N_("staff only"),
    "sensitive": N_("sensitive"),
    "high-risk": N_("high risk"),
}

HAPPENED = {
    "raised": N_("raised"),
    "returned": N_("back to normal"),
    "came-back": N_("came back"),
    "shelved": N_("shelved"),
    "unshelved": N_("back on the list"),
    "reset": N_("reset after inspection"),
    "re-alarmed": N_("announced again"),
    "back-in-service": N_("back in service"),
    "test-over": N_("test over"),
    "taken-out-of-service": N_("taken out of service"),
    "re-raised": N_("bad again"),
    "extended": N_("began earlier or lasted longer than was known"),
    "corrected": N_("times corrected by late readings"),
    "suppressed": N_("explained by another alert"),
    "unsuppressed": N_("counts again"),
    "withdrawn": N_("withdrawn: late readings show that there was no cause"),
    "begun": N_("begun"),
    "ended": N_("ended"),
    "stopped": N_("ended early"),
    "planned": N_("planned"),
    "rose": N_("more urgent"),
    "fell": N_("less urgent"),
    "acknowledged": N_("acknowledged"),
    "closed": N_("closed"),
    "commented": N_("commented"),
    "opened": N_("opened"),
    "added": N_("added"),
    "changed": N_("changed"),
    "imported": N_("imported"),
    "retired": N_("retired"),
    "claimed": N_("claimed"),
    "retry-asked": N_("retry asked for"),
    "put-away": N_("put away"),
    "retried": N_("tried again"),
    "signed-in": N_("signed in"),
    "signed-out": N_("signed out"),
    "token-created": N_("token created"),
    "dispatched": N_("dispatched"),
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "transferred": N_("handed over"),
    "arrived": N_("on site"),
    "started": N_("started"),
    "held": N_("put on hold"),
    "resumed": N_("went on"),
    "finished": N_("finished"),
    "verified": N_("verified"),
    "reopened": N_("reopened"),
    "reviewed": N_("reviewed"),
    "cancelled": N_("cancelled"),
    "duplicated": N_("marked as duplicate"),
    "joined": N_("another alert joined"),
    "set": N_("set"),
    "password-changed": N_("password changed"),
    "disabled": N_("disabled"),
}

TABLES = {
    "sites": N_("sites"),
    "zones": N_("zones"),
    "assets": N_("assets"),
    "devices": N_("devices"),
    "points": N_("points"),
    "settings": N_("settings"),
    "cameras": N_("cameras"),
    "routes": N_("routes"),
    "stops": N_("stops"),
    "instruments": N_("instruments"),
}

VERDICTS = {"good": N_("good"), "bearable": N_("bearable"), "bad": N_("too much")}
SPANS = {"day": N_("a day"), "week": N_("a week"), "month": N_("a month"), "quarter": N_("a quarter")}

WINDOW_STATES = {"planned": N_("planned"), "in-force": N_("in force"), "ended": N_("ended")}

WORDS: dict[str, dict[str, str]] = {
    "window-state": WINDOW_STATES,
    "verdict": VERDICTS,
    "span": SPANS,
    "alert-state": ALERT_STATES,
    "condition": CONDITIONS,
    "finding": FINDINGS,
    "order-state": ORDER_STATES,
    "order-action": ORDER_ACTIONS,
    "alert-action": ALERT_ACTIONS,
    "mode": MODES,
    "order-kind": ORDER_KINDS,
    "clock": CLOCKS,
    "role": ROLES,
    "right": RIGHTS,
    "zone-kind": ZONE_KINDS,
    "access": ACCESS,
    "happened": HAPPENED,
    "table": TABLES,
    "severity": {str(number): word for number, word in SEVERITIES.items()},
    "quality": {str(number): word for number, word in QUALITIES.items()},
}

CLOCKS.update(words_residents.CLOCKS)
RIGHTS.update(words_rota.RIGHTS)
for more in (words_clocks, words_incidents, words_notices, words_orders, words_residents, words_rota):
    HAPPENED.update(more.HAPPENED)
    WORDS.update(more.WORDS)
WORDS.update(words_channels.WORDS)
WORDS.update(words_system.WORDS)
WORDS.update(words_parts.WORDS)
HAPPENED.update(words_results.HAPPENED)
words_incidents.HAPPENED_TO.update(words_results.HAPPENED_TO)
RIGHTS.update(words_results.RIGHTS)
WORDS.update(words_results.WORDS)
HAPPENED.update(words_phone.HAPPENED)
WORDS.update(words_phone.WORDS)
words_incidents.NOUNS.update(words_phone.NOUNS)
HAPPENED.update(words_compliance.HAPPENED)
WORDS.update(words_compliance.WORDS)
WORDS.update(words_cameras.WORDS)
WORDS.update(words_duties.WORDS)
words_incidents.HAPPENED_TO.update(words_duties.HAPPENED_TO)
words_incidents.NOUNS.update(words_duties.NOUNS)
words_incidents.HAPPENED_TO.update(words_cameras.HAPPENED_TO)
words_incidents.NOUNS.update(words_cameras.NOUNS)
words_incidents.HAPPENED_TO.update(words_history.HAPPENED_TO)
words_incidents.NOUNS.update(words_history.NOUNS)
HAPPENED.update(words_visits.HAPPENED)
words_incidents.HAPPENED_TO.update(words_visits.HAPPENED_TO)
words_incidents.NOUNS.update(words_visits.NOUNS)
RIGHTS.update(words_visits.RIGHTS)
WORDS.update(words_visits.WORDS)
HAPPENED.update(words_rounds.HAPPENED)
words_incidents.HAPPENED_TO.update(words_rounds.HAPPENED_TO)
words_incidents.NOUNS.update(words_rounds.NOUNS)
WORDS.update(words_rounds.WORDS)
HAPPENED.update(words_doors.HAPPENED)
words_incidents.HAPPENED_TO.update(words_doors.HAPPENED_TO)
words_incidents.NOUNS.update(words_doors.NOUNS)
RIGHTS.update(words_doors.RIGHTS)
WORDS.update(words_doors.WORDS)
