"""The same rule and the same series, told to Prometheus' own judge and to ours."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facility.quality import Quality
from facility.reading import Reading
from rules.columns import columns
from rules.judging import judge_batch
from rules.layout import compile_engine
from rules.memory import fresh_memory
from rules.timeline import What
from tests.rules.room import T0, book_of, point, register, rule_text, setting

SECOND = 1_000
STEP = 10 * SECOND
FAULT = "NaN"
"""A broken wire. Prometheus knows no quality: its exporters say NaN."""

Series = Sequence[str]
"""One word a step: a value, ``_`` (nothing came) or ``FAULT``."""
Firing = set[tuple[str, str, int]]
"""(rule, point, step) wherever an alert fires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One rule in both languages."""

    name: str
    expression: str
    """What Prometheus evaluates."""
    table: str
    """Our kind's table, its delays aside."""
    hold: int = 0
    clear: int = 0
    """Both in milliseconds; ``for`` and ``keep_firing_for`` there."""

    def theirs(self) -> dict[str, str]:
        """As Prometheus reads it; YAML is glad with JSON."""
        delays = {"for": f"{self.hold}ms", "keep_firing_for": f"{self.clear}ms"}
        return {"alert": self.name, "expr": self.expression, **delays}

    def ours(self) -> str:
        """As Dutyroom reads it."""
        delays = f'\nhold_for = "{self.hold // SECOND}s"\nclear_for = "{self.clear // SECOND}s"'
        return rule_text(self.name, self.table + delays)


def differs(
    promtool: str, folder: Path, twins: Iterable[Twin], series: Mapping[str, Series], firing: Firing, every: int = STEP
) -> str:
    """Empty when Prometheus, evaluating ``every`` so many milliseconds, fires exactly so; else what promtool says."""
    (folder / "rules.json").write_text(json.dumps({"groups": [{"name": "all", "rules": [t.theirs() for t in twins]}]}))
    (folder / "tests.json").write_text(json.dumps(_questions(twins, series, firing, every)))
    told = subprocess.run(
        [promtool, "test", "rules", "tests.json"], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if told.returncode == 0 else f"{told.stdout}{told.stderr}"


def _questions(twins: Iterable[Twin], series: Mapping[str, Series], firing: Firing, every: int) -> dict[str, object]:
    expected: dict[tuple[str, int], list[str]] = defaultdict(list)
    for rule, name, step in firing:
        expected[rule, step].append(name)
    steps = range(0, max(len(words) for words in series.values()), every // STEP)
    test = {
        "interval": f"{STEP}ms",
        "input_series": [
            {"series": f'pressure{{point="{name}"}}', "values": " ".join(words)} for name, words in series.items()
        ],
        "alert_rule_test": [
            {
                "eval_time": f"{step * STEP}ms",
                "alertname": twin.name,
                "exp_alerts": [{"exp_labels": {"point": name}} for name in sorted(expected[twin.name, step])],
            }
            for twin in twins
            for step in steps
        ],
    }
    return {"rule_files": ["rules.json"], "evaluation_interval": f"{every}ms", "tests": [test]}


def our_firing(
    twins: Iterable[Twin], series: Mapping[str, Series], *, set_to: float = 0.6, resolution: float = 0.001
) -> Firing:
    """The engine's own answer: every step, from the one that raised it up to the one that returned it."""
    house = register(
        points=[point(name, "pressure", "MPa", resolution) for name in series],
        settings=[setting(set_to, point=name) for name in series],
    )
    engine = compile_engine(book_of(*(twin.ours() for twin in twins)), house, T0)
    memory = fresh_memory(engine, T0)
    arrived = columns([reading for name, words in series.items() for reading in _readings(name, words)], engine.index)
    found: Firing = set()
    for move in judge_batch(engine, memory, arrived, T0).moves:
        rule, gauge = engine.of(move.row)
        begun: int | None = None
        for transition in move.transitions:
            if transition.what is What.RAISED:
                begun = transition.track.raised
            elif transition.what is What.RETURNED and begun is not None:
                found |= _steps(rule.id, gauge.id, begun, transition.track.last)
                begun = None
        if begun is not None:
            found |= _steps(rule.id, gauge.id, begun, T0 + len(series[gauge.id]) * STEP)
    return found


def _steps(rule: str, name: str, begun: int, over: int) -> Firing:
    return {(rule, name, (at - T0) // STEP) for at in range(begun, over, STEP)}


def _readings(name: str, words: Series) -> Iterable[Reading]:
    for step, word in enumerate(words):
        if word != "_":
            faulty = word == FAULT
            quality = Quality.SENSOR_FAULT if faulty else Quality.GOOD
            yield Reading(name, T0 + step * STEP, 0.0 if faulty else float(word), quality)
