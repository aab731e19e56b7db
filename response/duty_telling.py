"""Who is told that a duty falls due soon, or is late and can still be done: whoever is named for it, else its team on duty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from facility.alert import Severity
from facility.chain import About, Chain, pick, whom
from facility.fact import Fact
from facility.instant import to_datetime
from facility.register import Register
from facility.text import Text
from response.telling import both, next_time, place
from response.told import Subject, Teller, Telling
from storage.records.port import Unit

NAME = "duties-due-soon"
"""Of the follower."""
NOUNS = frozenset({"duty"})
SOON, OVERDUE = "due-soon", "overdue"


@dataclass(frozen=True, kw_only=True)
class DutyTelling:
    """``follow`` is a follower's handler for ``NOUNS``."""

    chains: Callable[[], Mapping[str, Chain]]
    teller: Teller

    def follow(self, unit: Unit, fact: Fact, now: int) -> None:
        """A fact about a duty. What has been missed meanwhile is told by its alert."""
        if fact.what not in (SOON, OVERDUE) or now >= int(fact.data["missed"]):
            return
        chain = pick(self.chains(), "", Severity.MEDIUM, life_safety=False, about=About.DUTY)
        if chain is None:
            return
        register, data = self.teller.register(unit), fact.data
        subject = Subject(
            cause=f"duty:{fact.subject}/{data['due']}",
            template="plain",
            data=told(register, fact),
            severity=Severity.MEDIUM,
            life_safety=False,
            assignee=str(data["assignee"]),
            team=str(data["team"]),
        )
        # By what it is about, not by the fact: told again it is the same notice.
        key = f"{subject.cause}/{fact.what}/{data['warning']}/{subject.assignee}/{subject.team}/{chain.id}"
        telling = Telling(self.teller, unit, _in_time(chain, fact, self.teller.rota(unit).zone), subject, key, fact.at)
        if not any(telling.found(level) for level in chain.levels):
            telling = replace(telling, chain=_to_managers(telling.chain))
        self.teller.once(telling)


def _in_time(chain: Chain, fact: Fact, zone: tzinfo) -> Chain:
    """What cannot wait to go out together with others goes out by itself."""
    waits = chain.digest and next_time(chain.digest, fact.at, zone) >= _end(fact)
    return replace(chain, digest=()) if waits else chain


def _end(fact: Fact) -> int:
    """Until when it is of any use to know."""
    return int(fact.data["missed"] if fact.what == OVERDUE else fact.data["due"])


def _to_managers(chain: Chain) -> Chain:
    """Nobody named, nobody of the team on duty now or later: somebody must know that."""
    return replace(chain, levels=(replace(chain.levels[0], whom=(whom("manager"),)),))


def told(register: Register, fact: Fact) -> dict[str, Any]:
    """Which duty, for what, of which clause, until when, and what to do."""
    data = fact.data
    title, do = (Text(data[name]["zh"], data[name]["en"]) for name in ("title", "do"))
    where, many = _where(register, fact), int(data["many"])
    end = f"{to_datetime(_end(fact) - 1, register.time_zone):%Y-%m-%d %H:%M}"
    zh, en = (f"{title.zh}（{many} 项）", f"{title.en} ({many})") if many > 1 else (title.zh, title.en)
    head, until = _WORDS[fact.what]
    body = Text(
        f"{where.zh} · {data['clause']} · {until.zh.format(end)}。{do.zh}",
        f"{where.en} · {data['clause']} · {until.en.format(end)}. {do.en}",
    )
    return {
        "title": {"zh": f"{head.zh}：{zh}", "en": f"{head.en}: {en}"},
        "body": both(body),
        "link": _link(fact),
    }


_WORDS = {
    SOON: (Text("即将到期", "Due soon"), Text("请于 {} 前完成", "to be done by {}")),
    OVERDUE: (Text("已逾期", "Late"), Text("最迟可补做到 {}", "can still be done until {}")),
}


def _where(register: Register, fact: Fact) -> Text:
    """The thing with its place; of several the place of the first, or how many there are besides."""
    data = fact.data
    target, zone, more = str(data["target"]), str(data["zone"]), int(data["many"]) - 1
    one = place(register, zone, target if target != zone else "")
    site = register.sites.get(target)
    if site is not None and not one.zh:
        one = site.name
    if not more:
        return one
    return Text(f"{one.zh} 等", f"{one.en} and {more} more")


def _link(fact: Fact) -> str:
    some = fact.data["occurrences"]
    if len(some) == 1:
        return f"/duties/{some[0]}"
    show = "soon" if fact.what == SOON else "late"
    return f"/duties?{urlencode({'show': show, 'duty': fact.subject})}"
