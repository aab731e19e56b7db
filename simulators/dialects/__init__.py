"""How a device puts on the wire what it says: one file per dialect, found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from simulators.spoken import Address, Spoken

Dialect = Callable[[Spoken, Address], tuple[str, bytes] | None]
"""Topic and payload of one utterance; None where the dialect has no words for it."""

DIALECTS: dict[str, Dialect] = {
    info.name: importlib.import_module(f"{__name__}.{info.name}").wire for info in pkgutil.iter_modules(__path__)
}
"""By the name of the file."""


def spoken_by(source: str) -> Dialect:
    """The dialect of a source: of that name, or the one that its name begins with (``zigbee2mqtt-tower-a``).

    Raises ``ValueError`` that lists what there is.
    """
    for name, dialect in DIALECTS.items():
        if source.startswith(name):
            return dialect
    raise ValueError(f"no simulated device speaks the dialect of source {source!r}; there are: {', '.join(DIALECTS)}")
