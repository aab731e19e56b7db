"""The site's playbooks, followed while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dutyroom.followed import Followed
from facility.playbook import Playbook
from response.playbook_files import BrokenPlaybooks, load_playbooks


class PlaybookFiles(Followed[Mapping[str, Playbook]]):
    """A site's folder ``playbooks`` on top of the shipped ones."""

    NAME, BROKEN = "playbooks", (BrokenPlaybooks,)

    def load(self, folder: Path | None) -> Mapping[str, Playbook]:
        """Raises ``BrokenPlaybooks``."""
        return load_playbooks(*([folder] if folder else []))

    def playbooks(self) -> Mapping[str, Playbook]:
        """The newest that could be loaded."""
        return self.newest()
