"""The site's escalation chains, followed while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dutyroom.followed import Followed
from facility.chain import Chain
from response.chain_files import BrokenChains, load_chains


class ChainFiles(Followed[Mapping[str, Chain]]):
    """A site's folder ``chains`` on top of the shipped ones."""

    NAME, BROKEN = "chains", (BrokenChains,)

    def load(self, folder: Path | None) -> Mapping[str, Chain]:
        """Raises ``BrokenChains``."""
        return load_chains(*([folder] if folder else []))

    def chains(self) -> Mapping[str, Chain]:
        """The newest that could be loaded."""
        return self.newest()
