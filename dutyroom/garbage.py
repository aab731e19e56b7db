"""When Python looks for garbage: what is made once and stays is none, and to look through it costs more than to make it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

AFTER = 100_000
"""Objects that a collection waits for; about five group commits."""


@contextmanager
def without_collecting() -> Iterator[None]:
    """A hundred thousand points are no garbage: to look for it among them would take a third of the time, now and ever after.

    Nor are the modules of the pages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def collect_rarely() -> None:
    """A group commit makes tens of thousands of tuples that are gone after it, and no cycles: to look through them for garbage as
    often as Python does by itself would be half of what decoding costs.
    """
    gc.set_threshold(AFTER, 10, 10)
