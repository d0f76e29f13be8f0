"""Addresses of Alertmanager's API v2. `status` is its own, `status.json` the status page's."""

from incidents.api import alertmanager, alertmanager_silences
from incidents.api.routes import route

app_name = "alertmanager"

urlpatterns = [
    route("alerts", alertmanager.AlertsView, name="alerts"),
    route("alerts/groups", alertmanager.GroupsView, name="groups"),
    route("receivers", alertmanager.ReceiversView, name="receivers"),
    route("status", alertmanager.StatusView, name="status"),
    route("silences", alertmanager_silences.SilencesView, name="silences"),
    route("silence/<silence_id>", alertmanager_silences.SilenceView, name="silence"),
]
