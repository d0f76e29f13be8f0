"""Addresses of the hub's pages."""

from django.urls import path

from incidents.web import (
    accounts,
    alert_list,
    alerts,
    board,
    bulk,
    configuration,
    incident_list,
    incidents,
    integrations,
    merging,
    notices,
    own_fields,
    saved_views,
    signals,
    welcome,
)
from incidents.web.detection import changes, pages
from incidents.web.heartbeats import changes as heartbeat_changes
from incidents.web.heartbeats import pages as heartbeats
from incidents.web.noise.urls import urlpatterns as noise
from incidents.web.routing import changes as routing_changes
from incidents.web.routing import pages as routing_pages
from incidents.web.routing import trying

app_name = "web"
urlpatterns = [
    path("", board.show, name="board"),
    path("board/open", board.fragment("open_incidents"), name="board_open"),
    path("board/figures", board.fragment("figures"), name="board_figures"),
    path("board/alerts", board.fragment("alerts_now"), name="board_alerts"),
    path("board/feed", board.fragment("feed"), name="board_feed"),
    path("incidents", incident_list.listing, name="list"),
    path("incidents/bulk", bulk.bulk, name="bulk"),
    path("incidents/views", saved_views.save, name="views"),
    path("incidents/views/<int:view>", saved_views.change, name="view"),
    path("incidents/merge", merging.merge, name="merge"),
    path("incidents/<str:ref>/unmerge", merging.unmerge, name="unmerge"),
    path("incidents/<str:ref>/split", merging.split, name="split"),
    path("declare", incidents.declare, name="declare"),
    path("search.json", incidents.search, name="search"),
    path("alerts", alert_list.listing, name="alerts"),
    path("alerts/<int:pk>", alerts.detail, name="alert"),
    path("alerts/<int:pk>/signals", alerts.its_signals, name="alert_signals"),
    path("alerts/trace/<uuid:delivery_id>", signals.follow, name="trace"),
    path("signals", signals.listing, name="signals"),
    path("signals/<int:pk>", signals.detail, name="signal"),
    path("signals/<int:pk>/read-again", signals.read_again, name="signal_read_again"),
    path("notices", notices.listing, name="notices"),
    path("notices/bell", notices.bell, name="bell"),
    path("notices/read", notices.read_all, name="notices_read"),
    path("notices/<int:pk>", notices.read, name="notice"),
    path("sign-in", accounts.sign_in, name="sign_in"),
    path("sign-in/<str:token>", accounts.link, name="link"),
    path("sign-out", accounts.sign_out, name="sign_out"),
    path("preferences", accounts.preferences, name="preferences"),
    path("welcome", welcome.show, name="welcome"),
    path("welcome/first-alert", welcome.first_alert, name="first_alert"),
    path("welcome/invite", welcome.invite, name="invite"),
    path("settings/integrations", integrations.listing, name="integrations"),
    path("settings/integrations/<int:pk>", integrations.detail, name="integration"),
    path(
        "settings/integrations/<int:pk>/arrival", integrations.arrival, name="integration_arrival"
    ),
    path(
        "settings/integrations/<int:pk>/mapping",
        integrations.map_payload,
        name="integration_mapping",
    ),
    path("settings/routing", routing_pages.overview, name="routing"),
    path("settings/routing/draft", routing_changes.draft, name="routing_draft"),
    path("settings/routing/draft/rules", routing_changes.new_rule, name="routing_rule_new"),
    path("settings/routing/draft/rules/<str:key>", routing_changes.edit_rule, name="routing_rule"),
    path("settings/routing/versions/<int:number>", routing_pages.version, name="routing_version"),
    path(
        "settings/routing/versions/<int:number>/simulate",
        routing_changes.simulate,
        name="routing_simulate",
    ),
    path(
        "settings/routing/versions/<int:number>/publish",
        routing_changes.publish,
        name="routing_publish",
    ),
    path("settings/routing/versions/<int:number>/try", trying.try_one, name="routing_try"),
    path("settings/fields", own_fields.listing, name="fields"),
    path("settings/fields/<int:pk>", own_fields.edit, name="field"),
    path("settings/keys", configuration.key_list, name="keys"),
    path("settings/keys/<int:pk>", configuration.key_change, name="key"),
    path("account", accounts.account, name="account"),
    path("detection", pages.overview, name="detection"),
    path("detection/rules/new", changes.new_rule, name="detection_rule_new"),
    path("detection/rules/<int:pk>", pages.rule, name="detection_rule"),
    path("detection/rules/<int:pk>/edit", changes.edit_rule, name="detection_rule_edit"),
    path("detection/rules/<int:pk>/change", changes.change_rule, name="detection_rule_change"),
    path("detection/rules/<int:pk>/test", changes.test_rule, name="detection_rule_test"),
    path("detection/rules/<int:pk>/backtest", changes.test_on_history, name="detection_backtest"),
    path("detection/sources/new", changes.new_source, name="detection_source_new"),
    path("detection/sources/<int:pk>", changes.edit_source, name="detection_source"),
    path("heartbeats", heartbeats.listing, name="heartbeats"),
    path("heartbeats/new", heartbeat_changes.new, name="heartbeat_new"),
    path("heartbeats/preview", heartbeat_changes.preview, name="heartbeat_preview"),
    path("heartbeats/<slug:heartbeat>", heartbeats.detail, name="heartbeat"),
    path("heartbeats/<slug:heartbeat>/live", heartbeats.live, name="heartbeat_live"),
    path("heartbeats/<slug:heartbeat>/edit", heartbeat_changes.edit, name="heartbeat_edit"),
    path("heartbeats/<slug:heartbeat>/change", heartbeat_changes.change, name="heartbeat_change"),
    *noise,
]
