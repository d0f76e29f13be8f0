"""Addresses of the spoke in the console. The public ones are served by the door."""

from django.urls import path

from statuspage.views import console, panel

app_name = "statuspage"
urlpatterns = [
    path("status-page", console.page, name="page"),
    path("status-page/<slug:slug>/components", console.set_state, name="component_state"),
    path("incidents/<str:ref>/status-panel", panel.panel, name="panel"),
    path("incidents/<str:ref>/status-updates", panel.publish, name="publish"),
]
