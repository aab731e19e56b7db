"""A secret: kept out of every text that anybody prints by accident."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from facility.text import Text

HIDDEN = "***"


class MissingSecret(ValueError):
    """Where a secret should be there is nothing. ``why`` names the variable or the file, never a value."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


class Secret:
    """Shown as ``***`` by ``repr`` and ``str``; only ``reveal`` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__


def from_environment(name: str, environment: Mapping[str, str]) -> Secret:
    """Raises ``MissingSecret``."""
    text = environment.get(name, "").strip()
    if not text:
        raise MissingSecret(Text(f"环境变量 {name} 没有设置", f"the environment variable {name} is not set"))
    return Secret(text)


def from_file(file: Path) -> Secret:
    """The file's text without the line's end. Raises ``MissingSecret``."""
    try:
        text = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8?"
        raise MissingSecret(Text(f"文件 {file} 读不了：{why}", f"the file {file} cannot be read: {why}")) from None
    if not text:
        raise MissingSecret(Text(f"文件 {file} 是空的", f"the file {file} is empty"))
    return Secret(text)
