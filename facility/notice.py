"""A notice: one telling of one person, or one device, over one channel. Pure; the outbox sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from facility.alert import NotAllowed, Severity
from facility.rota_entries import Person

IN_APP = "in-app"
"""The channel that every account has: the notice itself, in the person's own list on the pages."""


class NoticeState(StrEnum):
    """How far it has come."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    """It was tried, and will be tried again at ``due``."""
    DEAD = "dead"
    """It is tried no more: somebody must look."""
    ACKNOWLEDGED = "acknowledged"
    """The person has seen it."""
    DROPPED = "dropped"
    """Nobody needs it any more: what it was about is over or taken, or it went out within another one."""


WAITING = (NoticeState.PENDING, NoticeState.FAILED)
"""In these it is still to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``id`` is 0 until the records store gives it one."""

    id: int = 0
    key: str
    """UNIQUE: the same telling is written once, whoever writes it. It goes to the channel as its idempotency key."""
    cause: str
    """alert:12 · work-order:3 · incident:4 · rota:… · test:…"""
    person: str = ""
    """A person of the rota, or an account; empty where a device or a room of many is told."""
    channel: str
    address: str
    language: str = "zh"
    template: str
    """Which text: a file of ``notify/texts``."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the text tells, as it was when the notice was written."""
    why: Mapping[str, Any] = field(default_factory=dict)
    """Why this person: chain, level, whom the level names, shift …"""
    severity: Severity = Severity.MEDIUM
    life_safety: bool = False
    """Goes before everything else, waits for nothing."""
    urgent: bool = False
    test: bool = False
    digest: bool = False
    """It waits until ``due``, and then goes out together with the person's others."""
    created: int
    due: int
    planned: int = 0
    """When it was first to go out, where that was later than it was written (quiet hours, digest)."""
    state: NoticeState = NoticeState.PENDING
    attempts: int = 0
    tried: int | None = None
    """When the last attempt began."""
    claimed_by: str = ""
    """The sender that has it in hand: a process of one life."""
    claimed_until: int | None = None
    doubt: bool = False
    """A sender fell after it had begun: it may have been sent twice."""
    sent: int | None = None
    receipt: str = ""
    """What the channel calls it."""
    acknowledged: int | None = None
    acknowledged_by: str = ""
    error: str = ""
    """Of the last attempt; or why it was dropped."""
    resends: int = 0
    within: int = 0
    """The notice that carried it, where several went out as one."""
    version: int = 0

    @property
    def rank(self) -> int:
        """What goes first: 0 life safety, 1 what is urgent, 2 the rest."""
        return 0 if self.life_safety else 1 if self.urgent else 2

    @property
    def under_way_since(self) -> int:
        """Since when it has been trying to go out."""
        return max(self.created, self.planned)

    @property
    def waiting(self) -> bool:
        """Still to be sent."""
        return self.state in WAITING

    @property
    def wire_key(self) -> str:
        """The idempotency key on the channel. Sent again by hand it is a new one: that the person is told again is meant."""
        return f"{self.key}~{self.resends}" if self.resends else self.key


def claimed(notice: Notice, by: str, now: int, until: int) -> Notice:
    """In one sender's hands until then. Taken from a sender that never said how it went, it may have been sent."""
    return replace(
        notice,
        claimed_by=by,
        claimed_until=until,
        tried=now,
        attempts=notice.attempts + 1,
        doubt=notice.doubt or bool(notice.claimed_by),
    )


def delivered(notice: Notice, at: int, receipt: str = "") -> Notice:
    """The channel took it. What the person has acknowledged meanwhile stays acknowledged."""
    state = NoticeState.SENT if notice.waiting else notice.state
    return replace(_free(notice), state=state, sent=at, receipt=receipt, error="" if notice.waiting else notice.error)


def postponed(notice: Notice, why: str, due: int) -> Notice:
    """It did not go out, and is tried again at ``due``."""
    return replace(_free(notice), state=NoticeState.FAILED, error=why, due=due) if notice.waiting else _free(notice)


def untried(notice: Notice) -> Notice:
    """Let go without an attempt: its turn did not come in time."""
    return replace(_free(notice), attempts=max(0, notice.attempts - 1))


def given_up(notice: Notice, why: str) -> Notice:
    """It is tried no more."""
    return replace(_free(notice), state=NoticeState.DEAD, error=why) if notice.waiting else _free(notice)


def dropped(notice: Notice, why: str, within: int = 0) -> Notice:
    """Nobody needs it any more. One in a sender's hands is let go by: what it came to is written when that is known."""
    return replace(notice, state=NoticeState.DROPPED, error=why, within=within) if notice.waiting else notice


def seen(notice: Notice, who: str, at: int) -> Notice:
    """The person says that they have it, by whichever way they learned of it."""
    if notice.state in (NoticeState.ACKNOWLEDGED, NoticeState.DROPPED):
        return notice
    return replace(notice, state=NoticeState.ACKNOWLEDGED, acknowledged=at, acknowledged_by=who)


def send_again(notice: Notice, at: int) -> Notice:
    """Once more, by hand. Raises ``NotAllowed`` while it is still on its way, or somebody has acknowledged it."""
    if notice.state not in (NoticeState.DEAD, NoticeState.SENT, NoticeState.DROPPED):
        raise NotAllowed("resend", notice.state.value, [])
    return replace(
        _free(notice),
        state=NoticeState.PENDING,
        due=at,
        attempts=0,
        error="",
        sent=None,
        digest=False,
        within=0,
        doubt=False,
        resends=notice.resends + 1,
    )


def _free(notice: Notice) -> Notice:
    return replace(notice, claimed_by="", claimed_until=None)


_FIELDS = {IN_APP: "account", "email": "email", "sms": "phone", "voice": "phone"}


def address_of(person: Person, channel: str) -> str:
    """Where ``channel`` reaches the person: their own entry for it, else their e-mail, telephone or account. Empty: nowhere."""
    own = person.addresses.get(channel, "")
    return own or str(getattr(person, _FIELDS.get(channel, ""), "") or "")
