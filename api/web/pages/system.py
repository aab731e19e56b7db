"""The product's own health: the way of a message as a picture, with what is slow marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Mender, Reader
from api.acting import write
from api.context import context_of
from api.health import Worker, counts, stores, workers
from api.responders import ask_again, responding
from api.web.languages import N_
from api.web.page import Page, reading
from api.web.pages.figures import title_of_rule

router = APIRouter()
OK, SLOW, BROKEN, UNKNOWN = "ok", "slow", "broken", "unknown"
STATE_WORDS = {OK: N_("works"), SLOW: N_("slow"), BROKEN: N_("broken"), UNKNOWN: N_("not known")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One station on a message's way."""

    name: str
    state: str
    figures: list[str]
    """What it says of itself, in words."""


@router.get("/system")
def show(request: Request, visitor: Reader) -> Response:
    """Workers, stores, this process."""
    answering = stores(request.app.state.context)
    with reading(request, visitor) as page:
        found = workers(page.unit)
        streams = request.app.state.live.listeners
        return page.render(
            "system.html",
            ways=[(worker, way(page, worker, answering, streams)) for worker in found],
            bare=[] if found else way(page, None, answering, streams),
            numbers=counts(page.unit),
            responding=responding(page.unit),
            words=STATE_WORDS,
            version=page.context.version,
            title_of=lambda rule: title_of_rule(page, rule),
        )


@router.post("/system/troubles/{number}/retry")
def retry(request: Request, visitor: Mender, number: int) -> Response:
    """Have the responder try a fact again."""
    context = context_of(request)
    write(context, lambda unit: ask_again(unit, number, visitor.actor, context.clock()))
    return RedirectResponse("/system", 303)


def way(page: Page, worker: Worker | None, answering: dict[str, tuple[bool, str]], streams: int) -> list[Stop]:
    """From the broker to the browser."""
    return [*_intake(page, worker), _store(page, "readings", answering), _rules(page, worker),
            _store(page, "records", answering), *_history(page, worker), _pages(page, streams)]  # fmt: skip


def _intake(page: Page, worker: Worker | None) -> list[Stop]:
    look = page.look
    if worker is None:
        none = [look._("no worker has ever reported")]
        return [
            Stop(name=look._("broker"), state=UNKNOWN, figures=none),
            Stop(name=look._("collector"), state=BROKEN, figures=none),
        ]
    return [_broker(page, worker), _collector(page, worker)]


def _broker(page: Page, worker: Worker) -> Stop:
    look, figures = page.look, [worker.url] if worker.url else []
    if worker.since is not None:
        figures.append(look._("connected since %(time)s", time=look.local(worker.since)))
    state = UNKNOWN if worker.connected is None or worker.silent(look.now) else OK if worker.connected else BROKEN
    return Stop(name=look._("broker"), state=state, figures=figures)


def _collector(page: Page, worker: Worker) -> Stop:
    look, figures = page.look, []
    if worker.rate is not None:
        figures.append(look._("%(rate)s messages a second", rate=f"{worker.rate:.1f}"))
    if worker.lag is not None:
        figures.append(look._("%(lag)s ms from receipt to acknowledgement", lag=f"{worker.lag:.0f}"))
    if worker.queue is not None:
        figures.append(look._("%(queue)s waiting", queue=worker.queue))
    if worker.silent(look.now):
        last = look.ago(worker.at) if worker.at is not None else look._("never")
        return Stop(name=look._("collector"), state=BROKEN, figures=[look._("last heard of: %(ago)s", ago=last)])
    return Stop(name=look._("collector"), state=SLOW if worker.slow else OK, figures=figures)


def _store(page: Page, name: str, answering: dict[str, tuple[bool, str]]) -> Stop:
    ok, says = answering[name]
    words = {"readings": page.look._("readings store"), "records": page.look._("records store")}
    return Stop(name=words[name], state=OK if ok else BROKEN, figures=[says])


def _rules(page: Page, worker: Worker | None) -> Stop:
    look, broken = page.look, worker.broken_rules if worker else []
    figures = [look._("%(count)s rules in force", count=len(page.context.book()))]
    figures += [look._("%(rule)s: %(error)s", rule=rule, error=error) for rule, _, error in broken]
    state = BROKEN if broken else OK if worker is not None and not worker.silent(look.now) else UNKNOWN
    return Stop(name=look._("rules"), state=state, figures=figures)


def _history(page: Page, worker: Worker | None) -> list[Stop]:
    """Where readings go on to a server: what waits for it."""
    look, journal = page.look, worker.journal if worker is not None else {}
    if not journal:
        return []
    figures = [look._("%(rows)s rows wait", rows=f"{journal.get('rows', 0):.0f}")]
    if "oldest" in journal:
        figures.append(look._("the oldest since %(ago)s", ago=look.ago(int(journal["oldest"]))))
    figures.append(look._("%(share)s %% of what may wait", share=f"{_share(journal):.0f}"))
    if worker is not None and worker.journal_error:
        figures.append(worker.journal_error)
    away = "away_since" in journal
    return [Stop(name=look._("history"), state=BROKEN if away else OK, figures=figures)]


def _share(journal: Mapping[str, float]) -> float:
    return 100 * journal.get("bytes", 0) / (journal.get("limit") or 1)


def _pages(page: Page, streams: int) -> Stop:
    figures = [page.look._("live pages open: %(count)s", count=streams)]
    return Stop(name=page.look._("pages and alarms on screens"), state=OK, figures=figures)
