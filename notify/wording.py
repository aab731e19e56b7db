"""Fitting a message into what a channel takes: cut at a sentence, never the link. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from notify.channel import Message

Measure = Callable[[str], int]
CUT = "…"
_ENDS = re.compile(r"[。！？；!?;]|[.](?=\s|$)|\n")


def in_bytes(text: str) -> int:
    """How long it is as UTF-8."""
    return len(text.encode())


def whole(message: Message, limit: int, measure: Measure = len, *, head: bool = True) -> str:
    """Title, body and link on lines of their own, within ``limit``. Of what is too long the body goes first, from its end."""
    title = one_line(message.title) if head else ""
    tail = f"\n{message.link}" if message.link else ""
    if measure(tail) > limit:
        tail = ""
    title = fit(title, limit - measure(tail), measure)
    gap = "\n" if title and message.body.strip() else ""
    body = fit(message.body.strip(), limit - measure(title + gap + tail), measure)
    return f"{title}{gap if body else ''}{body}{tail}".strip()


def brief(message: Message, limit: int, measure: Measure = len) -> str:
    """The whole in one breath, with the link where there is one."""
    tail = f" {message.link}" if message.link else ""
    if measure(tail) > limit:
        tail = ""
    return f"{fit(one_line(message.short or message.title), limit - measure(tail), measure)}{tail}".strip()


def fit(text: str, limit: int, measure: Measure = len) -> str:
    """At most ``limit``: up to the last sentence that fits, or where not even one does, cut with an ellipsis."""
    if measure(text) <= limit:
        return text
    room = limit - measure(CUT)
    if room <= 0:
        return ""
    cut = _longest(text, room, measure)
    ends = [end.end() for end in _ENDS.finditer(cut)]
    # A sentence that would keep less than a third tells too little: then rather in the middle of one.
    best = next((end for end in reversed(ends) if measure(cut[:end]) * 3 >= room), None)
    return f"{(cut[:best] if best else cut).rstrip()}{CUT}"


def _longest(text: str, room: int, measure: Measure) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= room else (low, middle - 1)
    return text[:low]


def one_line(text: str) -> str:
    """Without line ends and control characters: for subjects and headers."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def quiet(message: Message) -> Message:
    """Without what would call people in a group: somebody's words in an alert's or a report's text must not wake everybody."""
    title, body = (text.replace("<@", "＜@").replace("<at", "＜at") for text in (message.title, message.body))
    return replace(message, title=title, body=body)
