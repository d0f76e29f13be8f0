"""Colours of mails: mail programs read no style sheets, and few of them variables."""

from typing import Final

from django import template
from django.utils.safestring import SafeString

register = template.Library()

# The tints and inks of the public page, on light; the frame says those on dark.
_BANDS: Final = {
    "major": ("#fcebe9", "#b01c1c"),
    "partial": ("#fcede2", "#a0410a"),
    "degraded": ("#fbf2dd", "#7d5200"),
    "ok": ("#eaf4ee", "#12703f"),
    "maintenance": ("#e9f0fb", "#2456a6"),
    "none": ("#eaf0f5", "#17456b"),
}


@register.filter
def band(tone: str) -> SafeString:
    paper, ink = _BANDS[tone]
    return SafeString(f"background:{paper};color:{ink};")
