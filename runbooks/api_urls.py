"""API addresses of the spoke. A runbook is named by its id or its slug."""

from incidents.api.routes import route
from runbooks.api import runbooks, runs

app_name = "runbooks_api"
urlpatterns = [
    route("runbooks", runbooks.RunbooksView, name="runbooks"),
    route("runbooks/runs/<int:run>", runs.RunView, name="run"),
    route("runbooks/runs/<int:run>/steps/<int:step>", runs.StepView, name="step"),
    route("runbooks/runs/<int:run>/finish", runs.FinishView, name="finish"),
    route("runbooks/<str:runbook>", runbooks.RunbookView, name="runbook"),
    route("runbooks/<str:runbook>/versions", runbooks.VersionsView, name="versions"),
    route("runbooks/<str:runbook>/restore", runbooks.RestoreView, name="restore"),
    route("runbooks/<str:runbook>/execute", runs.ExecuteView, name="execute"),
    route("incidents/<str:ref>/runbooks", runs.IncidentRunbooksView, name="incident"),
]
