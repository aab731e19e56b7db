"""The stages of a message's way as boxes that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from api.flow import TIMED, states
from api.health import Worker
from api.web.languages import N_
from api.web.look import Look
from api.web.page import Page

SINCE_START = {
    "decoded": N_("%(count)s decoded"),
    "readings": N_("%(count)s readings"),
    "batches": N_("%(count)s commits"),
    "acknowledged": N_("%(count)s acknowledged"),
}

COUNTED = {
    re.compile(r"(?P<store>[^;]*), (?P<count>\d+) points"): N_("%(count)s points"),
    re.compile(r"(?P<store>.*), schema (?P<version>\w+)"): N_("version of the tables: %(version)s"),
}
"""How a store's line about itself may end, and what the end is in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One stage."""

    stage: str
    state: str
    main: str
    """Its figure, with what it counts."""
    figures: list[str]
    technical: str = ""
    """What a store says of itself, or why it fails, as it stands: which program, which version, where."""
    busy: float | None = None
    """Share of the collector's time, where that is known."""

    @property
    def marked(self) -> bool:
        """Whether somebody should look."""
        return self.state in {"slow", "broken"}


def boxes(page: Page, worker: Worker | None, stores: Mapping[str, tuple[bool, str]], streams: int) -> list[Box]:
    """From the broker to the browser; ``stores``: (answers, what it says of itself)."""
    answers = {name: ok for name, (ok, _) in stores.items()}
    told = _figures(page, worker, streams)
    kept = {"store": _of_itself(page.look, *stores["readings"]), "commit": _of_itself(page.look, *stores["records"])}
    if worker is not None:
        kept["forward"] = [], worker.journal_error
    return [
        Box(
            stage=stage,
            state=state,
            main=told[stage][0],
            figures=told[stage][1] + kept.get(stage, ([], ""))[0],
            technical=kept.get(stage, ([], ""))[1],
            busy=_busy(worker, stage),
        )
        for stage, state in states(worker, answers, page.look.now).items()
    ]


def _of_itself(look: Look, answers: bool, says: str) -> tuple[list[str], str]:
    """(what is counted, in words; the rest as it stands)."""
    for line, words in COUNTED.items():
        if answers and (found := line.fullmatch(says)):
            return [look._(words, **found.groupdict())], found["store"]
    return [], says


def _busy(worker: Worker | None, stage: str) -> float | None:
    return min(1.0, worker.busy[stage]) if worker is not None and stage in TIMED and stage in worker.busy else None


def _figures(page: Page, worker: Worker | None, streams: int) -> dict[str, tuple[str, list[str]]]:
    look = page.look
    rules = look._("%(count)s rules in force", count=len(page.context.book()))
    found = dict.fromkeys(TIMED, ("", list[str]()))
    found |= {
        "broker": ("", [look._("no worker has ever reported")]),
        "collect": ("", []),
        "store": ("", []),
        "judge": (rules, []),
        "commit": ("", []),
        "pages": (look._("live pages open: %(count)s", count=streams), []),
    }
    return found if worker is None else found | _of(look, worker, rules)


def _of(look: Look, worker: Worker, rules: str) -> dict[str, tuple[str, list[str]]]:
    return {
        "broker": ("", _broker(look, worker)),
        "collect": (_rate(look, worker), _collect(look, worker)),
        "decode": (_since_start(look, worker, "decoded"), _refused(look, worker)),
        "store": (_since_start(look, worker, "readings"), _errors(look, worker, "readings")),
        "judge": (rules, [look._("%(rule)s: %(error)s", rule=rule, error=error) for rule, _, error in worker.broken_rules]),
        "commit": (_since_start(look, worker, "batches"), _errors(look, worker, "records")),
        "acknowledge": (_since_start(look, worker, "acknowledged"), _lag(look, worker)),
        "forward": (_waiting(look, worker), _journal(look, worker)),
    }  # fmt: skip


def _since_start(look: Look, worker: Worker, figure: str) -> str:
    if figure not in worker.figures:
        return ""
    return look._(SINCE_START[figure], count=f"{worker.figures[figure]:,.0f}")


def _rate(look: Look, worker: Worker) -> str:
    return "" if worker.rate is None else look._("%(rate)s messages a second", rate=f"{worker.rate:.1f}")


def _broker(look: Look, worker: Worker) -> list[str]:
    again = int(worker.link.get("connections", 0)) - 1
    found = [worker.url] if worker.url else []
    return [*found, look._("reconnections: %(count)s", count=again)] if again > 0 else found


def _collect(look: Look, worker: Worker) -> list[str]:
    if worker.silent(look.now):
        last = look.ago(worker.at) if worker.at is not None else look._("never")
        return [look._("last heard of: %(ago)s", ago=last)]
    found = [] if worker.queue is None else [look._("%(queue)s waiting", queue=worker.queue)]
    if left := int(worker.link.get("overflowed", 0)):
        found.append(look._("%(count)s left with the broker for now", count=left))
    return found


def _refused(look: Look, worker: Worker) -> list[str]:
    worst = sorted(worker.reasons.items(), key=lambda pair: -pair[1])[:3]
    found = [look._("%(count)s refused: %(reason)s", count=int(n), reason=look.word("refusal", r)) for r, n in worst]
    if thinned := int(worker.figures.get("thinned", 0)):
        found.append(look._("%(count)s readings thinned", count=thinned))
    return found


def _errors(look: Look, worker: Worker, store: str) -> list[str]:
    errors = int(worker.store_errors.get(store, 0))
    return [look._("write failures: %(count)s", count=errors)] if errors else []


def _lag(look: Look, worker: Worker) -> list[str]:
    if worker.lag is None:
        return []
    return [look._("%(lag)s ms from receipt to acknowledgement", lag=f"{worker.lag:,.0f}")]


def _waiting(look: Look, worker: Worker) -> str:
    return look._("%(rows)s rows wait", rows=f"{worker.journal.get('rows', 0):,.0f}")


def _journal(look: Look, worker: Worker) -> list[str]:
    journal = worker.journal
    found = [look._("the oldest since %(ago)s", ago=look.ago(int(journal["oldest"])))] if "oldest" in journal else []
    share = 100 * journal.get("bytes", 0) / (journal.get("limit") or 1)
    found.append(look._("%(share)s %% of what may wait", share=f"{share:.0f}"))
    return found
