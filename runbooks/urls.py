"""Addresses of the spoke. `incident` and `runs` come last: a runbook may be called either."""

from django.urls import path

from runbooks.views import library, runs

app_name = "runbooks"
urlpatterns = [
    path("runbooks", library.library, name="library"),
    path("runbooks/<slug:slug>", library.runbook, name="runbook"),
    path("runbooks/<slug:slug>/history", library.history, name="history"),
    path("runbooks/<slug:slug>/restore", library.restore, name="restore"),
    path("runbooks/<slug:slug>/start", runs.begin, name="begin"),
    path("runbooks/incident/<str:ref>", runs.panel, name="panel"),
    path("runbooks/incident/<str:ref>/recommended", runs.recommended, name="recommended"),
    path("runbooks/incident/<str:ref>/start", runs.start, name="start"),
    path("runbooks/runs/<int:run>", runs.run, name="run"),
    path("runbooks/runs/<int:run>/steps/<int:step>", runs.step, name="step"),
    path("runbooks/runs/<int:run>/finish", runs.finish, name="finish"),
]
