"""What one eye sees between walls: an angular sweep over their ends. Exact but for rounding, O(ends × walls)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from facility.floor_plan import FloorPlan, Point2

Floats = npt.NDArray[np.float64]
Segments = Floats
"""Rows of x1, y1, x2, y2."""
CLOSE = 1e-9
TOUCH = 0.01
"""An eye nearer to a wall than this is in it."""
_NO_EVENT = 1e-10


def obstacles(plan: FloorPlan, *, occlusion: bool = True) -> Segments:
    """Walls and the sides of columns, with the edge of the plan, beyond which nobody looks."""
    width, height = plan.width, plan.height
    edge = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0))
    lines: list[Sequence[Point2]] = [edge]
    if occlusion:
        lines += plan.walls
        lines += [(*column, column[0]) for column in plan.columns]
    rows = [(*a, *b) for line in lines for a, b in pairwise(line) if a != b]
    return np.asarray(rows, dtype=np.float64).reshape(-1, 4)


def corners(segments: Segments) -> Floats:
    """Where the sweep must stop: the ends of all segments, and where they cross."""
    ends = np.concatenate([segments[:, :2], segments[:, 2:]])
    return np.unique(np.concatenate([ends, _crossings(segments)]), axis=0)


def _crossings(segments: Segments) -> Floats:
    start, along = segments[:, :2], segments[:, 2:] - segments[:, :2]
    across = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    apart = start[None, :, :] - start[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (apart[..., 0] * along[None, :, 1] - apart[..., 1] * along[None, :, 0]) / across
        u = (apart[..., 0] * along[:, None, 1] - apart[..., 1] * along[:, None, 0]) / across
        hit = (np.abs(across) > CLOSE) & (t > 0) & (t < 1) & (u > 0) & (u < 1)
    first, second = np.nonzero(np.triu(hit, 1))
    return np.asarray(start[first] + along[first] * t[first, second][:, None], dtype=np.float64)


def touches(eye: Point2, segments: Segments) -> bool:
    """Whether the eye is in a wall."""
    return bool(len(segments)) and float(_distances(eye, segments).min()) < TOUCH


def _distances(eye: Point2, segments: Segments) -> Floats:
    start, along = segments[:, :2], segments[:, 2:] - segments[:, :2]
    to_eye = np.asarray(eye) - start
    share = np.clip((to_eye * along).sum(axis=1) / (along * along).sum(axis=1), 0.0, 1.0)
    return np.asarray(np.hypot(*(to_eye - along * share[:, None]).T), dtype=np.float64)


def seen_from(eye: Point2, yaw: float, hfov: float, segments: Segments, stops: Floats) -> list[Point2]:
    """The corners, counter-clockwise, of what an eye sees within ``hfov`` radians around ``yaw``.

    ``segments`` must enclose the eye; ``stops`` are their ``corners``. An eye that looks all around sees no wedge but a star.
    """
    half = min(hfov, 2 * np.pi) / 2
    offsets = _events(eye, yaw, half, stops)
    middles = (offsets[:-1] + offsets[1:]) / 2
    nearest = _nearest(eye, yaw + middles, segments)
    before = _meet(eye, yaw + offsets[:-1], segments[nearest])
    after = _meet(eye, yaw + offsets[1:], segments[nearest])
    outline: list[Point2] = [] if half >= np.pi else [eye]
    for here, there in zip(before.tolist(), after.tolist(), strict=True):
        outline += [(here[0], here[1]), (there[0], there[1])]
    return list(_without_repeats(outline))


def _events(eye: Point2, yaw: float, half: float, stops: Floats) -> Floats:
    """Angles from the axis at which what is nearest may change."""
    angles = np.arctan2(stops[:, 1] - eye[1], stops[:, 0] - eye[0]) - yaw
    angles = (angles + np.pi) % (2 * np.pi) - np.pi
    inside = angles[(angles > -half) & (angles < half)]
    # So that no piece is wider than a right angle: a ray and a wall meet in front of the eye.
    steps = np.linspace(-half, half, max(2, int(np.ceil(4 * half / np.pi)) + 1))
    every = np.sort(np.concatenate([inside, steps]))
    keep = np.concatenate([[True], np.diff(every) > _NO_EVENT])
    return np.asarray(every[keep], dtype=np.float64)


def _nearest(eye: Point2, angles: Floats, segments: Segments) -> npt.NDArray[np.intp]:
    """The segment that each ray meets first."""
    ray = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    start, along = segments[:, :2] - np.asarray(eye), segments[:, 2:] - segments[:, :2]
    across = ray[:, None, 0] * along[None, :, 1] - ray[:, None, 1] * along[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0])[None, :] / across
        on = (start[None, :, 0] * ray[:, None, 1] - start[None, :, 1] * ray[:, None, 0]) / across
        far = np.where((np.abs(across) > CLOSE) & (far > CLOSE) & (on >= -CLOSE) & (on <= 1 + CLOSE), far, np.inf)
    return np.asarray(np.argmin(far, axis=1), dtype=np.intp)


def _meet(eye: Point2, angles: Floats, segments: Segments) -> Floats:
    """Where each ray meets the line of its segment."""
    ray = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    start, along = segments[:, :2] - np.asarray(eye), segments[:, 2:] - segments[:, :2]
    across = ray[:, 0] * along[:, 1] - ray[:, 1] * along[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]) / across
    # A ray along its own wall: the end that it grazes is as good as any point of it.
    grazed = np.hypot(start[:, 0], start[:, 1])
    far = np.where(np.abs(across) > CLOSE, far, grazed)
    return np.asarray(np.asarray(eye) + ray * far[:, None], dtype=np.float64)


def _without_repeats(outline: Iterable[Point2]) -> Iterable[Point2]:
    last: Point2 | None = None
    for point in outline:
        if last is None or abs(point[0] - last[0]) > CLOSE or abs(point[1] - last[1]) > CLOSE:
            yield point
        last = point
