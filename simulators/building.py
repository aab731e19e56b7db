"""A whole simulated building, composed from a register: messages in the order of simulated time, and nothing else.

It reads no clock and does no I/O: the same register, scenario, start and seed give the same bytes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from facility.register import Register
from simulators.devices.model import CannotHappen, Model, read_parameters
from simulators.furnishing import Furnishing
from simulators.guard import Guard
from simulators.line import GatewayLine, Line
from simulators.scenario import Scenario, ScenarioError, Step
from simulators.spoken import Message, Spoken

Thing = Model | Guard | Line


@dataclass(kw_only=True)
class Building:
    """``messages`` may be asked again and again, with later ends. Raises ``ScenarioError`` when a step is not possible."""

    register: Register
    start: int
    seed: int = 1
    scenario: Scenario | None = None

    def __post_init__(self) -> None:
        self.within = Furnishing(register=self.register, start=self.start, seed=self.seed)
        gateways = [line for line in self.within.lines.values() if isinstance(line, GatewayLine)]
        self._things: list[Model | Guard | GatewayLine] = [
            *self.within.models.values(),
            *self.within.guards.values(),
            *gateways,
        ]
        self._place = {id(thing): place for place, thing in enumerate(self._things)}
        self._diary = [(thing.due, place) for place, thing in enumerate(self._things)]
        heapq.heapify(self._diary)
        self._check_steps()
        self._steps = _played(self.scenario)
        self._next_step = next(self._steps, None)
        self._greeted = False

    def messages(self, until: int) -> Iterator[Message]:
        """What is published before ``until``, in order."""
        if not self._greeted:
            self._greeted = True
            yield from self._greet()
        while True:
            step, at = self._next_step, self._diary[0][0] if self._diary else until
            if step is not None and self.start + step.at <= min(at, until - 1):
                self._next_step = next(self._steps, None)
                yield from self._play(step, self.start + step.at)
            elif at < until:
                yield from self._turn()
            else:
                return

    def _turn(self) -> Iterator[Message]:
        at, place = heapq.heappop(self._diary)
        thing = self._things[place]
        if thing.due != at:
            return
        if isinstance(thing, GatewayLine):
            yield from thing.step(at)
        else:
            yield from self._carry(thing.step(at), at)
        self._enter(thing)

    def _enter(self, thing: Thing) -> None:
        """Into the diary at its next instant. Older entries of it are seen to be stale when their time comes."""
        place = self._place.get(id(thing))
        if place is not None:
            heapq.heappush(self._diary, (self._things[place].due, place))

    def _carry(self, said: list[Spoken], now: int) -> Iterator[Message]:
        """From the device to the wire: through its gateway where that speaks for it."""
        for spoken in said:
            line = self.within.lines[spoken.device]
            gateway = self.within.gateway_of(line)
            if gateway is None:
                yield from line.say(spoken, now)
            else:
                gateway.collect(spoken, line, now)
                self._enter(gateway)

    def _greet(self) -> Iterator[Message]:
        """Everything that has a connection of its own says that it is there."""
        for line in self.within.lines.values():
            if self.within.gateway_of(line) is None:
                yield from line.status(online=True, now=self.start)

    def _play(self, step: Step, now: int) -> Iterator[Message]:
        target = self._target(step)
        try:
            if isinstance(target, Line):
                yield from target.happen(step.what, step.given, now)
            else:
                yield from self._carry(target.happen(step.what, step.given, now), now)
        except CannotHappen as error:
            raise ScenarioError(f"{self._where(step)}: {error}") from None
        self._enter(target)

    def hear(self, topic: str, payload: bytes, now: int) -> Iterator[Message]:
        """What was published for a device at ``now``; not before the messages up to then were asked for."""
        name, word = told(topic, payload)
        for (device, _), model in self.within.models.items():
            line = self.within.lines[device]
            if line.address.name == name and word in line.device.commands and not line.silent:
                model.catch_up(max(now, model.now))
                yield from self._carry(model.obey(word), model.now)
                self._enter(model)

    def _target(self, step: Step) -> Thing:
        match step.noun:
            case "route" if step.id in self.within.guards:
                return self.within.guards[step.id]
            case "device" if step.id in self.within.lines:
                return self.within.lines[step.id]
            case "asset":
                found = [model for (_, asset), model in self.within.models.items() if asset == step.id]
                # Of an asset that two devices feed, the one that can do it.
                for model in sorted(found, key=lambda model: step.what not in model.can):
                    return model
        raise ScenarioError(f"{self._where(step)}: no simulated {step.noun} {step.id!r} in the register")

    def _where(self, step: Step) -> str:
        return f"{self.scenario.id if self.scenario else 'scenario'}: {step.what!r} at {step.at // 1000} s"

    def _check_steps(self) -> None:
        """Every step is possible; said before anything is published."""
        for step in self.scenario.steps if self.scenario else ():
            try:
                read_parameters(self._target(step).can, step.what, step.given)
            except CannotHappen as error:
                raise ScenarioError(f"{self._where(step)}: {error}") from None


def told(topic: str, payload: bytes) -> tuple[str, str]:
    """(device, word) of a message on ``dutyroom/v1/<site>/<device>/set``; empty where it is none."""
    levels = topic.split("/")
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return "", ""
    word = said.get("state") if isinstance(said, dict) else None
    return (levels[3], word) if len(levels) == 5 and levels[4] == "set" and isinstance(word, str) else ("", "")


def _played(scenario: Scenario | None) -> Iterator[Step]:
    """The steps in order; again and again where the scenario repeats."""
    turn = 0
    while scenario is not None and scenario.steps and (turn == 0 or scenario.repeat):
        for step in scenario.steps:
            yield replace(step, at=step.at + turn * scenario.repeat)
        turn += 1
