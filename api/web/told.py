"""Who was told and why, in sentences: for the pages of alerts, work orders and incidents, and for one's own list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from api.rota_reading import rota_of
from api.web.look import Look
from facility.fact import Fact
from facility.notice import Notice
from facility.rota import Rota
from notify.channel import Message
from notify.texts import words
from notify.texts.rendering import NoText, Texts
from response.escalation import told_of

if TYPE_CHECKING:
    from api.web.page import Page

_TEXTS = Texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One notice as a page shows it."""

    notice: Notice
    name: str
    title: str
    channel: str
    why: list[str]
    """Sentences that answer "why was I told?"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a chain did at one instant."""

    fact: Fact
    people: list[str]
    whom: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Names of people and teams in the rota and among the accounts."""

    rota: Rota
    names: Mapping[str, str]
    look: Look

    def name(self, person: str) -> str:
        """A person, a contractor's telephone, or a room of many."""
        found = self.rota.people.get(person)
        if found is not None:
            return found.name
        kind, _, rest = person.partition("/")
        if kind == "team" and rest in self.rota.teams:
            return self.look.say(self.rota.teams[rest].name)
        if kind == "room":
            return self.look._("everybody in %(channel)s", channel=self.look.word("channel", rest))
        return self.names.get(person, person) or self.look._("nobody in particular")

    def team(self, team: str) -> str:
        """A team's name."""
        found = self.rota.teams.get(team)
        return self.look.say(found.name) if found else team

    def whom(self, text: str) -> str:
        """An entry of a level's ``whom`` in words."""
        kind, _, name = text.partition(":")
        _ = self.look._
        match kind:
            case "on-duty":
                return _("on duty: %(team)s", team=self.team(name)) if name else _("everybody on duty")
            case "next":
                return _("next on duty: %(team)s", team=self.team(name))
            case "team":
                return _("everybody of %(team)s", team=self.team(name))
            case "skill":
                return _("on duty with the skill %(skill)s", skill=self.look.word("skill", name))
            case "person":
                return self.name(name)
            case "contractor":
                return _("contractor: %(team)s", team=self.team(name))
            case "room":
                return _("everybody in %(channel)s", channel=self.look.word("channel", name))
            case _:
                return {
                    "manager": _("the manager"),
                    "assignee": _("whoever the work order is given to"),
                    "doer": _("whoever does the duty"),
                }.get(kind, text)


def people_of(page: Page) -> People:
    """As the page's snapshot has them."""
    return People(rota=rota_of(page.context, page.unit), names=page.names, look=page.look)


def rows(page: Page, notices: Iterable[Notice], people: People | None = None) -> list[Row]:
    """Notices as a page shows them."""
    known = people or people_of(page)
    return [
        Row(
            notice=notice,
            name=known.name(notice.person),
            title=_plain(message(notice, page.look.language).title, page.look.language),
            channel=page.look.word("channel", notice.channel),
            why=why(notice, known),
        )
        for notice in notices
    ]


def message(notice: Notice, language: str) -> Message:
    """What it says, in the reader's language; where its text has gone, what it was about."""
    try:
        return _TEXTS.message(replace(notice, language=language))
    except (NoText, TemplateError, TypeError, KeyError):
        said = notice.data.get("title")
        title = str(said.get(language) or next(iter(said.values()), "")) if isinstance(said, Mapping) else ""
        return Message(key=notice.key, address=notice.address, title=title or notice.cause, body=title or notice.cause)


def _plain(title: str, language: str) -> str:
    """Without the mark at its beginning: the page shows how urgent it is beside it."""
    marks = [*words.SEVERITIES[language].values(), words.LIFE_SAFETY[language], words.TEST[language]]
    for mark in marks:
        title = title.removeprefix(f"【{mark}】" if language == "zh" else f"{mark}: ")
    return title


def why(notice: Notice, people: People) -> list[str]:
    """Why this person: whom the chain names, the shift, after how long, and by which way."""
    look, found = people.look, notice.why
    _ = look._
    if found.get("digest"):
        return [_("It carries %(count)s messages that could wait.", count=len(found["digest"]))]
    chain = _said(found.get("chain_title"), look.language) or str(found.get("chain", ""))
    if found.get("test"):
        return [_("%(name)s tried out the chain “%(chain)s”.", name=found.get("by") or _("Somebody"), chain=chain)]
    if not chain:
        return [str(value) for value in found.values() if isinstance(value, str)]
    sentences = [
        _(
            "Level %(level)s of the chain “%(chain)s” names: %(whom)s.",
            level=found["level"],
            chain=chain,
            whom=people.whom(found["whom"]),
        )
    ]
    if shift := found.get("shift"):
        span = f"{look.local(shift['start'])} – {look.local(shift['end'])}"
        sentences.append(_("On duty for %(team)s: %(span)s.", team=people.team(shift["team"]), span=span))
    if found.get("after"):
        sentences.append(
            _(
                "This level comes %(span)s after the beginning, when nobody has answered.",
                span=look.span(found["after"]),
            )
        )
    if found.get("told", 1) > 1:
        sentences.append(_("Told %(count)s times by now, because nobody had answered.", count=found["told"]))
    if found.get("told", 1) == 0:
        sentences.append(_("Nobody whom the chain names could be found."))
    if found.get("instead"):
        sentences.append(_("None of the channels that the chain wants reaches them: this one does."))
    return sentences


def moments(page: Page, causes: Sequence[str], people: People) -> list[Moment]:
    """What the chains did about these, oldest first."""
    return [
        Moment(
            fact=fact,
            people=[people.name(person) for person in fact.data.get("people", [])],
            whom=[people.whom(text) for text in fact.data.get("whom", [])],
        )
        for fact in told_of(page.unit, causes)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAbout:
    """Everything the partial ``told.html`` shows."""

    rows: list[Row]
    moments: list[Moment]
    running: bool
    next_at: int | None
    names: str
    """Those who were told, each once."""


def told(page: Page, causes: Sequence[str]) -> ToldAbout:
    """Who was told about these, and what the chains do."""
    people = people_of(page)
    notices = page.unit.notices.of_causes(causes)
    runs = page.unit.chains.running(causes)
    reached = [n for n in notices if n.sent is not None or n.acknowledged is not None]
    return ToldAbout(
        rows=rows(page, notices, people),
        moments=moments(page, causes, people),
        running=bool(runs),
        next_at=min((run.attend_at for run in runs if run.attend_at is not None), default=None),
        names=("、" if page.look.language == "zh" else ", ").join(
            dict.fromkeys(people.name(notice.person) for notice in reached)
        ),
    )


def _said(text: Any, language: str) -> str:
    return str(text.get(language) or next(iter(text.values()), "")) if isinstance(text, Mapping) else ""
