"""How Django admin looks: the console's ink and accent, and its pages in the order of the work."""

from typing import Any

from django.urls import reverse_lazy

# Ink and paper of static/css/tokens.css, in the steps of unfold's scale.
COLORS = {
    "base": {
        "50": "#f7f7f4",
        "100": "#efeee9",
        "200": "#e2e1da",
        "300": "#c9c8c2",
        "400": "#9a9da4",
        "500": "#5d5f65",
        "600": "#43454a",
        "700": "#2b2e33",
        "800": "#1f2226",
        "900": "#17191c",
        "950": "#101114",
    },
    "primary": {
        "50": "#f5f4fe",
        "100": "#eeecfc",
        "200": "#dedafa",
        "300": "#c6bff6",
        "400": "#ada6ff",
        "500": "#7a70e4",
        "600": "#4a3fc2",
        "700": "#3f35a8",
        "800": "#352d8b",
        "900": "#2c276e",
        "950": "#1a1745",
    },
}


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


def _group(title: str, *items: dict[str, Any], closed: bool = False) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": closed, "items": list(items)}


SIDEBAR = {
    "show_search": True,
    "navigation": [
        _group(
            "People and services",
            _page("People", "person", "incidents_user"),
            _page("Teams", "group", "incidents_team"),
            _page("Services", "dns", "incidents_service"),
            _page("Severities", "priority_high", "incidents_severity"),
        ),
        _group(
            "Alerts in",
            _page("Integrations", "power", "incidents_integration"),
            _page("API keys", "key", "incidents_apikey"),
            _page("Telemetry sources", "monitoring", "incidents_telemetrysource"),
            _page("Detection rules", "rule", "incidents_detectionrule"),
            _page("Heartbeats", "ecg_heart", "incidents_heartbeat"),
        ),
        _group(
            "Response",
            _page("Stages", "checklist_rtl", "incidents_stage"),
            _page("Roles by rule", "assignment_ind", "warroom_rolerule"),
            _page("Runbooks", "menu_book", "runbooks_runbook"),
            _page("Runbook runs", "checklist", "runbooks_runbookrun"),
            _page("Post-mortems", "description", "postmortems_postmortem"),
            _page("Sections", "toc", "postmortems_section"),
            _page("Action items", "task_alt", "postmortems_actionitem"),
        ),
        _group(
            "Status page",
            _page("Pages", "public", "statuspage_statuspage"),
            _page("Components", "widgets", "statuspage_component"),
            _page("Groups", "account_tree", "statuspage_componentgroup"),
            _page("Public incidents", "campaign", "statuspage_publicincident"),
            _page("Public updates", "sms", "statuspage_publicupdate"),
            _page("Updates on their way", "pending", "statuspage_plannedupdate"),
            _page("Texts for updates", "notes", "statuspage_updatetemplate"),
            _page("Maintenance", "build", "statuspage_maintenance"),
            _page("Maintenance series", "event_repeat", "statuspage_maintenanceseries"),
            _page("Subscribers", "group", "statuspage_subscriber"),
            _page("Broadcasts", "cell_tower", "statuspage_broadcast"),
            _page("Tellings", "outgoing_mail", "statuspage_telling"),
            _page("Mirrors", "content_copy", "statuspage_mirror"),
            _page("Snapshots", "photo_camera", "statuspage_snapshot"),
            _page("Pictures", "image", "statuspage_pageimage"),
            _page("Effects told", "trending_down", "statuspage_componenteffect"),
            _page("Effects followed", "trending_flat", "statuspage_followedeffect"),
            _page("Component changes", "swap_vert", "statuspage_componentchange"),
        ),
        _group(
            "What was recorded",
            _page("Incidents", "local_fire_department", "incidents_incident"),
            _page("Facts", "history", "incidents_fact"),
            _page("Notices", "notifications", "incidents_notice"),
            _page("Alerts", "notifications", "incidents_alert"),
            _page("Signals", "inbox", "incidents_signal"),
            _page("Changes", "commit", "incidents_change"),
            _page("Deliveries", "outbox", "incidents_delivery"),
            _page("Rule runs", "fact_check", "incidents_rulerun"),
            closed=True,
        ),
        _group(
            "Machinery",
            _page("Periodic tasks", "schedule", "django_celery_beat_periodictask"),
            _page("Job runs", "work_history", "incidents_jobrun"),
            _page("Engine beats", "cardiology", "incidents_enginebeat"),
            _page("Access attempts", "lock", "axes_accessattempt"),
            closed=True,
        ),
    ],
}
