"""The parameters of every share that is computed. No standard gives the 5 %: the manual does."""

from __future__ import annotations

from dataclasses import dataclass

from facility.text import Text

DENSITIES: dict[str, float] = {"monitor": 12.5, "detect": 25.0, "observe": 62.5, "recognise": 125.0, "identify": 250.0}
"""Pixels per metre by the classes of EN 62676-4."""
CLAUSE = "EQ-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSettings:
    """What a share depends on besides plan and cameras. Lengths in metres, angles in degrees."""

    limit: float = 0.05
    """The blind share that the manual allows."""
    deadband: float = 0.005
    """An alert returns only so far below the limit, unless every camera is back."""
    occlusion: bool = True
    """Walls and columns stop the eye."""
    dead_zone: bool = True
    """The floor below a camera, under the lower edge of its picture, is not seen."""
    far_edge: bool = True
    """Of a camera tilted so far that its picture's upper edge meets the floor: what lies beyond is not seen."""
    seen_height: float = 0.0
    """The height above the floor that must be in the picture: 0 is the floor itself."""
    forbidden_tolerance: float = 0.05
    """Square metres of a forbidden area that may lie in a view by the coarseness of a drawing; more is a violation."""
    mount: float = 0.05
    """A camera's lens is so far in front of the point where it hangs, along its axis."""
    fisheye: float = 120.0
    """Lenses of this angle and above are taken as equidistant, below as rectilinear."""
    arc: float = 2.0
    """Degrees between two corners of a range drawn as a polygon; the error is under 0.01 %."""

    def told(self) -> tuple[tuple[Text, str], ...]:
        """Each with its value, as pages and reports print them beside every share."""
        return (
            (Text("限值", "limit"), f"{self.limit:.1%}"),
            (Text("回差", "deadband"), f"{self.deadband:.1%}"),
            (Text("墙柱遮挡", "walls and columns stop the eye"), _yes(self.occlusion)),
            (Text("摄像机下方死区", "dead zone under the camera"), _yes(self.dead_zone)),
            (Text("画面上沿以外", "beyond the upper edge of a steep picture"), _yes(self.far_edge)),
            (Text("应看到的高度", "height that must be seen"), f"{self.seen_height:g} m"),
            (Text("禁视区容差", "tolerance of forbidden areas"), f"{self.forbidden_tolerance:g} m²"),
            (Text("镜头离墙", "lens before its mount"), f"{self.mount:g} m"),
            (Text("按鱼眼计的视场角", "taken as fisheye from"), f"{self.fisheye:g}°"),
            (Text("圆弧步长", "step of arcs"), f"{self.arc:g}°"),
        )


def _yes(value: bool) -> str:
    return "✓" if value else "–"
