"""From the site's settings to channels that send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facility.text import Text
from notify.catalogue import kinds
from notify.channel import Channel, Message, NotNow, Receipt
from notify.channel_kind import ChannelSettings, Parts
from notify.in_app import InApp
from notify.secret import MissingSecret


class Unready:
    """A channel whose secret is missing. The others go on; what waits for this one is kept until it is there."""

    def __init__(self, name: str, why: Text) -> None:
        self.NAME, self.why = name, why

    def send(self, message: Message) -> Receipt:
        """Raises ``NotNow``, always."""
        del message
        raise NotNow(self.why.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel for a person's eyes: no secret in it."""

    name: str
    kind: str
    title: Text
    about: Text
    address: Text
    needs_address: bool
    where: str
    problem: Text | None = None
    """Why it cannot send, such as a secret that is missing; None while nothing is known to be wrong."""


def open_channels(given: Sequence[ChannelSettings], parts: Parts) -> dict[str, Channel]:
    """Channel by name, the one inside the house first. Connects to nothing yet."""
    return {InApp.NAME: InApp(), **{one.name: _open(one, parts) for one in given}}


def _open(given: ChannelSettings, parts: Parts) -> Channel:
    try:
        return kinds()[given.kind].opens(given, parts)
    except MissingSecret as error:
        return Unready(given.name, error.why)


def ways(given: Sequence[ChannelSettings], parts: Parts) -> tuple[Way, ...]:
    """What there is to show. Opening a channel connects to nothing, so this is cheap."""
    return tuple(_way(one, _open(one, parts)) for one in given)


def _way(given: ChannelSettings, channel: Channel) -> Way:
    kind = kinds()[given.kind]
    return Way(
        name=given.name,
        kind=given.kind,
        title=Text(given.title_zh, given.title_en)
        if given.title_zh or given.title_en
        else Text(given.name, given.name),
        about=kind.about,
        address=kind.address,
        needs_address=kind.needs_address,
        where=given.where(),
        problem=channel.why if isinstance(channel, Unready) else None,
    )
