"""Every decoder fed with ``--count`` inputs (or ``--total`` among them all): only readings or ``DecodeError`` come out, and soon.

The inputs are the decoders' own examples changed in their structure and byte by byte, and bytes that are nothing. The cost of an
input is processor time of this thread; the aim is 10 ms for the worst. The first failure ends the run with its input.
"""

from __future__ import annotations

import math
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from benchmarks.mutations import Try, tries
from collector.catalogue import DECODERS, Decoder
from collector.decoding import Announced, Decoded, DecodeError, Event, Signal, Status

AIM_MS = 10.0
OPTIONS = ArgumentParser("benchmarks fuzz")
OPTIONS.add_argument("--count", type=int, default=2_000, help="inputs for each decoder")
OPTIONS.add_argument("--total", type=int, default=0, help="inputs among all decoders, instead")
OPTIONS.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs")
OPTIONS.add_argument("--decoder", choices=tuple(DECODERS), default="", help="this one alone")


def main(given: Namespace) -> dict[str, Any]:
    """One JSON line: how many inputs, what came of them, and the cost of an input by decoder."""
    chosen = [DECODERS[given.decoder]] if given.decoder else list(DECODERS.values())
    count = math.ceil(given.total / len(chosen)) if given.total else given.count
    found = {decoder.name: _fed(decoder, count, given.seed) for decoder in chosen}
    worst = max(one["worst_ms"] for one in found.values())
    return {"benchmark": "fuzz", "inputs": count * len(chosen), "worst_ms": worst, "aim_ms": AIM_MS, "decoders": found}


def _fed(decoder: Decoder, count: int, seed: int) -> dict[str, Any]:
    costs: list[float] = []
    refused = 0
    for number, one in enumerate(tries(decoder, count, seed)):
        begun = time.thread_time()
        try:
            wrong = feed(decoder, one)
        except Exception:  # whatever it is, the input that did it is what is wanted
            print(f"{decoder.name}: input {number} of seed {seed}: {one.message}", file=sys.stderr)
            raise
        costs.append((time.thread_time() - begun) * 1_000)
        refused += wrong
    costs.sort()
    return {
        "inputs": count,
        "refused": refused,
        "median_ms": round(costs[len(costs) // 2], 4),
        "p999_ms": round(costs[int(len(costs) * 0.999)], 3),
        "worst_ms": round(costs[-1], 3),
        "over_aim": sum(cost > AIM_MS for cost in costs),
    }


def feed(decoder: Decoder, one: Try) -> bool:
    """Decode it; whether it was refused. Raises whatever must not come out, ``AssertionError`` for a result that must not."""
    try:
        check(decoder.decode(one.message, one.memory))
    except DecodeError:
        return True
    return False


def check(decoded: Decoded) -> None:
    """Nothing but what the next step expects."""
    wrong = [part for part in _parts(decoded) if not _is_sound(part)]
    assert not wrong, wrong[:3]
    assert all(type(text) is str for text in (decoded.speaker, decoded.duplicate_key, *decoded.refused))


def _parts(decoded: Decoded) -> Iterator[Signal | Event | Status | Announced]:
    yield from decoded.signals
    yield from decoded.events
    yield from decoded.statuses
    yield from decoded.announced


def _is_sound(part: Signal | Event | Status | Announced) -> bool:
    match part:
        case Signal(device, key, value, at, unit, test, fault, stale):
            texts, flags = (device, key, unit, fault), (test, stale)
            measured = type(value) is not float or math.isfinite(value)
            return (
                _are(str, *texts)
                and _are(bool, *flags)
                and _is_time(at)
                and type(value) in (float, bool, str)
                and measured
            )
        case Event():
            texts = (part.device, part.name, part.credential, part.direction)
            return _are(str, *texts, part.tag, part.guard) and _is_time(part.at) and type(part.seq) is int
        case Status():
            return _are(str, part.device) and _are(bool, part.online) and _is_time(part.at)
        case _:
            return _are(
                str, part.topic, part.key, part.name, part.unit, part.device_class, part.device_name, part.model
            )


def _are(kind: type, *values: object) -> bool:
    return all(type(value) is kind for value in values)


def _is_time(at: int | None) -> bool:
    return at is None or type(at) is int
