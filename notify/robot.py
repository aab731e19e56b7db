"""What the group robots of WeCom, DingTalk and Feishu have in common: one JSON document, and an answer whose code must be read.

They answer 200 to nearly everything; whether the message went out stands in the body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notify.channel import NotNow, Receipt, Refused
from notify.exchange import Answer, Exchange
from notify.statuses import check_status, retry_after
from notify.wording import one_line

PAUSE = 60.0
"""Seconds to wait after "too often": each allows so many messages a minute."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Where the answer's code and words stand, and which codes mean: later."""

    code: str
    words: str
    later: frozenset[int]
    often: frozenset[int]
    """Too many messages: a part of ``later``."""


def hand_over(exchange: Exchange, url: str, document: Mapping[str, Any], codes: Codes, now: int) -> Receipt:
    """Send the document and read the answer. Raises ``Refused``, ``NotNow``: never with the address, which is a secret."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    answer = exchange.post(url, body, {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Dutyroom"})
    check_status(answer, now)
    _check_code(answer, codes, now)
    return Receipt()


def _check_code(answer: Answer, codes: Codes, now: int) -> None:
    try:
        said = json.loads(answer.body)
        code = int(said[codes.code])
    except (ValueError, KeyError, TypeError):
        # Without a code nobody knows whether it went out; a second time is better than never.
        raise NotNow("its answer is none that we know") from None
    if code == 0:
        return
    words = one_line(str(said.get(codes.words, "")))[:200]
    reason = f"it answered {code} {words}".strip()
    if code in codes.often or any(sign in words.casefold() for sign in ("frequency", "too many", "too fast")):
        raise NotNow(reason, retry_after(answer, now) or PAUSE)
    if code in codes.later:
        raise NotNow(reason)
    raise Refused(reason)
