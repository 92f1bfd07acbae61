"""The picture of a run: what others cost as a multiple of ours, as SVG for a light or a dark page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from .estimates import Estimate
from .report import GROUPS
from .run import Run

_WIDTH = 860
_LABELS = 330
_RIGHT = 70
_ROW = 26
_GAP = 34


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a page."""

    text: str
    muted: str
    bar: str
    line: str


_LIGHT = Palette(text="#1f2328", muted="#59636e", bar="#54aeff", line="#1a7f37")
_DARK = Palette(text="#f0f6fc", muted="#9198a1", bar="#1f6feb", line="#3fb950")
PALETTES = {"light": _LIGHT, "dark": _DARK}


def as_svg(run: Run, palette: Palette) -> str:
    """A bar for each other peer, with its interval, and a line where ours is."""
    groups = [
        (group.title, [(group.others[peer], times) for peer, times in group.times_ours(run).items()])
        for group in GROUPS
    ]
    most = max(times.high for _, bars in groups for _, times in bars)
    scale = (_WIDTH - _LABELS - _RIGHT) / max(most, 1)
    parts, y = [], _GAP
    for title, bars in groups:
        parts.append(_text(0, y, f"An endpoint {title}", palette.text, weight="600"))
        for label, times in bars:
            y += _ROW
            parts.append(_text(16, y, label.replace("`", ""), palette.muted))
            parts.extend(_bar(y, times, scale, palette))
        y += _GAP
    ours = _LABELS + scale
    parts.append(
        f'<path d="M{ours:.1f} 16V{y - _GAP + 12}" stroke="{palette.line}" stroke-width="2" stroke-dasharray="4 3"/>'
    )
    parts.append(_text(ours + 6, 14, "ours = 1", palette.line))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" font-size="14" role="img" '
        f'font-family="-apple-system, BlinkMacSystemFont, Segoe UI, Noto Sans, Helvetica, Arial, sans-serif">\n'
        "<title>Time to construct and synthesize an endpoint, as a multiple of ours</title>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _bar(y: int, times: Estimate, scale: float, palette: Palette) -> list[str]:
    begin, end, low, high = (_LABELS + value * scale for value in (0, times.median, times.low, times.high))
    return [
        f'<rect x="{begin}" y="{y - 13}" width="{end - begin:.1f}" height="17" rx="2" fill="{palette.bar}"/>',
        f'<path d="M{low:.1f} {y - 4.5}H{high:.1f}M{low:.1f} {y - 9}v9M{high:.1f} {y - 9}v9" stroke="{palette.text}"/>',
        _text(_WIDTH - 36, y, f"{times.median:.2f}", palette.text),
    ]


def _text(x: float, y: float, text: str, colour: str, weight: str = "400") -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}" font-weight="{weight}">{escape(text)}</text>'
