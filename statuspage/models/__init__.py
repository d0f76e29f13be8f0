"""The rows of the spoke: pages and what they list, what was told, to whom, and copies of it.

Only the verbs in `statuspage.services` change them.
"""

from statuspage.models.component import Component, ComponentChange, ComponentGroup, FollowedEffect
from statuspage.models.maintenance import (
    Maintenance,
    MaintenancePlan,
    MaintenanceSeries,
    MaintenanceUpdate,
)
from statuspage.models.mirror import Mirror, MirrorKind
from statuspage.models.page import (
    TAKEN,
    Audience,
    Corners,
    Font,
    ImageKind,
    Language,
    PageImage,
    StatusPage,
    Theme,
)
from statuspage.models.planned import PlannedState, PlannedUpdate, UpdateTemplate
from statuspage.models.snapshot import Snapshot
from statuspage.models.states import (
    EFFECTS,
    OVER,
    UNDER_WAY,
    ComponentState,
    MaintenanceState,
    PublicState,
    new_key,
    worst,
)
from statuspage.models.subscriber import (
    Broadcast,
    Errand,
    Pace,
    Subscriber,
    SubscriberState,
    Telling,
    TellState,
    Way,
)
from statuspage.models.told import (
    ComponentEffect,
    PublicIncident,
    PublicUpdate,
    PublicUpdateRevision,
)

__all__ = [
    "EFFECTS",
    "OVER",
    "TAKEN",
    "UNDER_WAY",
    "Audience",
    "Broadcast",
    "Component",
    "ComponentChange",
    "ComponentEffect",
    "ComponentGroup",
    "ComponentState",
    "Corners",
    "Errand",
    "FollowedEffect",
    "Font",
    "ImageKind",
    "Language",
    "Maintenance",
    "MaintenancePlan",
    "MaintenanceSeries",
    "MaintenanceState",
    "MaintenanceUpdate",
    "Mirror",
    "MirrorKind",
    "Pace",
    "PageImage",
    "PlannedState",
    "PlannedUpdate",
    "PublicIncident",
    "PublicState",
    "PublicUpdate",
    "PublicUpdateRevision",
    "Snapshot",
    "StatusPage",
    "Subscriber",
    "SubscriberState",
    "TellState",
    "Telling",
    "Theme",
    "UpdateTemplate",
    "Way",
    "new_key",
    "worst",
]
