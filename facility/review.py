"""The review after an emergency: what people write beside the facts, and the measures that come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from facility.alert import NotAllowed
from facility.work_order import MissingField

Subject = Literal["incident", "work-order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One report. Its figures are worked out from the facts each time it is shown; only the words are people's.

    ``body`` is the report as it was when it was finished, byte for byte, and ``digest`` its SHA-256, which a fact holds too.
    """

    id: int = 0
    noun: str
    """``incident`` or ``work-order``."""
    subject: int
    happened: str = ""
    """What happened, in words."""
    lacked: str = ""
    """What the plan, the stock or the people lacked."""
    effect: str = ""
    """What it meant for the residents."""
    written: int | None = None
    written_by: str = ""
    finished: int | None = None
    finished_by: str = ""
    digest: str = ""
    body: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something that is to change, with who sees to it and by when. Tracked until it is done."""

    id: int = 0
    noun: str
    subject: int
    """Of which report it came."""
    text: str
    owner: str
    """An account."""
    due: int
    created: int
    created_by: str
    done: int | None = None
    done_by: str = ""
    note: str = ""
    """What was done."""
    version: int = 0

    @property
    def open(self) -> bool:
        """Somebody still owes it."""
        return self.done is None

    def late_at(self, now: int) -> bool:
        """Whether its day has passed without it."""
        return (now if self.done is None else self.done) > self.due


def write(review: Review, who: str, at: int, *, happened: str, lacked: str, effect: str) -> Review:
    """The words, as they are now. Raises ``NotAllowed`` once it is finished."""
    if review.finished is not None:
        raise NotAllowed("write", "finished", [])
    return replace(
        review, written=at, written_by=who, happened=happened.strip(), lacked=lacked.strip(), effect=effect.strip()
    )


def finish(review: Review, who: str, at: int, *, body: str, digest: str) -> Review:
    """Kept as shown. Raises ``NotAllowed`` when it is finished, ``MissingField`` while nobody wrote what happened."""
    if review.finished is not None:
        raise NotAllowed("finish", "finished", [])
    for field in ("happened", "lacked"):
        if not getattr(review, field).strip():
            raise MissingField("finish", field)
    return replace(review, finished=at, finished_by=who, body=body, digest=digest)


def carry_out(measure: Measure, who: str, at: int, note: str) -> Measure:
    """It is done. Raises ``NotAllowed``, ``MissingField``."""
    if measure.done is not None:
        raise NotAllowed("done", "done", [])
    if not note.strip():
        raise MissingField("done", "note")
    return replace(measure, done=at, done_by=who, note=note.strip())
