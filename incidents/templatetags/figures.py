"""Figures as people read them."""

import math
from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.9949 → 99.5 %; whole numbers without decimals."""
    if share is None:
        return ""
    return f"{math.floor(share * 1000 + 0.5) / 10:g} %"


@register.filter
def figure(value: float) -> str:
    """Four digits that count, for instance 0.0513 or 12.3k."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "none"
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if unit == 'k' else size):.4g}{unit}"
    return f"{value:.4g}"


@register.filter
def stamp(text: str) -> str:
    """A stored time in the viewer's zone."""
    return timezone.localtime(datetime.fromisoformat(text)).strftime("%-d %b, %H:%M")
