"""The port of rule versions: every file that was ever in force."""

from __future__ import annotations

from typing import Protocol

from facility.rule_version import RuleVersion


class RuleVersions(Protocol):
    """Append-only."""

    def add(self, version: RuleVersion) -> RuleVersion:
        """Insert; returns it with its id. Raises ``Conflict`` when the rule has a version of that number already."""

    def of(self, rule: str) -> list[RuleVersion]:
        """Every version of one rule, newest first."""

    def get(self, rule: str, version: str) -> RuleVersion:
        """The newest with that hash, or whose hash begins so (at least 7 characters). Raises ``NotFound``."""

    def newest(self) -> dict[str, RuleVersion]:
        """The newest version of each rule there ever was."""
