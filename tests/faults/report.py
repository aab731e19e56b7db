"""What a run came to, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.faults.doing import MOST, Start
from tests.faults.running import Outcome

SHOWN = 5
"""Of each kind of wrong."""


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Everything, by name."""
    verdict = outcome.verdict
    return {
        "minutes": outcome.plan.minutes,
        "seed": outcome.plan.seed,
        "stores": "influxdb + postgresql" if outcome.plan.large else "sqlite",
        "broker": outcome.plan.broker,
        "seconds": round(outcome.seconds, 1),
        "faults": dict(sorted(outcome.faults.items())),
        "kills": dict(sorted(kills(outcome.faults).items())),
        "acknowledged": verdict.acknowledged,
        "stored": verdict.stored,
        "missing": verdict.count("missing"),
        "doubled": verdict.count("doubled"),
        "altered": verdict.count("altered"),
        "lost_with_broker": verdict.lost_with_broker,
        "alerts_wanted": verdict.alerts_wanted,
        "alerts_found": verdict.alerts_found,
        "letters_wanted": verdict.letters_wanted,
        "letters_found": verdict.letters_found,
        "drained_seconds": _rounded(outcome.drained),
        "fresh_judged_seconds": _rounded(outcome.fresh_judged),
        "fresh_stored_seconds": _rounded(outcome.fresh_stored),
        "starts": starts(outcome.starts),
        "late_starts": outcome.unstarted,
        "ended_themselves": outcome.ended_themselves,
        "left_out": outcome.without,
        "wrong": outcome.verdict.wrong,
        "failures": outcome.failures,
        "good": outcome.good,
    }


def table(outcome: Outcome) -> str:
    """For a terminal."""
    told = as_json(outcome)
    rows = [(name.replace("_", " "), str(told[name])) for name in _FIGURES]
    lines = [f"{name:<22} {value}" for name, value in rows]
    lines += ["", "faults"] + [f"  {kind:<36} {count}" for kind, count in told["faults"].items()]
    lines += ["", "kills of each part     " + ", ".join(f"{part} {count}" for part, count in told["kills"].items())]
    lines += ["", "seconds until a part did its work again"]
    lines += [f"  {part:<12} " + _words(figures) for part, figures in told["starts"].items()]
    lines += [f"not within {MOST:g} s among other faults: {part}" for part in outcome.unstarted]
    lines += [f"ended by itself        {part} {count} times" for part, count in outcome.ended_themselves.items()]
    lines += [f"left out: {reason}" for reason in outcome.without]
    for kind, which in outcome.verdict.wrong.items():
        lines += ["", f"WRONG {kind}: {len(which)}"] + [f"  {one}" for one in which[:SHOWN]]
    lines += [f"FAILED {failure}" for failure in outcome.failures]
    return "\n".join([*lines, "", "all promises kept" if outcome.good else "BROKEN PROMISES"])


_FIGURES = (
    *("minutes", "seed", "stores", "broker", "seconds", "acknowledged", "stored", "missing", "doubled", "altered"),
    *("lost_with_broker", "alerts_wanted", "alerts_found", "letters_wanted", "letters_found"),
    *("drained_seconds", "fresh_judged_seconds", "fresh_stored_seconds"),
)


def kills(faults: Counter[str]) -> Counter[str]:
    """How often each part was killed, alone and together."""
    together = faults["kill all"]
    found = Counter({kind.removeprefix("kill "): count for kind, count in faults.items() if kind.startswith("kill ")})
    del found["all"]
    return Counter({part: count + together for part, count in found.items()})


def starts(done: list[Start]) -> dict[str, dict[str, float | int | None]]:
    """Part → how often, the median and slowest of those that nothing else disturbed, the slowest of all, and processor time."""
    told: dict[str, dict[str, float | int | None]] = {}
    for part in sorted({one.part for one in done}):
        mine = [one for one in done if one.part == part]
        alone = sorted(one.seconds for one in mine if one.alone)
        used = sorted(one.processor for one in mine)
        told[part] = {
            "starts": len(mine),
            "alone": len(alone),
            "median": round(alone[len(alone) // 2], 2) if alone else None,
            "slowest_alone": round(alone[-1], 2) if alone else None,
            "slowest": round(max(one.seconds for one in mine), 2),
            "processor_median": round(used[len(used) // 2], 2),
        }
    return told


def _words(figures: dict[str, float | int | None]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {'–' if figure is None else figure}" for name, figure in figures.items()
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
