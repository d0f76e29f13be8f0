"""The rows of the hub, one aggregate a file."""

from incidents.models.access_key import ApiKey, Integration, Scope
from incidents.models.alert import Alert, AlertState
from incidents.models.change import Change
from incidents.models.custom_field import CustomField, FieldKind, RequiredWhen
from incidents.models.detection import (
    Backtest,
    BacktestState,
    Comparator,
    DetectionRule,
    Finding,
    NoData,
    RuleBaseline,
    RuleMode,
    RuleRun,
    RuleSeries,
    SourceKind,
    TelemetrySource,
)
from incidents.models.fact import Delivery, DeliveryState, Fact
from incidents.models.heartbeat import (
    Heartbeat,
    HeartbeatOutage,
    HeartbeatPing,
    HeartbeatSchedule,
    HeartbeatState,
    OutageReason,
    PingKind,
)
from incidents.models.idempotency import IdempotencyKey
from incidents.models.incident import (
    ENDED,
    OVER,
    PUBLIC_STATES,
    SINGLE_ROLES,
    Incident,
    IncidentRole,
    IncidentText,
    RoleAssignment,
    State,
)
from incidents.models.job import EngineBeat, JobRun, Setting
from incidents.models.merge import IncidentLink, LinkKind, Merge
from incidents.models.metric import MetricDay, RollupDay, RollupState
from incidents.models.noise import (
    AfterWindow,
    GroupingPolicy,
    Inhibition,
    MaintenanceWindow,
    Silence,
)
from incidents.models.notice import Notice
from incidents.models.routing import (
    Operator,
    RoutingDifference,
    RoutingEntry,
    RoutingField,
    RoutingSimulation,
    RoutingTally,
    RoutingVersion,
    VersionState,
)
from incidents.models.saved_view import DefaultView, SavedView
from incidents.models.search import SearchText
from incidents.models.severity import Severity
from incidents.models.signal import Signal, SignalState
from incidents.models.stage import STAGE_OF, Stage, StageCheck, StageCode, StageTick
from incidents.models.team import Service, Team
from incidents.models.triage import Category, Impact, IncidentType, Priority, Tier
from incidents.models.user import Role, SignInLink, Theme, User

__all__ = [
    "ENDED",
    "OVER",
    "PUBLIC_STATES",
    "SINGLE_ROLES",
    "STAGE_OF",
    "AfterWindow",
    "Alert",
    "AlertState",
    "ApiKey",
    "Backtest",
    "BacktestState",
    "Category",
    "Change",
    "Comparator",
    "CustomField",
    "DefaultView",
    "Delivery",
    "DeliveryState",
    "DetectionRule",
    "EngineBeat",
    "Fact",
    "FieldKind",
    "Finding",
    "GroupingPolicy",
    "Heartbeat",
    "HeartbeatOutage",
    "HeartbeatPing",
    "HeartbeatSchedule",
    "HeartbeatState",
    "IdempotencyKey",
    "Impact",
    "Incident",
    "IncidentLink",
    "IncidentRole",
    "IncidentText",
    "IncidentType",
    "Inhibition",
    "Integration",
    "JobRun",
    "LinkKind",
    "MaintenanceWindow",
    "Merge",
    "MetricDay",
    "NoData",
    "Notice",
    "Operator",
    "OutageReason",
    "PingKind",
    "Priority",
    "RequiredWhen",
    "Role",
    "RoleAssignment",
    "RollupDay",
    "RollupState",
    "RoutingDifference",
    "RoutingEntry",
    "RoutingField",
    "RoutingSimulation",
    "RoutingTally",
    "RoutingVersion",
    "RuleBaseline",
    "RuleMode",
    "RuleRun",
    "RuleSeries",
    "SavedView",
    "Scope",
    "SearchText",
    "Service",
    "Setting",
    "Severity",
    "SignInLink",
    "Signal",
    "SignalState",
    "Silence",
    "SourceKind",
    "Stage",
    "StageCheck",
    "StageCode",
    "StageTick",
    "State",
    "Team",
    "TelemetrySource",
    "Theme",
    "Tier",
    "User",
    "VersionState",
]
