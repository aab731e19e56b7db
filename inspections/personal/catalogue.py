"""The classes of personal data: a file that is shipped, and how long a site keeps each of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from facility.instant import duration, duration_text
from facility.text import Text

SHIPPED = Path(__file__).parent / "classes.toml"
SITE_FILE = "kept.toml"
"""In the site's folder ``personal-data``."""
RETENTION = "retention"
"""Ended by the engine in this room."""


class BrokenCatalogue(ValueError):
    """The file cannot be used: file, class, what was wrong, what is allowed."""


def _text(value: Any) -> Text:
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        raise ValueError('write { zh = "…", en = "…" }')
    return Text(str(value["zh"]), str(value["en"]))


Said = Annotated[Text, BeforeValidator(_text)]
Span = Annotated[int | None, BeforeValidator(lambda value: duration(value) if value else None)]


class _Class(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    id: str
    title: Said
    what: Said
    where: Said
    basis: Said
    kept: Span
    least: Span = None
    most: Span = None
    end: Said
    ended_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass:
    """One kind of personal data."""

    id: str
    title: Text
    what: Text
    where: Text
    basis: Text
    since: Text
    """From when ``kept`` counts."""
    kept: int | None
    """Milliseconds; None where nothing ends it by itself."""
    least: int | None
    most: int | None
    end: Text
    ended_by: str

    @property
    def by_itself(self) -> bool:
        """Whether the engine in this room ends it."""
        return self.ended_by == RETENTION


def load_classes(folder: Path | None = None) -> dict[str, DataClass]:
    """By id, in the file's order, with the site's own times on top. Raises ``BrokenCatalogue``."""
    found = _shipped()
    own = folder / SITE_FILE if folder is not None else None
    if own is None or not own.is_file():
        return found
    return found | {id: _kept_for(found, id, kept, own) for id, kept in _own(own).items()}


def _shipped() -> dict[str, DataClass]:
    rows = tomllib.loads(SHIPPED.read_text("utf-8"))["class"]
    found = {}
    for row in rows:
        since = _text(row.pop("from"))
        found[row["id"]] = DataClass(since=since, **dict(_Class.model_validate(row)))
    return found


def _own(path: Path) -> Mapping[str, Any]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenCatalogue(f"{path}: is not TOML: {error}") from None
    strange = sorted(set(said) - {"kept"})
    if strange or not isinstance(said.get("kept"), dict):
        raise BrokenCatalogue(
            f'{path}: {", ".join(strange) or "kept"}: allowed: a table [kept] with lines class = "90d"'
        )
    return said["kept"]  # type: ignore[no-any-return]


def _kept_for(found: Mapping[str, DataClass], id: str, kept: Any, path: Path) -> DataClass:
    one = found.get(id)
    if one is None or not one.by_itself:
        allowed = ", ".join(known.id for known in found.values() if known.by_itself)
        raise BrokenCatalogue(f"{path}: kept.{id}: no such class is set here; allowed: {allowed}")
    try:
        span = duration(str(kept))
    except ValueError as error:
        raise BrokenCatalogue(f"{path}: kept.{id}: {error}") from None
    least, most = one.least or 0, one.most or span
    if not least <= span <= most:
        raise BrokenCatalogue(f"{path}: kept.{id}: {kept!r}; allowed: {duration_text(least)} to {duration_text(most)}")
    values = {name: getattr(one, name) for name in DataClass.__slots__}
    return DataClass(**(values | {"kept": span}))


def check_shipped() -> None:
    """Raises ``BrokenCatalogue`` when a shipped class is outside its own limits."""
    try:
        classes = load_classes()
    except ValidationError as error:
        raise BrokenCatalogue(f"{SHIPPED}: {error}") from None
    for one in classes.values():
        if one.kept is not None and not (one.least or 0) <= one.kept <= (one.most or one.kept):
            raise BrokenCatalogue(f"{SHIPPED}: {one.id}: kept is outside least and most")
