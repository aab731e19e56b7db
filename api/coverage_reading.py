"""What cameras see, as pages and programs read it: shares by design and now, states, video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from api.context import Context
from facility.camera import Camera
from facility.instant import MINUTE
from facility.text import Text
from inspections.coverage.causes import working
from inspections.coverage.daily import hands
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import AreaShare, Sum, by_group, total, worst
from inspections.coverage.site import Site, survey_of
from inspections.coverage.states import CameraState
from inspections.coverage.survey import Surveyor, ZoneSurvey, site_shares
from inspections.coverage.video import Video, video_points, videos
from inspections.coverage.watching import Seen, last_seen
from storage.records.port import Unit

OLD = 2 * MINUTE
"""A look at the cameras that is older says nothing of now: whoever looks is not running."""
SETTINGS = CoverageSettings()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The site and its cameras at one time."""

    site: Site
    seen: Seen
    fresh: bool
    """Somebody looked just now. Otherwise there is no share of now: unknown is not 0."""

    @property
    def working(self) -> frozenset[str]:
        """Cameras that see."""
        return working(self.seen.plain)

    def state(self, camera: str) -> CameraState:
        """Nobody tells: not watched."""
        return self.seen.plain.get(camera, CameraState.UNWATCHED) if self.fresh else CameraState.UNWATCHED

    def since(self, camera: str) -> int | None:
        """Since when it is in that state."""
        found = self.seen.states.get(camera)
        return found[1] if found and self.fresh else None


@dataclass(frozen=True, kw_only=True)
class ZoneView:
    """One zone with a plan."""

    zone: str
    name: Text
    survey: ZoneSurvey
    design: Sum
    now: Sum | None
    """None: nobody looks at the cameras."""
    areas: tuple[tuple[AreaShare, AreaShare | None], ...]
    """Each by design, and now."""
    groups: Mapping[str, tuple[Sum, Sum | None]]
    worst: AreaShare | None
    """Now, or by design where nobody looks."""

    def over(self, found: Sum | None) -> bool:
        """Above the limit."""
        return found is not None and found.share is not None and found.share > SETTINGS.limit


@dataclass(frozen=True, kw_only=True)
class CameraView:
    """One camera."""

    camera: Camera
    state: CameraState
    since: int | None
    video: Video
    alone: float | None
    """Square metres that nobody else sees, by design; None where its zone has no plan."""
    share: float | None
    """The same as a share of what must be seen in its zone."""
    misplaced: str = ""


def standing(context: Context, unit: Unit) -> Standing:
    """Worked out once for a version of the register and the plans."""
    register = context.register(unit)
    version = unit.plans.version()
    # One for good: a change of the register leaves zones alone whose cameras hang as before.
    surveyor = context.remember("surveyor", 0, lambda: Surveyor(SETTINGS))
    site = context.remember(
        "coverage",
        (register.version, version),
        lambda: survey_of(surveyor, register, unit.plans.all(), version),
    )
    seen = last_seen(unit)
    return Standing(site=site, seen=seen, fresh=context.clock() - seen.at <= OLD)


def zone_view(found: Standing, zone: str, survey: ZoneSurvey | None = None) -> ZoneView:
    """``survey``: another than that of the register, to try something."""
    survey = survey or found.site.surveys[zone]
    design = survey.shares()
    now = survey.shares(found.working) if found.fresh else None
    groups = by_group(design)
    groups_now = by_group(now) if now is not None else {}
    return ZoneView(
        zone=zone,
        name=found.site.zone_name(zone),
        survey=survey,
        design=total(design),
        now=total(now) if now is not None else None,
        areas=tuple((one, now[number] if now is not None else None) for number, one in enumerate(design)),
        groups={group: (one, groups_now.get(group)) for group, one in groups.items()},
        worst=worst(now if now is not None else design),
    )


def whole(found: Standing) -> tuple[Sum, Sum | None]:
    """The site's: by design, and now."""
    design = total(site_shares(found.site.surveys))
    return design, total(site_shares(found.site.surveys, found.working)) if found.fresh else None


def camera_views(context: Context, unit: Unit, found: Standing) -> list[CameraView]:
    """Every camera of the register. Raises ``ReadingsUnavailable``."""
    register = found.site.register
    points = [point.id for point in video_points(register).values()]
    last = context.readings.last(points) if points else {}
    now = context.clock()
    return [_camera(found, video) for video in videos(register, last, hands(unit), now)]


def _camera(found: Standing, video: Video) -> CameraView:
    camera = found.site.register.cameras[video.camera]
    survey = found.site.surveys.get(camera.zone)
    alone = survey.alone(camera.id) if survey else None
    required = total(survey.shares()).required if survey else 0.0
    return CameraView(
        camera=camera,
        state=found.state(camera.id),
        since=found.since(camera.id),
        video=video,
        alone=alone,
        share=alone / required if alone is not None and required > 0 else None,
        misplaced=survey.misplaced.get(camera.id, "") if survey else "",
    )


def tried(found: Standing, zone: str, cameras: Iterable[Camera], gone: frozenset[str] = frozenset()) -> ZoneSurvey:
    """What the zone's cameras would see if these hung so and those were taken down; nothing is kept."""
    instead = {camera.id: replace(camera, zone=zone) for camera in cameras}
    known = [instead.pop(one.id, one) for one in found.site.surveys[zone].cameras if one.id not in gone]
    return ZoneSurvey(plan=found.site.plans[zone], cameras=(*known, *instead.values()), settings=SETTINGS)
