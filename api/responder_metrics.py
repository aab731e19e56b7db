"""What Prometheus asks about the responder: who acts, how far behind, clocks that were missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.responders import Part, ResponderHealth, Responding

PART_GAUGES: tuple[tuple[str, str, Callable[[Part], float]], ...] = (
    ("dutyroom_follower_behind", "Facts that a follower has not handled yet", lambda part: part.behind),
    ("dutyroom_follower_lag_seconds", "How long the oldest of them has waited", lambda part: part.lag / 1_000),
    (
        "dutyroom_follower_troubles",
        "Facts that it could not handle and that wait for somebody",
        lambda part: part.troubles,
    ),
)


def responder_metrics(found: Responding, now: int) -> Iterable[Metric]:
    """All families, whether or not there is a responder."""
    yield _each("dutyroom_responder_up", "Heard of within 15 s", found, lambda one: not one.silent(now))
    yield _each("dutyroom_responder_active", "This one acts", found, lambda one: one.active and not one.silent(now))
    acting = [one for one in found.responders if one.active]
    for name, help, value in PART_GAUGES:
        family = GaugeMetricFamily(name, help, labels=["follower"])
        for part in (part for one in acting for part in one.parts if part.kind == "follower"):
            family.add_metric([part.name], value(part))
        yield family
    failures = CounterMetricFamily("dutyroom_step_failures", "Steps and errands that failed", labels=["step"])
    for part in (part for one in acting for part in one.parts if part.kind != "follower"):
        failures.add_metric([part.name], part.failed)
    yield failures
    late = "How long a due clock has waited"
    yield GaugeMetricFamily("dutyroom_clock_lag_seconds", late, value=found.clock_lag(now) / 1_000)
    yield _clocks("dutyroom_clock_warnings", "Clocks that warned", found, "warning")
    yield _clocks("dutyroom_clock_breaches", "Clocks that were missed", found, "breach")


def _each(name: str, help: str, found: Responding, value: Callable[[ResponderHealth], bool]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=["responder"])
    for one in found.responders:
        family.add_metric([one.name], int(value(one)))
    return family


def _clocks(name: str, help: str, found: Responding, kind: str) -> Metric:
    family = CounterMetricFamily(name, help, labels=["clock", "kind"])
    for both, count in found.totals.get(kind, {}).items():
        clock, _, work = both.partition("/")
        family.add_metric([clock, work], count)
    return family
