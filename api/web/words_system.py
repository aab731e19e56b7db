"""Words of the System page; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STAGES = {
    "broker": N_("broker"),
    "collect": N_("collect"),
    "decode": N_("decode"),
    "store": N_("store readings"),
    "judge": N_("judge by the rules"),
    "commit": N_("commit to the records"),
    "acknowledge": N_("acknowledge to the broker"),
    "forward": N_("forward to the history"),
    "pages": N_("pages and alarms on screens"),
}

STATES = {"ok": N_("works"), "slow": N_("slow"), "broken": N_("broken"), "unknown": N_("not known")}

WHAT_TO_DO = {
    "broker/broken": N_("No connection: nothing is heard. Look at the broker and the network between."),
    "collect/broken": N_("The collector says nothing. Look whether its process runs, and at its log."),
    "collect/slow": N_("Messages wait though little is done here: look at what else keeps the machine busy."),
    "decode/slow": N_("More comes in than can be decoded: look which device sends so much."),
    "store/slow": N_("The disk under the readings is slow: look at what else writes there."),
    "store/broken": N_("Readings cannot be stored, so nothing is judged. Is the disk full or read-only?"),
    "judge/slow": N_("The rules take long: look at what each costs."),
    "judge/broken": N_("A rule fails; the others are judged. Mend its file."),
    "commit/slow": N_("The records’ database is slow: look at its disk and at what else it does."),
    "commit/broken": N_("The records cannot be written, so nothing is judged. Look at the database."),
    "acknowledge/slow": N_("The broker takes acknowledgements slowly: look at its load and the network."),
    "forward/slow": N_("The history takes readings more slowly than they come. Alarms go on."),
    "forward/broken": N_("The history cannot be written. Readings wait and are forwarded later; alarms go on."),
}

REFUSALS = {
    "unexpected": N_("not foreseen"),
    "identity": N_("another device than its topic says"),
    "size": N_("too large"),
    "encoded": N_("values still encoded"),
    "register": N_("not in the register at that time"),
    "unit": N_("wrong unit"),
    "time": N_("no usable time"),
    "topic": N_("unknown topic"),
    "format": N_("not in its format"),
    "value": N_("no usable value"),
    "other": N_("another reason"),
}

WORDS = {
    "stage": STAGES,
    "stage-state": STATES,
    "stage-do": WHAT_TO_DO,
    "refusal": REFUSALS,
}
