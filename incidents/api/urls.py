"""Addresses of the API of the hub, and of its description."""

from incidents.api import (
    catalogue,
    commands,
    description,
    detection,
    detection_trials,
    events,
    figures,
    heartbeats,
    incidents,
    merging,
    noise,
    notices,
    privacy,
    routing,
    routing_trials,
    searching,
    signals,
    silences,
    sources,
    telemetry,
    triage,
)
from incidents.api.routes import route
from incidents.sources.heartbeats import writing

app_name = "api"

_MOVES = {
    "acknowledge": "Acknowledge",
    "investigate": "Start investigating",
    "identify": "Say that the cause is found",
    "mitigate": "Say that the harm is stopped",
    "monitor": "Watch whether it holds",
    "resolve": "Resolve",
    "close": "Close",
    "reopen": "Open again",
}

_DEEDS = (
    (writing.pause, "Watch a heartbeat no more"),
    (writing.resume, "Watch a heartbeat again"),
    (writing.rotate, "Give a heartbeat a new address"),
)

_OF_ROUTING = {
    "publish": routing.PublishView,
    "rollback": routing.RollBackView,
    "stop": routing.StopView,
    "diff": routing.DifferenceView,
    "simulate": routing_trials.SimulateView,
    "try": routing_trials.TryView,
    "differences": routing_trials.ShadowView,
}

urlpatterns = [
    route("incidents", incidents.IncidentsView, name="incidents"),
    route("search", searching.SearchView, name="search"),
    route("incidents/<ref>", incidents.IncidentView, name="incident"),
    *(
        route(f"incidents/<ref>/{name}", incidents.move_view(name, summary), name=name)
        for name, summary in _MOVES.items()
    ),
    route("incidents/<ref>/assign", incidents.AssignView, name="assign"),
    route("incidents/<ref>/roles", incidents.RolesView, name="roles"),
    route("incidents/<ref>/people", privacy.PeopleView, name="people"),
    route("incidents/<ref>/people/<str:handle>", privacy.PersonView, name="person"),
    route("incidents/<ref>/commands", commands.CommandsView, name="commands"),
    route("incidents/<ref>/commands/preview", commands.CommandPreviewView, name="command_preview"),
    route("incidents/<ref>/merge", merging.MergeView, name="merge"),
    route("incidents/<ref>/unmerge", merging.UnmergeView, name="unmerge"),
    route("incidents/<ref>/split", merging.SplitView, name="split"),
    route("incidents/<ref>/links", merging.LinksView, name="links"),
    route("incidents/<ref>/links/<int:link>", merging.LinkView, name="link"),
    route("incidents/<ref>/triage", triage.TriageView, name="triage"),
    route("incidents/<ref>/alerts", incidents.IncidentAlertsView, name="incident_alerts"),
    route("alerts", incidents.AlertsView, name="alerts"),
    route("alerts/<int:pk>", incidents.AlertView, name="alert"),
    route("signals", signals.SignalsView, name="signals"),
    route("signals/<int:pk>", signals.SignalView, name="signal"),
    route("services", catalogue.ServicesView, name="services"),
    route("services/<slug:slug>", catalogue.ServiceView, name="service"),
    route("teams", catalogue.TeamsView, name="teams"),
    route("teams/<slug:slug>", catalogue.TeamView, name="team"),
    route("severities", catalogue.SeveritiesView, name="severities"),
    route("integrations", sources.IntegrationsView, name="integrations"),
    route("integrations/<int:pk>", sources.IntegrationView, name="integration"),
    route("detection/sources", telemetry.SourcesView, name="sources"),
    route("detection/sources/<int:pk>", telemetry.SourceView, name="source"),
    route("detection/kinds", detection.KindsView, name="rule_kinds"),
    route("detection/rules", detection.RulesView, name="rules"),
    route("detection/rules/<int:pk>", detection.RuleView, name="rule"),
    route("detection/rules/<int:pk>/runs", detection_trials.RunsView, name="rule_runs"),
    route("detection/rules/<int:pk>/test", detection_trials.TrialView, name="rule_test"),
    route(
        "detection/rules/<int:pk>/backtests", detection_trials.BacktestsView, name="rule_backtests"
    ),
    route("detection/status", detection_trials.DetectionStatusView, name="detection_status"),
    route("heartbeats", heartbeats.HeartbeatsView, name="heartbeats"),
    route("heartbeats/<slug:heartbeat>", heartbeats.HeartbeatView, name="heartbeat"),
    route("heartbeats/<slug:heartbeat>/pings", heartbeats.PingsView, name="heartbeat_pings"),
    *(
        route(
            f"heartbeats/<slug:heartbeat>/{verb.__name__}",
            heartbeats.deed_view(summary, verb),
            name=f"heartbeat_{verb.__name__}",
        )
        for verb, summary in _DEEDS
    ),
    route("routing", routing.RoutingView, name="routing"),
    route("routing/draft", routing.DraftView, name="routing_draft"),
    route("routing/versions", routing.VersionsView, name="routing_versions"),
    route("routing/versions/<int:number>", routing.VersionView, name="routing_version"),
    *(
        route(f"routing/versions/<int:number>/{name}", view, name=f"routing_{name}")
        for name, view in _OF_ROUTING.items()
    ),
    route("silences", silences.SilencesView, name="silences"),
    route("silences/preview", silences.SilencePreviewView, name="silence_preview"),
    route("silences/<uuid:silence_id>", silences.SilenceView, name="silence"),
    route("maintenance-windows", noise.WindowsView, name="windows"),
    route("maintenance-windows/preview", noise.WindowPreviewView, name="window_preview"),
    route("maintenance-windows/<int:pk>", noise.WindowView, name="window"),
    route("maintenance-windows/<int:pk>/cancel", noise.WindowCancelView, name="window_cancel"),
    route("inhibitions", noise.InhibitionsView, name="inhibitions"),
    route("inhibitions/preview", noise.InhibitionPreviewView, name="inhibition_preview"),
    route("inhibitions/<int:pk>", noise.InhibitionView, name="inhibition"),
    route("grouping-policies", noise.PoliciesView, name="policies"),
    route("grouping-policies/preview", noise.PolicyPreviewView, name="policy_preview"),
    route("grouping-policies/<int:pk>", noise.PolicyView, name="policy"),
    route("grouping-policies/<int:pk>/move", noise.PolicyMoveView, name="policy_move"),
    route("notices", notices.NoticesView, name="notices"),
    route("notices/read", notices.NoticesReadView, name="notices_read"),
    route("metrics/mttr", figures.MttrView, name="mttr"),
    route("metrics/dashboard", figures.DashboardView, name="dashboard"),
    route("events", events.EventsView, name="events"),
    route("schema", description.SchemaView, name="schema"),
    route("docs", description.DocsView, name="docs"),
]
