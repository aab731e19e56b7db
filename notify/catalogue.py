"""The kinds of channels there are: whatever lies in ``notify/channels/``."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache

from facility.text import Text
from notify import channels
from notify.channel_kind import ChannelSettings, Opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind, as its file has it."""

    name: str
    about: Text
    address: Text
    """What a person's address for it is; empty where it knows no addresses of people."""
    needs_address: bool
    settings: type[ChannelSettings]
    opens: Opens


@cache
def kinds() -> dict[str, Kind]:
    """Kind by the word that ``channels.toml`` uses, in order."""
    files = sorted(info.name for info in pkgutil.iter_modules(channels.__path__))
    found = [importlib.import_module(f"{channels.__name__}.{name}") for name in files]
    made = [
        Kind(
            name=file.KIND,
            about=file.ABOUT,
            address=file.ADDRESS,
            needs_address=file.NEEDS_ADDRESS,
            settings=file.Settings,
            opens=file.open_channel,
        )
        for file in found
    ]
    return {kind.name: kind for kind in sorted(made, key=lambda kind: kind.name)}
