"""The port of channels: one way to reach people or devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from facility.alert import Severity


class Refused(Exception):
    """It will never go out like this: a wrong address, a closed account, a text that is refused. It is tried no more."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotNow(Exception):
    """It did not go out now and may go out later. ``retry_after``: seconds that the other side asked to wait, if it did."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        self.reason, self.retry_after = reason, retry_after
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notice as it goes out: in the person's language, with nothing left to work out."""

    key: str
    """The idempotency key. The same key twice is the same message: a channel that has such a thing passes it on."""
    address: str
    language: str = "zh"
    title: str
    """One line, at most 60 characters."""
    short: str = ""
    """The whole in one breath, for SMS and telephones: what, where, since when, what first. Empty: the title."""
    body: str
    """Plain text, several lines, without the link."""
    link: str = ""
    """Absolute, where the site's address is set; else empty."""
    severity: Severity = Severity.MEDIUM
    life_safety: bool = False
    test: bool = False
    cause: str = ""
    person: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    """As in ``Notice.data``: for channels that carry data (webhook, MQTT), and files (e-mail).

    ``files``: kept files to go along, each with ``sha256``, ``name`` and ``media``.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side has taken it."""

    id: str = ""
    """What it calls the message, where it calls it anything."""


class Channel(Protocol):
    """Blocking; called from several threads at once. Everything has a time limit of its own (at most 30 s in all).

    Raises ``Refused`` or ``NotNow``. Any other exception counts as ``NotNow``.
    """

    @property
    def NAME(self) -> str:  # noqa: N802 - a channel's constant
        """in-app, email, sms, wecom … as chains and rotas call it."""

    def send(self, message: Message) -> Receipt:
        """Hand it over. Returns only when the other side has taken it."""
