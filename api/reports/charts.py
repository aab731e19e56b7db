"""The report's charts, drawn by hand as SVG: greys, with one dark tone for what is wrong, so that paper shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

FONT = "Noto Sans CJK SC"
GOOD, MIDDLE, BAD, LINE = "#9aa3aa", "#5d666d", "#16191c", "#c9ced3"


def stacked(rows: Sequence[tuple[str, Sequence[int]]], tones: Sequence[str] = (GOOD, MIDDLE, BAD)) -> str:
    """A bar a row, its parts one after the other: label, parts. The widest row fills the width."""
    width, left, high, gap = 720, 90, 14, 6
    most = max((sum(parts) for _, parts in rows), default=0) or 1
    drawn = []
    for number, (name, parts) in enumerate(rows):
        y, x = number * (high + gap), float(left)
        drawn.append(_text(left - 6, y + high - 3, name, anchor="end"))
        for part, tone in zip(parts, tones, strict=False):
            wide = part / most * (width - left - 60)
            if part:
                drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}" fill="{tone}"/>')
            x += wide
        drawn.append(_text(x + 4, y + high - 3, str(sum(parts))))
    return _svg(width, max(1, len(rows)) * (high + gap), drawn)


def shares(months: Sequence[str], values: Sequence[float | None]) -> str:
    """A share by month, 0 to 100 %; nothing is drawn where nothing was owed."""
    width, height, left, foot = 720, 150, 40, 18
    step = (width - left) / max(1, len(months))
    drawn: list[str] = []
    for level in (0.0, 0.5, 1.0):
        y = _level(level, height, foot)
        drawn.append(f'<line x1="{left}" y1="{y:.1f}" x2="{width}" y2="{y:.1f}" stroke="{LINE}"/>')
        drawn.append(_text(left - 4, y + 3, f"{level:.0%}", anchor="end"))
    for number, (month, value) in enumerate(zip(months, values, strict=True)):
        x = left + number * step
        drawn.append(_text(x + step / 2, height - 4, month, anchor="middle"))
        if value is not None:
            top = _level(value, height, foot)
            drawn.append(_bar(x + 4, top, step - 8, _level(0, height, foot) - top))
            drawn.append(_text(x + step / 2, max(9, top - 2), f"{value:.0%}", anchor="middle"))
    return _svg(width, height, drawn)


def _level(value: float, height: int, foot: int) -> float:
    return (height - foot) - value * (height - foot - 12)


def _bar(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{GOOD}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    look = f'font-size="9" font-family="{FONT}" text-anchor="{anchor}" fill="{BAD}" stroke="{BAD}" stroke-width="0.25"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(words)}</text>'


def _svg(width: int, height: int, drawn: Sequence[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(drawn)}</svg>'
