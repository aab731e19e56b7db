"""The engine on arrays against the slow and obvious way, over ten thousand random readings."""

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from facility.quality import Quality
from facility.reading import Reading
from rules.columns import columns
from rules.judging import judge_batch
from rules.layout import compile_engine
from rules.memory import fresh_memory
from rules.timeline import What
from tests.rules.reference import Watch, lives
from tests.rules.room import SECOND, T0, book_of, point, register, rule_text, setting

GAUGES = [f"g{number}.pressure" for number in range(20)]
SET = {gauge: round(0.3 + 0.05 * number, 3) for number, gauge in enumerate(GAUGES)}
BOOK = book_of(
    rule_text(
        "band",
        '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\ndeadband = "0.02 MPa"\nhold_for = "20s"\nclear_for = "40s"',
    ),
    rule_text("minimum", '[minimum]\nlimit = "0.45 MPa"\ndeadband = "0.01 MPa"\nhold_for = "0s"\nclear_for = "30s"'),
    rule_text("maximum", '[maximum]\nlimit = "900 kPa"\nhold_for = "15s"'),
)
FAR = Decimal(1_000)
WATCHES: dict[str, Callable[[str], Watch]] = {
    "minimum": lambda _: Watch(Decimal("0.45"), FAR, Decimal("0.01"), 0, 30_000, 30_000),
    "maximum": lambda _: Watch(-FAR, Decimal("0.9"), Decimal(0), 15_000, 0, 30_000),
    "band": lambda gauge: Watch(
        Decimal(repr(SET[gauge])) - Decimal("0.1"),
        Decimal(repr(SET[gauge])) + Decimal("0.1"),
        Decimal("0.02"),
        20_000,
        40_000,
        30_000,
    ),
}


def random_readings(seed: int, count: int) -> list[Reading]:
    """Walks that cross the limits often, with faults, tests and gaps."""
    dice = random.Random(seed)
    values, times = dict(SET), dict.fromkeys(GAUGES, T0)
    found = []
    for _ in range(count):
        gauge = dice.choice(GAUGES)
        values[gauge] = round(values[gauge] + dice.choice([-0.04, -0.02, -0.001, 0, 0.001, 0.02, 0.04]), 3)
        values[gauge] += (SET[gauge] - values[gauge]) * 0.05
        values[gauge] = round(values[gauge], 3)
        times[gauge] += dice.choice([5, 10, 10, 10, 15, 60]) * SECOND
        quality = dice.choice([Quality.GOOD] * 8 + [Quality.STAMPED, Quality.SENSOR_FAULT])
        found.append(Reading(gauge, times[gauge], values[gauge], quality, dice.random() < 0.05))
    return found


def engine_lives(readings: list[Reading], batch: int) -> dict[tuple[str, str], list[tuple[int | None, ...]]]:
    house = register(
        points=[point(gauge, "pressure", "MPa", 0.001) for gauge in GAUGES],
        settings=[setting(SET[gauge], point=gauge) for gauge in GAUGES],
    )
    engine = compile_engine(BOOK, house, T0)
    memory = fresh_memory(engine, T0)
    found: dict[tuple[str, str], list[list[int | None]]] = defaultdict(list)
    for start in range(0, len(readings), batch):
        arrived = columns(readings[start : start + batch], engine.index)
        outcome = judge_batch(engine, memory, arrived, T0)
        memory.saw(arrived, T0)
        for move in outcome.moves:
            rule, gauge = engine.of(move.row)
            memory.put(move.row, move.after)
            for what, track, _ in move.transitions:
                if what is What.RAISED:
                    found[rule.id, gauge.id].append([track.bad_since, track.raised, None])
                elif what is What.RETURNED:
                    found[rule.id, gauge.id][-1][2] = track.good_since
    return {key: [tuple(life) for life in value] for key, value in found.items()}


def test_ten_thousand_random_readings_are_judged_as_the_slow_way_judges_them() -> None:
    readings = random_readings(seed=7, count=10_000)
    found = engine_lives(readings, batch=173)
    wanted = {
        (rule, gauge): life
        for rule, watch in WATCHES.items()
        for gauge in GAUGES
        if (life := lives(watch(gauge), [reading for reading in readings if reading.point == gauge]))
    }
    assert found == wanted
    assert sum(len(life) for life in wanted.values()) > 150


def test_the_size_of_batches_changes_nothing() -> None:
    readings = random_readings(seed=8, count=3_000)
    assert engine_lives(readings, batch=1) == engine_lives(readings, batch=3_000) == engine_lives(readings, batch=50)
