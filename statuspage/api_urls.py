"""API addresses of the spoke."""

from incidents.api.routes import route
from statuspage import api
from statuspage.views import subscriber_api

app_name = "statuspage_api"
urlpatterns = [
    route("status", api.StatusView, name="status"),
    route("status/public", api.PublicStatusView, name="public"),
    route("status/components/<slug:slug>/state", api.ComponentStateView, name="component_state"),
    route("status/subscribers", subscriber_api.SubscribersView, name="subscribers"),
    route("status/subscribers/<int:pk>", subscriber_api.SubscriberView, name="subscriber"),
    route("status/bounces", subscriber_api.BouncesView, name="bounces"),
    route("incidents/<ref>/status-updates", api.UpdatesView, name="updates"),
]
