"""API addresses of the spoke."""

from incidents.api.routes import route
from statuspage.api import contents, maintenance, planned, status
from statuspage.views import subscriber_api

app_name = "statuspage_api"
_PAGE = "status/pages/<slug:page>"
urlpatterns = [
    route("status", status.StatusView, name="status"),
    route("status/public", status.PublicStatusView, name="public"),
    route("status/components/<slug:slug>/state", status.ComponentStateView, name="component_state"),
    route("status/pages", contents.PagesView, name="pages"),
    route(_PAGE, contents.PageView, name="page"),
    route(f"{_PAGE}/components", contents.ListedView, name="components"),
    route(f"{_PAGE}/components/<slug:component>", contents.ListedOneView, name="component"),
    route(f"{_PAGE}/groups", contents.GroupsView, name="groups"),
    route(f"{_PAGE}/groups/<int:group_id>", contents.GroupView, name="group"),
    route(f"{_PAGE}/maintenances", maintenance.WorksView, name="works"),
    route(f"{_PAGE}/maintenances/<slug:work>", maintenance.WorkView, name="work"),
    route(f"{_PAGE}/maintenances/<slug:work>/state", maintenance.WorkStateView, name="work_state"),
    route(f"{_PAGE}/series", maintenance.AllSeriesView, name="all_series"),
    route(f"{_PAGE}/series/<int:series_id>", maintenance.SeriesView, name="series"),
    route("status/texts", contents.TextsView, name="texts"),
    route("status/texts/<int:text_id>", contents.TextView, name="text"),
    route("status/planned-updates", planned.PlannedUpdatesView, name="planned_updates"),
    route("status/planned-updates/<int:planned>", planned.DecisionView, name="decision"),
    route("incidents/<ref>/status-updates", status.UpdatesView, name="updates"),
    route("incidents/<ref>/status-updates/<int:update>", planned.UpdateView, name="update"),
    route("incidents/<ref>/planned-updates", planned.SubmitView, name="submit"),
    route("status/subscribers", subscriber_api.SubscribersView, name="subscribers"),
    route("status/subscribers/<int:pk>", subscriber_api.SubscriberView, name="subscriber"),
    route("status/bounces", subscriber_api.BouncesView, name="bounces"),
]
