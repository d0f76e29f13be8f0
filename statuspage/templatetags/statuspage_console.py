"""How the console shows public states: a word and an icon, and colour where something is wrong."""

from typing import Any, Final

from django import template

from incidents.web.noise.fields import short
from statuspage.models import ComponentState, MaintenanceState, PublicState
from statuspage.rendering import words

register = template.Library()
register.filter("prose", words.prose)


@register.filter
def before(minutes: int) -> str:
    """1440 → 1 d before"""
    return f"{short(minutes * 60)} before"


_COMPONENT: Final = {
    ComponentState.OPERATIONAL: ("circle-check", "ok"),
    ComponentState.MAINTENANCE: ("tool", "p3"),
    ComponentState.DEGRADED: ("alert-triangle", "p2"),
    ComponentState.PARTIAL_OUTAGE: ("alert-circle", "p1"),
    ComponentState.MAJOR_OUTAGE: ("alert-octagon", "p0"),
}
_PUBLIC: Final = {
    PublicState.INVESTIGATING: ("zoom-question", ""),
    PublicState.IDENTIFIED: ("target", ""),
    PublicState.MONITORING: ("heartbeat", ""),
    PublicState.RESOLVED: ("circle-check", "ok"),
    PublicState.POSTMORTEM: ("file-text", "ok"),
}
_MAINTENANCE: Final = {
    MaintenanceState.SCHEDULED: ("calendar", ""),
    MaintenanceState.IN_PROGRESS: ("tool", "p3"),
    MaintenanceState.VERIFYING: ("zoom-question", "p3"),
    MaintenanceState.COMPLETED: ("circle-check", "ok"),
    MaintenanceState.CANCELLED: ("ban", ""),
}


@register.inclusion_tag("components/state.html")
def maintenance_state(name: str) -> dict[str, Any]:
    state = MaintenanceState(name)
    symbol, tone = _MAINTENANCE[state]
    return {"word": state.label, "symbol": symbol, "tone": tone, "large": False}


@register.inclusion_tag("components/state.html")
def component_state(name: str) -> dict[str, Any]:
    state = ComponentState(name)
    symbol, tone = _COMPONENT[state]
    return {"word": state.label, "symbol": symbol, "tone": tone, "large": False}


@register.inclusion_tag("components/state.html")
def public_state(name: str) -> dict[str, Any]:
    state = PublicState(name)
    symbol, tone = _PUBLIC[state]
    return {"word": state.label, "symbol": symbol, "tone": tone, "large": False}
