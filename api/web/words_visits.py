"""Words of visits and of personal data as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

STATES = {
    "expected": N_("expected"),
    "in-house": N_("in the house"),
    "overstayed": N_("stayed too long"),
    "left": N_("left"),
    "cancelled": N_("called off by the host"),
    "no-show": N_("did not come"),
}

JUDGEMENTS = {
    "waiting": N_("waiting for the escort"),
    "fine": N_("as agreed"),
    "escorted": N_("with an escort"),
    "unescorted": N_("without an escort"),
    "outside": N_("outside the agreed areas"),
    "after-leaving": N_("after the visit"),
    "refused": N_("the door stayed shut"),
}

DOCUMENTS = {
    "id-card": N_("identity card"),
    "passport": N_("passport"),
    "residence-permit": N_("residence permit"),
    "driving-licence": N_("driving licence"),
    "work-card": N_("work card"),
}

ABOUT = {
    "pseudonym": N_("whose card it is"),
    "visit": N_("who a visitor was"),
    "person": N_("what is kept about a person"),
    "video": N_("video"),
}

BASES = {
    "duty": N_("safety of the property: an incident or alarm"),
    "authority": N_("a state organ, by legal procedure"),
    "person": N_("the person asks"),
    "consent": N_("the person agrees"),
    "contract": N_("rules of employment or service"),
}

RETRIEVAL_STATES = {
    "done": N_("looked at, inside the house"),
    "asked": N_("waits to be approved"),
    "approved": N_("approved, to be handed over"),
    "handed-over": N_("handed over"),
    "refused": N_("not given"),
    "withdrawn": N_("taken back"),
}

HELD = {
    "name": N_("name"),
    "phone": N_("telephone"),
    "email": N_("e-mail"),
    "card": N_("card"),
    "vehicle": N_("vehicle"),
    "company": N_("company"),
    "host_text": N_("resident who is visited"),
    "reason": N_("reason of the visit"),
    "document": N_("kind of document"),
    "document_tail": N_("last characters of its number"),
    "note": N_("correction"),
    "pseudonym": N_("pseudonym"),
    "passages": N_("passages at doors"),
    "notices": N_("notices sent to it"),
    "role": N_("role"),
}

KEYS = {
    "document": N_("number of a document"),
    "phone": N_("telephone number"),
    "card": N_("number of a card"),
    "account": N_("sign-in name"),
}

SHOWN = {
    "now": N_("Now"),
    "past": N_("Past visits"),
}

HAPPENED = {
    "announced": N_("announced"),
    "badge-changed": N_("given another badge"),
    "escort-confirmed": N_("escort confirmed"),
    "badge-secured": N_("badge secured"),
    "overstayed": N_("stayed too long"),
    "no-show": N_("did not come"),
    "seen-unescorted": N_("seen without an escort"),
    "seen-outside": N_("seen outside the agreed areas"),
    "badge-used": N_("badge used after the visit"),
    "escorted-after-all": N_("escorted after all: the news came late"),
    "guest-erased": N_("the visitor's data erased"),
    "guest-corrected": N_("the visitor's correction noted"),
    "looked-behind": N_("personal data looked at"),
    "asked-for": N_("asked for"),
    "handed-over": N_("handed over"),
    "left": N_("left"),
}

HAPPENED_TO = {
    "visit arrived": N_("let in"),
    "visit extended": N_("may stay longer"),
    "visit cancelled": N_("called off by the host"),
    "personal-data ended": N_("reached its end"),
    "retrieval refused": N_("not given"),
    "retrieval withdrawn": N_("taken back"),
}

NOUNS = {
    "visit": N_("visit"),
    "retrieval": N_("retrieval"),
    "personal-data": N_("personal data"),
}

RIGHTS = {
    "invite-visitors": N_("announce visitors"),
    "register-visits": N_("let visitors in"),
    "look-behind": N_("look behind personal data"),
    "read-retrievals": N_("read the register of retrievals"),
    "approve-retrievals": N_("approve what is handed out"),
    "erase-personal-data": N_("erase somebody's data"),
}

WORDS: dict[str, dict[str, str]] = {
    "visit-state": STATES,
    "judgement": JUDGEMENTS,
    "document": DOCUMENTS,
    "retrieval-about": ABOUT,
    "basis": BASES,
    "retrieval-state": RETRIEVAL_STATES,
    "held": HELD,
    "held-key": KEYS,
    "visits-shown": SHOWN,
}
