"""The port of kept files."""

from __future__ import annotations

from typing import Protocol

from facility.kept_file import KeptFile


class Files(Protocol):
    """Files by their content."""

    def keep(self, file: KeptFile) -> None:
        """Nothing happens when it is there already."""

    def has(self, sha256: str) -> bool:
        """Whether it was kept; also when it has had its time since."""

    def get(self, sha256: str) -> KeptFile:
        """Raises ``NotFound``, also when it has had its time: then its hash alone is left."""
