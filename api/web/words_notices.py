"""Words of notices and chains as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

NOTICE_STATES = {
    "pending": N_("waiting to go out"),
    "sent": N_("told"),
    "failed": N_("did not go out, will be tried again"),
    "dead": N_("could not be delivered"),
    "acknowledged": N_("told and seen"),
    "dropped": N_("no longer needed"),
}

CHANNEL_STATES = {
    "working": N_("works"),
    "failing": N_("fails at the moment"),
    "open": N_("fails: left alone for now, life safety is still tried"),
    "half-open": N_("fails: one notice is being tried"),
    "unused": N_("not used yet"),
}

CHANNELS = {
    "in-app": N_("own list on these pages"),
    "email": N_("e-mail"),
    "sms": N_("text message"),
    "voice": N_("telephone call"),
    "push": N_("push message"),
    "wecom": N_("WeCom"),
    "dingtalk": N_("DingTalk"),
    "feishu": N_("Feishu"),
    "webhook": N_("other system"),
    "mqtt": N_("device of the building"),
}

DROPPED = {
    "acknowledged": N_("somebody had answered"),
    "accepted": N_("somebody had taken the work order"),
    "joined": N_("somebody had answered for the same cause"),
    "over": N_("it was over"),
    "test": N_("it was in a test"),
    "aside": N_("it had been set aside"),
    "digest": N_("it went out together with others"),
}

STOPPED = {
    "acknowledged": N_("answered"),
    "accepted": N_("the work order was taken"),
    "joined": N_("answered together with another alert of the same cause"),
    "over": N_("over before anybody answered"),
    "test": N_("in a test"),
    "aside": N_("set aside"),
}

ABOUT = {
    "alarm": N_("an alert or a work order that nobody has taken"),
    "clock-warning": N_("a time limit that is close"),
    "clock-breach": N_("a time limit that has passed"),
    "order-dispatched": N_("a work order that was given to somebody"),
    "order-returned": N_("a work order that was given back"),
    "duty": N_("a duty that falls due soon, or is late"),
    "news": N_("other news"),
}

NOTICE_HAPPENED = {
    "sent": N_("told"),
    "acknowledged": N_("seen"),
    "not-sent": N_("did not go out"),
    "undeliverable": N_("could not be delivered"),
    "resent": N_("sent again"),
    "let-go": N_("let go"),
}

CHAIN_HAPPENED = {
    "begun": N_("begun"),
    "stopped": N_("ended"),
    "begun-again": N_("more urgent: begun again"),
    "told": N_("people told"),
    "nobody-new": N_("everybody of this level had been told"),
    "nobody-there": N_("nobody of this level was there"),
    "told-everybody": N_("nobody on duty was found: everybody who can act was told"),
    "nobody-at-all": N_("there was nobody to tell"),
    "tried-out": N_("tried out"),
}

_ELSEWHERE = ("sent", "acknowledged", "begun", "stopped")
"""Words that another noun's facts have too: in the list of all facts they say what they say there."""
HAPPENED = {word: said for word, said in (NOTICE_HAPPENED | CHAIN_HAPPENED).items() if word not in _ELSEWHERE}

WORDS = {
    "notice-state": NOTICE_STATES,
    "channel-state": CHANNEL_STATES,
    "channel": CHANNELS,
    "dropped": DROPPED,
    "stopped": STOPPED,
    "chain-about": ABOUT,
    "notice-happened": NOTICE_HAPPENED,
    "chain-happened": CHAIN_HAPPENED,
}
