"""What SMS gateways have in common: a telephone number, and templates whose variables are filled from the message."""

from __future__ import annotations

import re

from notify.channel import Message, Refused
from notify.wording import fit, one_line

FIELDS = ("title", "short", "body", "link", "cause", "person", "severity", "key")
"""What a variable of a template may be filled with; ``data.<name>`` as well."""
_NUMBER = re.compile(r"^\+?[0-9]{5,15}$", re.ASCII)


def phone(address: str) -> str:
    """The number without spaces and dashes. Raises ``Refused``."""
    number = re.sub(r"[\s().-]", "", address)
    if not _NUMBER.match(number):
        raise Refused("the address is no telephone number; allowed: 13800138000 or +8613800138000")
    return number


def fillable(source: str) -> str:
    """For a settings' validator. Raises ``ValueError``."""
    if source not in FIELDS and not source.startswith("data."):
        raise ValueError(f"{source!r} is nothing that a message has; allowed: {', '.join(FIELDS)}, data.<name>")
    return source


def filled(source: str, message: Message, longest: int) -> str:
    """A template's variable. Empty where the message has no such thing; a cut one ends at a sentence where it can."""
    if source.startswith("data."):
        value = message.data.get(source.removeprefix("data."), "")
        text = "" if value is None else str(value)
    elif source == "severity":
        text = message.severity.name.lower()
    elif source == "short":
        text = message.short or message.title
    else:
        text = str(getattr(message, source))
    return fit(one_line(text), longest)
