"""The words of status pages, and which is worse."""

import secrets
from collections.abc import Iterable
from typing import Final

from django.db import models

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class ComponentState(models.TextChoices):
    """From best to worst: `rank` orders them."""

    OPERATIONAL = "operational", "Operational"
    MAINTENANCE = "maintenance", "Maintenance"
    DEGRADED = "degraded", "Degraded"
    PARTIAL_OUTAGE = "partial_outage", "Partial outage"
    MAJOR_OUTAGE = "major_outage", "Major outage"

    @property
    def rank(self) -> int:
        return list(ComponentState).index(self)


EFFECTS: Final = (
    ComponentState.DEGRADED,
    ComponentState.PARTIAL_OUTAGE,
    ComponentState.MAJOR_OUTAGE,
)


def worst(states: Iterable[str]) -> ComponentState:
    """The worst of `states`; operational where there are none."""
    found = (ComponentState(state) for state in states)
    return max(found, key=lambda state: state.rank, default=ComponentState.OPERATIONAL)


class PublicState(models.TextChoices):
    """How far an incident has come, for customers. With a post-mortem it stays resolved."""

    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Cause found"
    MONITORING = "monitoring", "Fix in place, watching"
    RESOLVED = "resolved", "Resolved"
    POSTMORTEM = "postmortem", "Post-mortem"


OVER: Final = (PublicState.RESOLVED, PublicState.POSTMORTEM)


class MaintenanceState(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    IN_PROGRESS = "in_progress", "In progress"
    VERIFYING = "verifying", "Verifying"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


# Work goes on, so that its components are in maintenance.
UNDER_WAY: Final = (MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING)


def new_key() -> str:
    """What a public address calls an incident; random, so that it counts nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))
