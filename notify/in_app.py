"""The channel that every account has: a notice that is sent stands in the person's own list on the pages."""

from __future__ import annotations

from facility.notice import IN_APP
from notify.channel import Message, Receipt


class InApp:
    """Nothing leaves the house: the stored notice is what the person sees, and being marked sent is what shows it."""

    NAME = IN_APP

    def send(self, message: Message) -> Receipt:
        """Taken, always."""
        return Receipt(id=message.key)
