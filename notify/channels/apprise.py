"""Whatever Apprise knows besides: Bark, ServerChan, PushPlus, ntfy, Telegram and a hundred others, by its own addresses."""

from __future__ import annotations

import logging
from typing import Any, Literal

from pydantic import Field

from facility.alert import Severity
from facility.text import Text
from notify.channel import Message, NotNow, Receipt
from notify.channel_kind import ChannelSettings, Parts, SecretPlace
from notify.secret import MissingSecret
from notify.wording import one_line, whole

KIND = "apprise"
ABOUT = Text("其他推送（Apprise）", "Other push services (Apprise)")
ADDRESS = Text("", "")
NEEDS_ADDRESS = False
SECONDS = 10.0
_TYPES = {Severity.CRITICAL: "failure", Severity.HIGH: "failure", Severity.MEDIUM: "warning", Severity.LOW: "info"}


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind. The address is a secret as a whole: keys stand in it."""

    kind: Literal["apprise"]
    url: SecretPlace = Field(description="as appriseit.com describes it, such as bark://…, schan://…, ntfys://…")


class AppriseChannel:
    """One object a message: Apprise's own are not made for several threads."""

    def __init__(self, given: Settings, parts: Parts) -> None:
        self.NAME = given.name
        self._url = given.url.read(parts)
        if self._plugin() is None:
            where = given.url.where
            raise MissingSecret(
                Text(f"{where} 不是 Apprise 能识别的地址", f"{where} holds no address that Apprise knows")
            )

    def send(self, message: Message) -> Receipt:
        """Apprise says yes or no and not why: a no is for later."""
        plugin = self._plugin()
        title, body = one_line(message.title), whole(message, int(plugin.body_maxlen), head=False)
        if not plugin.notify(title=title, body=body or title, notify_type=_TYPES[message.severity]):
            raise NotNow("the push service did not take it")
        return Receipt()

    def _plugin(self) -> Any:
        import apprise  # a fifth of a second: not at the start of every command

        for noisy in ("apprise", "urllib3"):
            # Their logs repeat addresses, in which keys stand.
            logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
        query = "&" if "?" in self._url.reveal() else "?"
        limits = f"{query}cto={SECONDS / 2:g}&rto={SECONDS:g}&redirect=no"
        return apprise.Apprise.instantiate(self._url.reveal() + limits, suppress_exceptions=True)


def open_channel(given: Settings, parts: Parts) -> AppriseChannel:
    """See ``notify.channel_kind.Opens``."""
    return AppriseChannel(given, parts)
