"""API addresses of the spoke."""

from incidents.api.routes import route
from statuspage import api

app_name = "statuspage_api"
urlpatterns = [
    route("status", api.StatusView, name="status"),
    route("status/public", api.PublicStatusView, name="public"),
    route("status/components/<slug:slug>/state", api.ComponentStateView, name="component_state"),
    route("incidents/<ref>/status-updates", api.UpdatesView, name="updates"),
]
