"""The order in which passages and scans were heard of, the same in every store."""

from __future__ import annotations

from facility.reading import Passage, Scan


def heard_in_order(passage: Passage) -> tuple[int, int, str, int, str]:
    """A key to sort by: of what was received together, the earliest first."""
    return passage.received, passage.at, passage.point, passage.seq, passage.event


def scans_in_order(scan: Scan) -> tuple[int, int, str, int, str]:
    """The same for scans."""
    return scan.received, scan.at, scan.point, scan.seq, scan.tag
