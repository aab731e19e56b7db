"""A kind of entry: what a phone may bring, who may, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from facility.person import Actor, Right
from storage.records.port import Unit

Sha256 = Field(pattern=r"^[0-9a-f]{64}$", examples=["ab" * 32])


class Body(BaseModel):
    """Base of what stands in an entry. What nobody knows is refused: it would be lost in silence."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One entry as its kind gets it, in the unit in which it is taken."""

    context: Context
    unit: Unit
    actor: Actor
    key: str
    """The phone's own id of it: the same again is the same."""
    body: Any
    """Of the kind's ``shape``."""
    language: str
    device_at: int
    offset: int
    done: int
    """When it was done, by the server's clock."""
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Somebody was first."""

    who: str
    at: int
    what: str
    """The word of the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of it. With ``earlier`` it is a conflict: kept beside what was there, never over it."""

    made: Mapping[str, Any] = field(default_factory=dict)
    """Numbers of what was made, by noun; plain JSON."""
    earlier: Earlier | None = None
    why: str = ""
    """Of a conflict, where there is more to say, in the account's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One file of ``api/phone/kinds`` says ``KIND = Kind(…)``.

    ``take`` raises what routes raise; the entry is then refused with the same words. ``Conflict``: it is tried again.
    """

    name: str
    right: Right
    shape: type[BaseModel]
    take: Callable[[Arrival], Said]
    about: Callable[[Any], str]
    """What a body belongs to: entries about the same thing keep their order."""
    personal: bool = False
    """Data about people stand in it: it is kept where its kind keeps it, with its end, and nowhere else."""
    whereabouts: bool = False
    """It says where whoever sent it was: its fact, which nothing ends, names neither the person nor the place."""
