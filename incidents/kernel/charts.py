"""Charts as inline SVG, drawn on the server, coloured by class: they print and need no script."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, INSET = 88, 24, 3


def sparkline(points: Sequence[float | None], title: str = "") -> SafeString:
    """A small line through `points`, oldest first, a dot on the last. None is a day without data.

    Empty when fewer than two points are known.
    """
    known = [(n, value) for n, value in enumerate(points) if value is not None]
    if len(known) < 2:
        return SafeString("")
    top = max(value for _, value in known) or 1.0
    step = (WIDTH - 2 * INSET) / (len(points) - 1)
    spots = [
        (INSET + n * step, HEIGHT - INSET - value / top * (HEIGHT - 2 * INSET))
        for n, value in known
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    x, y = spots[-1]
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img">'
        '<title>{}</title><polyline class="line" points="{}"/>'
        '<circle class="pt" cx="{}" cy="{}" r="2.5"/></svg>',
        *(WIDTH, HEIGHT, WIDTH, HEIGHT, title or "Trend", line, f"{x:.1f}", f"{y:.1f}"),
    )
