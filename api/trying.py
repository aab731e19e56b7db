"""A change of a rule, tried on stored history before it is made: in a thread of its own, bounded, its progress to be seen."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from api.context import Context
from facility.instant import DAY, MINUTE
from rules.book import RuleBook
from rules.differences import Comparison, compare
from rules.past import Setup, set_up
from rules.replay import replay_here
from rules.replaying import Found
from rules.rule import Rule
from storage.readings.port import ReadingsUnavailable
from storage.records.port import RecordsUnavailable

MOST_READINGS = 15_000_000
"""More would keep the pages slow for minutes; the command line has no such limit."""
LONGEST = 5 * MINUTE
MOST_DAYS = 400
KEPT = 30
WAITING = 3
"""So many may wait or run at once."""


class TooBusy(Exception):
    """Others are trying changes right now."""


class TooMuch(Exception):
    """The stretch holds too many readings. ``days`` is about how many would do."""

    def __init__(self, readings: int, days: int) -> None:
        self.readings, self.days = readings, days
        super().__init__(f"{readings} readings; about {days} days would do")


class _GivenUp(Exception):
    """It took too long."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """One change on its way. Written by its own thread; ``done`` and ``total`` count points, before and after the change."""

    number: int
    before: Rule
    after: Rule
    start: int
    end: int
    who: str
    points: int = 0
    readings: int = 0
    done: int = 0
    total: int = 0
    comparison: Comparison | None = None
    was: Found | None = None
    would_be: Found | None = None
    failed: str = ""
    """Why there is no result: too-long, unavailable, or what the rule's code raised."""

    @property
    def running(self) -> bool:
        """Whether there will be more to see."""
        return self.comparison is None and not self.failed


class Trials:
    """The newest trials, the oldest forgotten. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._numbers = itertools.count(1)
        self._kept: dict[int, Trial] = {}

    def get(self, number: int) -> Trial | None:
        """As it stands now: a page is drawn from one state of it. None once it is forgotten."""
        found = self._kept.get(number)
        return None if found is None else replace(found)

    def start(self, context: Context, rules: tuple[Rule, Rule], days: int, who: str) -> Trial:
        """``rules``: as it is, and as it would be. Raises ``TooBusy``, ``TooMuch``."""
        end = context.clock()
        before, after = rules
        trial = Trial(number=0, before=before, after=after, start=end - days * DAY, end=end, who=who)
        setups = _set_ups(context, trial)
        expected = sum(_expected(setup) for setup in setups)
        if expected > MOST_READINGS:
            raise TooMuch(expected, max(1, days * MOST_READINGS // expected))
        trial.total = sum(len(setup.points) for setup in setups)
        with self._lock:
            if sum(other.running for other in self._kept.values()) >= WAITING:
                raise TooBusy
            trial.number = next(self._numbers)
            self._kept[trial.number] = trial
            for old in list(self._kept)[:-KEPT]:
                del self._kept[old]
        threading.Thread(target=self._run, args=(context, trial, setups), name="trial", daemon=True).start()
        return trial

    def _run(self, context: Context, trial: Trial, setups: tuple[Setup, Setup]) -> None:
        with self._one_at_a_time:
            try:
                _try_out(context, trial, setups)
            except _GivenUp:
                trial.failed = "too-long"
            except (ReadingsUnavailable, RecordsUnavailable):
                trial.failed = "unavailable"
            except Exception as error:  # noqa: BLE001 - a person waits for an answer, and it is theirs to see
                trial.failed = f"{type(error).__name__}: {error}"


def trials_of(context: Context) -> Trials:
    """The web process's own."""
    return context.remember("trials", "", Trials)


def _set_ups(context: Context, trial: Trial) -> tuple[Setup, Setup]:
    others = context.book().rules  # a rule that puts others together needs these
    with context.records.read() as unit:
        was, would_be = (
            set_up(unit, RuleBook(rules={**others, rule.id: rule}), trial.start, trial.end, rules=(rule.id,))
            for rule in (trial.before, trial.after)
        )
    return was, would_be


def _expected(setup: Setup) -> int:
    """About how many readings: by each point's own interval."""
    past = setup.past
    points = past.registers[-1][1].points
    intervals = (points[point].interval for point in setup.points if point in points)
    return sum((past.end - past.begin) // interval for interval in intervals if interval)


def _try_out(context: Context, trial: Trial, setups: tuple[Setup, Setup]) -> None:
    late = context.clock() + LONGEST
    was = replay_here(setups[0].past, context.readings, setups[0].points, _counter(context, trial, late))
    would_be = replay_here(setups[1].past, context.readings, setups[1].points, _counter(context, trial, late))
    for error in (*was.errors.values(), *would_be.errors.values()):
        trial.failed = error
        return
    trial.was, trial.would_be = was, would_be
    trial.readings = would_be.readings
    trial.points = len(setups[1].points)
    trial.comparison = compare(was.spells, would_be.spells, trial.end)


def _counter(context: Context, trial: Trial, late: int) -> Callable[[int, int], None]:
    before = trial.done

    def count(done: int, total: int) -> None:
        del total
        trial.done = before + done
        if context.clock() > late:
            raise _GivenUp

    return count
