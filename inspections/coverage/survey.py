"""Plans and cameras → the pieces of ground that each camera sees. Computed once; one that fails only leaves its pieces out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from facility.camera import Camera
from facility.floor_plan import Area, FloorPlan
from inspections.coverage import sight
from inspections.coverage.ground import common, ground, united
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import AreaShare, Violation
from inspections.coverage.view import Room, View, view

MOST_KEPT = 500
"""So many sets of working cameras are remembered for one zone."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one camera sees of one required area."""

    camera: str
    area: str
    shape: BaseGeometry


@dataclass(kw_only=True)
class ZoneSurvey:
    """One plan with its cameras."""

    plan: FloorPlan
    cameras: tuple[Camera, ...]
    settings: CoverageSettings
    _known: dict[frozenset[str], tuple[AreaShare, ...]] = field(default_factory=dict)

    @cached_property
    def room(self) -> Room:
        """The plan made ready."""
        segments = sight.obstacles(self.plan, occlusion=self.settings.occlusion)
        return Room(plan=self.plan, segments=segments, stops=sight.corners(segments), ground=ground(self.plan))

    @cached_property
    def views(self) -> tuple[View, ...]:
        """In the order of the cameras."""
        return tuple(view(camera, self.room, self.settings) for camera in self.cameras)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Those that are not empty."""
        found: list[Piece] = []
        for one in self.views:
            rings: dict[float, BaseGeometry] = {}
            for area, net in self.room.ground.required:
                if area.density not in rings:
                    rings[area.density] = one.seen(area.density, self.settings)
                shape = common(rings[area.density], net)
                if shape.area > 0:
                    found.append(Piece(camera=one.camera.id, area=area.id, shape=shape))
        return tuple(found)

    @property
    def ids(self) -> frozenset[str]:
        """All cameras."""
        return frozenset(camera.id for camera in self.cameras)

    def seen(self, working: Iterable[str]) -> dict[str, BaseGeometry]:
        """Area → what the working cameras see of it together."""
        those = frozenset(working)
        return {
            area.id: united(piece.shape for piece in self.pieces if piece.area == area.id and piece.camera in those)
            for area, _ in self.room.ground.required
        }

    def shares(self, working: Iterable[str] | None = None) -> tuple[AreaShare, ...]:
        """Of each required area; by design (all cameras working) unless told which work."""
        those = self.ids if working is None else self.ids & frozenset(working)
        if those not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            seen = self.seen(those)
            self._known[those] = tuple(
                _share(self.plan.zone, area, net, seen[area.id]) for area, net in self.room.ground.required
            )
        return self._known[those]

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Whatever works: a camera that is off today looks there tomorrow."""
        return tuple(
            Violation(zone=self.plan.zone, camera=one.camera.id, area=area.id, name=area.name, seen=seen)
            for one in self.views
            for area, shape in self.room.ground.forbidden
            if (seen := common(one.wedge, shape).area) > self.settings.forbidden_tolerance
        )

    def alone(self, camera: str, working: Iterable[str] | None = None) -> float:
        """Square metres that nobody would see without it."""
        those = self.ids if working is None else self.ids & frozenset(working)
        with_it = sum(share.seen for share in self.shares(those | {camera}))
        return max(0.0, with_it - sum(share.seen for share in self.shares(those - {camera})))

    @cached_property
    def misplaced(self) -> dict[str, str]:
        """Camera → why nothing can be computed for it."""
        return {one.camera.id: one.trouble.value for one in self.views if one.trouble}


def _share(zone: str, area: Area, net: BaseGeometry, seen: BaseGeometry) -> AreaShare:
    return AreaShare(
        zone=zone,
        area=area.id,
        name=area.name,
        group=area.group,
        density=area.density,
        required=net.area,
        seen=min(seen.area, net.area),
    )


class Surveyor:
    """Keeps what was computed while plan and cameras stay what they are. Not thread-safe: one for each thread."""

    def __init__(self, settings: CoverageSettings | None = None) -> None:
        self.settings = settings or CoverageSettings()
        self._kept: dict[str, ZoneSurvey] = {}

    def zone(self, plan: FloorPlan, cameras: Iterable[Camera]) -> ZoneSurvey:
        """One zone; ``cameras`` may be all there are."""
        own = tuple(camera for camera in cameras if camera.zone == plan.zone)
        kept = self._kept.get(plan.zone)
        if kept is None or kept.plan != plan or kept.cameras != own:
            kept = self._kept[plan.zone] = ZoneSurvey(plan=plan, cameras=own, settings=self.settings)
        return kept

    def site(self, plans: Mapping[str, FloorPlan], cameras: Iterable[Camera]) -> dict[str, ZoneSurvey]:
        """Zone → its survey; zones without a plan have none."""
        by_zone: dict[str, list[Camera]] = {}
        for camera in cameras:
            by_zone.setdefault(camera.zone, []).append(camera)
        self._kept = {zone: kept for zone, kept in self._kept.items() if zone in plans}
        return {zone: self.zone(plan, by_zone.get(zone, ())) for zone, plan in plans.items()}


def site_shares(surveys: Mapping[str, ZoneSurvey], working: Iterable[str] | None = None) -> list[AreaShare]:
    """Every required area of every plan."""
    those: Sequence[str] | None = None if working is None else list(working)
    return [share for survey in surveys.values() for share in survey.shares(those)]
