"""The stories of playbook files, told: what people do is done, and it must stand as the story says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.incident import Act, Incident, advance, begin, due, end, owed
from facility.incident_step import Deed, StepState
from facility.instant import duration, duration_text
from facility.playbook import Evidence, Playbook, Tale
from facility.work_order import MissingField

_REFUSALS = (NotAllowed, MissingField, FieldRefused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story and what came of it."""

    playbook: Playbook
    tale: Tale
    wrong: str
    """What was not as it says; empty: it held."""

    def __str__(self) -> str:
        return f"{self.playbook.path}: {self.playbook.id}: {self.tale.name}: {self.wrong or 'held'}"


def tell(playbook: Playbook) -> list[Telling]:
    """Every story of a playbook."""
    return [Telling(playbook=playbook, tale=tale, wrong=_told(playbook, tale)) for tale in playbook.tales]


def _told(playbook: Playbook, tale: Tale) -> str:
    incident = begin(playbook, place="t1", zone="t1", at=0, event_at=0, who="system:incidents")
    now = 0
    for line in tale.acts:
        refused = line.startswith("!")
        try:
            at, rest = _timed(line.removeprefix("!"))
        except ValueError as error:
            return str(error)
        if at < now:
            return f"{line!r} comes before the act above it"
        now = at
        try:
            after = _done(incident, at, rest)
        except _REFUSALS as error:
            if not refused:
                return f"{line!r} was refused: {error}"
            continue
        except (ValueError, KeyError) as error:
            return f"{line!r}: {error}"
        if refused:
            return f"{line!r} was not refused"
        incident = after
    return _compared(incident, tale, now if tale.at < 0 else tale.at)


def _timed(line: str) -> tuple[int, list[str]]:
    words = line.split()
    if len(words) < 3:
        raise ValueError(f"{line!r} is no act; allowed: TIME WHO DEED STEP …, or TIME WHO end")
    return duration(words[0]), words[1:]


def _done(incident: Incident, at: int, words: list[str]) -> Incident:
    who, deed, rest = words[0], words[1], words[2:]
    if deed == "end":
        return end(incident, who, at, " ".join(rest))
    if deed not in [one.value for one in Deed]:
        raise ValueError(f"{deed!r} is no deed; allowed: {', '.join(one.value for one in Deed)}, end")
    if not rest or all(step.script.id != rest[0] for step in incident.steps):
        raise ValueError(f"names no step; allowed: {', '.join(step.script.id for step in incident.steps)}")
    return advance(incident, _act(incident, Act(deed=Deed(deed), step=rest[0], who=who, at=at), rest[1:]))


def _act(incident: Incident, act: Act, said: list[str]) -> Act:
    """With what is said after the step: the answer and its cause, the evidence, or the reason."""
    script = incident.step(act.step).script
    text = " ".join(said)
    if act.deed is Deed.CHOOSE:
        return replace(act, choice=said[0] if said else "", reason=" ".join(said[1:]))
    if act.deed is Deed.DO and script.command is None:
        value = str(duration(text)) if script.evidence is Evidence.TIME and text else text
        return replace(act, value=value)
    return replace(act, reason=text)


def _compared(incident: Incident, tale: Tale, at: int) -> str:
    found = {
        "done": tuple(s.script.id for s in incident.steps if s.state is StepState.DONE),
        "owed": tuple(step.script.id for step in owed(incident)),
        "late": tuple(s.script.id for s in incident.steps if _late(incident, s.script.id, at)),
    }
    if incident.state.value != tale.state:
        return f"at {duration_text(at)} it is {incident.state.value!r}, not {tale.state!r}"
    for name, wanted in (("done", tale.done), ("owed", tale.owed), ("late", tale.late)):
        same = wanted is None or (found[name] == wanted if name == "owed" else sorted(found[name]) == sorted(wanted))
        if not same:
            return f"at {duration_text(at)} {name} is {_some(found[name])}, not {_some(wanted or ())}"
    return ""


def _some(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _late(incident: Incident, id: str, at: int) -> bool:
    step = incident.step(id)
    until = due(incident, step)
    if until is None or step.state is StepState.SKIPPED:
        return False
    finished = step.answered if step.answered is not None else step.done
    return (at if finished is None else finished) > until
