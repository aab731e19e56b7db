"""The rota in words: gaps and years that nobody has announced, for alerts, pages and the command line alike."""

from __future__ import annotations

from datetime import tzinfo

from facility.calendar import STATUTORY
from facility.instant import to_datetime
from facility.rota import Gap, GapCause, Rota
from facility.text import Text


def span_text(start: int, end: int, zone: tzinfo) -> Text:
    """``11月25日 20:00–26日 08:00``; the year stands there where it is left."""
    first, last = to_datetime(start, zone), to_datetime(end, zone)
    same_day, same_month = first.date() == last.date(), (first.year, first.month) == (last.year, last.month)
    zh = f"{first.month}月{first.day}日 {first:%H:%M}–"
    zh += "" if same_day else f"{last.day}日 " if same_month else f"{last.month}月{last.day}日 "
    en = f"{first.day} {first:%b} {first:%H:%M}–" + ("" if same_day else f"{last.day} {last:%b} ")
    return Text(f"{zh}{last:%H:%M}", f"{en}{last:%H:%M}")


def gap_text(gap: Gap, rota: Rota) -> Text:
    """What is missing, in one sentence without the time."""
    team = rota.teams[gap.team].name if gap.team in rota.teams else Text(gap.team, gap.team)
    match gap.cause:
        case GapCause.NOBODY:
            said = Text(f"{team.zh}无人在岗", f"{team.say('en')}: nobody on duty")
        case GapCause.TOO_FEW:
            said = Text(
                f"{team.zh}在岗 {gap.have} 人，应有 {gap.need} 人",
                f"{team.say('en')}: {gap.have} on duty, {gap.need} needed",
            )
        case GapCause.SKILL:
            said = Text(
                f"{team.zh}在岗人员没有技能 {gap.skill}", f"{team.say('en')}: nobody on duty can do {gap.skill}"
            )
        case _:
            said = Text(f"{team.zh}有人请假，无人顶班", f"{team.say('en')}: somebody is on leave and nobody stands in")
    return _with_names(said, [rota.people[id].name for id in gap.absent if id in rota.people])


def _with_names(said: Text, names: list[str]) -> Text:
    if not names:
        return said
    return Text(f"{said.zh}（请假：{'、'.join(names)}）", f"{said.en} (on leave: {', '.join(names)})")


def year_text(year: int, entered: int) -> Text:
    """That nobody has said which days of the year are holidays."""
    return Text(
        f"{year} 年的节假日未知（已录入 {entered} 天，法定 {STATUTORY} 天）：暂按周一至周五上班排班，请在放假安排公布后录入",
        f"The holidays of {year} are not known ({entered} entered, the law gives {STATUTORY}): "
        "the rota goes by Monday to Friday until they are entered",
    )


def source_text(rota: Rota, team: str) -> Text:
    """Where the number of people comes from."""
    found = rota.teams.get(team)
    return (
        Text(found.source, found.source) if found and found.source else Text("排班要求", "the team's own requirement")
    )
