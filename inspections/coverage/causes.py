"""From shares to what somebody has to mend: a zone that too few cameras see, a view into a room that none may see. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from facility.alert import Severity
from facility.own_alert import Cause
from facility.text import Text
from inspections.coverage.alarms import BLIND, FORBIDDEN
from inspections.coverage.settings import CLAUSE, CoverageSettings
from inspections.coverage.shares import AreaShare, Violation, total
from inspections.coverage.site import Site
from inspections.coverage.states import CameraState
from inspections.coverage.survey import ZoneSurvey

PRIVACY = "LA-1"
SHOWN = 6
"""So many cameras or areas are named; the rest are counted."""
HARDLY = 0.0005
"""Less than this of an area is not worth naming."""
STATE_NAMES: dict[CameraState, Text] = {
    CameraState.OUT_OF_SERVICE: Text("停用检修", "out of service"),
    CameraState.OFFLINE: Text("离线", "offline"),
    CameraState.NO_PICTURE: Text("无画面", "no picture"),
    CameraState.COVERED: Text("被遮挡", "covered"),
    CameraState.MOVED: Text("被移位", "moved"),
    CameraState.SILENT: Text("无心跳", "silent"),
    CameraState.UNWATCHED: Text("状态无人上报", "nobody tells its state"),
    CameraState.WORKING: Text("正常", "working"),
}
States = Mapping[str, CameraState]


def working(states: States) -> frozenset[str]:
    """Cameras that see. One without a state does not."""
    return frozenset(camera for camera, state in states.items() if state is CameraState.WORKING)


def blind_zones(site: Site, states: States, settings: CoverageSettings) -> Iterator[Cause]:
    """Zones over the limit; those within the deadband under it only keep what is open."""
    those = working(states)
    for survey in site.surveys.values():
        shares = survey.shares(those)
        now, design = total(shares), total(survey.shares())
        if now.share is None or design.share is None:
            continue
        back = now.share <= design.share + 1e-9
        if now.share > settings.limit or (now.share > settings.limit - settings.deadband and not back):
            yield _blind(site, survey, states, shares, settings)


def _blind(
    site: Site,
    survey: ZoneSurvey,
    states: States,
    shares: tuple[AreaShare, ...],
    settings: CoverageSettings,
) -> Cause:
    name, zone = site.zone_name(survey.plan.zone), survey.plan.zone
    share, design = (total(found).share or 0.0 for found in (shares, survey.shares()))
    limit = f"{settings.limit:.0%}"
    cameras, areas = _cameras(site, survey, states), _areas(shares)
    zh = f"限值 {limit}（手册）；按设计 {design:.1%}。{cameras.zh}；{areas.zh}"
    en = f"limit {limit} (the manual); {design:.1%} by design. {cameras.en}; {areas.en}"
    return Cause(
        rule=BLIND,
        key=zone,
        clause=CLAUSE,
        severity=Severity.MEDIUM,
        title=Text(
            f"{name.say('zh')}：监控盲区 {share:.1%}，超过 {limit}",
            f"{name.say('en')}: cameras leave {share:.1%} unseen, more than {limit}",
        ),
        limit=Text(zh, en),
        zone=zone,
        stays=share <= settings.limit,
    )


def _cameras(site: Site, survey: ZoneSurvey, states: States) -> Text:
    """Which do not see, worst first by what they alone would see."""
    down = [
        (camera.id, states.get(camera.id, CameraState.UNWATCHED))
        for camera in survey.cameras
        if states.get(camera.id) is not CameraState.WORKING
    ]
    if not survey.cameras:
        return Text("没有摄像机", "there is no camera")
    if not down:
        return Text("所有摄像机正常：布置本身不够", "every camera works: there are too few, or they look elsewhere")
    named = [(site.camera_name(camera), STATE_NAMES[state]) for camera, state in down[:SHOWN]]
    zh = "、".join(f"{name.say('zh')} {state.zh}" for name, state in named)
    en = ", ".join(f"{name.say('en')} {state.en}" for name, state in named)
    return Text(f"不起作用的：{zh}{_more(down, 'zh')}", f"not seeing: {en}{_more(down, 'en')}")


def _areas(shares: tuple[AreaShare, ...]) -> Text:
    found = sorted((s for s in shares if s.blind > HARDLY), key=lambda s: s.seen - s.required)
    zh = "、".join(f"{s.name.say('zh')} {s.blind:.1%}" for s in found[:SHOWN])
    en = ", ".join(f"{s.name.say('en')} {s.blind:.1%}" for s in found[:SHOWN])
    return Text(f"盲区：{zh}{_more(found, 'zh')}", f"unseen: {en}{_more(found, 'en')}")


def _more(found: list[tuple[str, CameraState]] | list[AreaShare], language: str) -> str:
    more = len(found) - SHOWN
    if more <= 0:
        return ""
    return f" 等另 {more} 处" if language == "zh" else f" and {more} more"


def forbidden_views(site: Site, settings: CoverageSettings) -> Iterator[Cause]:
    """Each camera with each area that it must not see."""
    for survey in site.surveys.values():
        for one in survey.violations:
            yield _forbidden(site, one, settings)


def _forbidden(site: Site, one: Violation, settings: CoverageSettings) -> Cause:
    camera, zone = site.camera_name(one.camera), site.zone_name(one.zone)
    seen, tolerance = f"{one.seen:.1f} m²", f"{settings.forbidden_tolerance:g} m²"
    return Cause(
        rule=FORBIDDEN,
        key=f"{one.camera}/{one.area}",
        clause=PRIVACY,
        severity=Severity.HIGH,
        title=Text(
            f"{camera.say('zh')}看得到禁视区“{one.name.say('zh')}”",
            f"{camera.say('en')} looks into “{one.name.say('en')}”, which no camera may see",
        ),
        limit=Text(
            f"{zone.say('zh')}：看到 {seen}，容差 {tolerance}（国务院令第799号 第八条）；盲区再小也不允许",
            f"{zone.say('en')}: {seen} in view, tolerance {tolerance} (State Council Decree 799, Art 8), whatever the share",
        ),
        zone=one.zone,
    )
