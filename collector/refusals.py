"""Why a message became a dead letter, as one of a few classes: a counter must not have as many names as there are reasons."""

from __future__ import annotations

import re

OTHER = "other"
_CLASSES: tuple[tuple[str, str], ...] = (
    ("unexpected", r"unexpected \w*(?:Error|Exception)|unexpected \w+ while"),
    ("identity", r"it claims to be|the topic decides|may not speak for it|name a gateway's level"),
    ("size", r"payload of \d+ bytes|nested \d+ deep|^payload: (?:an array of )?\d+|only the first \d+|\w+: \d+; allowed: up to"),
    ("encoded", r"still encoded|in CBOR|codec"),
    ("register", r"not in the register|has no point for"),
    ("unit", r"\bunit\b|range \(low and high\)|cannot be converted|two ways to state"),
    ("time", r"is no time|timestamp|^time:|ISO 8601"),
    ("topic", r"^topic:|no source's filter"),
    ("format",
     (r"not JSON|JSON ends|not UTF-8|^payload: |not a Sparkplug|^frame at|^type \d+:|no birth named|no notification"
      r"|more than one value|must be understood|no SenML name|neither a name|: missing;")),
    ("value", r"is not (?:a number|a? ?finite|a state|a quantity)|numbers? (?:in|with|beyond)|found; allowed|empty|whole number"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _CLASSES)
CLASSES = (*(name for name, _ in _CLASSES), OTHER)


def class_of(reason: str) -> str:
    """One of ``CLASSES``."""
    return next((name for name, pattern in _COMPILED if pattern.search(reason)), OTHER)
