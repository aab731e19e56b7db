"""What management is told: a report that was not solved. Told once, by every channel that reaches them."""

from __future__ import annotations

from collections.abc import Callable

from facility.alert import Severity
from facility.chain import About, Chain, Level, whom
from facility.fact import Fact
from facility.text import Text
from response.reports.settings import ReportBook
from response.told import Subject, Teller, Telling
from storage.records.port import Unit

NAME = "residents-unsolved"
"""Of the follower, and of the chain by which "why was I told?" is answered."""
NOUNS = frozenset({"report"})
TITLE = Text("居民报修没有解决", "A residents' report was not solved")


def management(channels: frozenset[str]) -> Chain:
    """Its one level: who manages, at once, during quiet hours by their own list only."""
    level = Level(whom=(whom("manager"),), by=tuple(sorted(channels)))
    return Chain(id=NAME, version="1", title=TITLE, about=About.NEWS, levels=(level,))


def tell_management(teller: Teller, book: Callable[[], ReportBook], unit: Unit, fact: Fact, now: int) -> None:
    """A fact about a report. Whoever found that it was not solved, and manages, knows already."""
    del now
    if fact.noun != "report" or fact.what != "unsolved":
        return
    report = unit.reports.get(int(fact.subject))
    kind, register = book().kinds.get(report.kind).title, teller.register(unit)
    names = [zone.name for zone in register.zone_path(report.zone)]
    times = report.times_unsolved
    body = {
        "zh": f"{kind.say('zh')} · {' › '.join(one.say('zh') for one in names)} · 第 {times} 次未解决。请说明接下来怎么改进。",
        "en": f"{kind.say('en')} · {' › '.join(one.say('en') for one in names)} · not solved, {times}×. "
        "Please say what will be done otherwise.",
    }
    subject = Subject(
        cause=f"report:{report.id}",
        template="plain",
        data={"title": {"zh": TITLE.zh, "en": TITLE.en}, "body": body, "link": f"/residents/{report.id}"},
        severity=Severity.HIGH,
        life_safety=False,
    )
    key = f"{subject.cause}/{fact.seq}/{NAME}"
    teller.once(Telling(teller, unit, management(teller.channels()), subject, key, fact.at), but=fact.who)
