"""Addresses of Opsgenie's API. They stay where its clients look for them."""

from incidents.api import opsgenie
from incidents.api.routes import route

app_name = "opsgenie"

urlpatterns = [
    route("alerts", opsgenie.AlertsView, name="alerts"),
    route("alerts/count", opsgenie.CountView, name="count"),
    route("alerts/requests/<request_id>", opsgenie.RequestView, name="request"),
    route("alerts/<path:identifier>/notes", opsgenie.NotesView, name="notes"),
    route("alerts/<path:identifier>/logs", opsgenie.LogsView, name="logs"),
    route("alerts/<path:identifier>", opsgenie.AlertView, name="alert"),
]
