"""Addresses of the spoke in the console. The public ones are served by the door."""

from django.urls import path

from statuspage.views import console, copies, panel, subscribers

app_name = "statuspage"
urlpatterns = [
    path("status-page", console.page, name="page"),
    path("status-page/<slug:slug>/components", console.set_state, name="component_state"),
    path("status-page/<slug:slug>/subscribers", subscribers.listing, name="subscribers"),
    path(
        "status-page/<slug:slug>/subscribers/import", subscribers.take_in, name="subscriber_import"
    ),
    path(
        "status-page/<slug:slug>/subscribers/export", subscribers.export, name="subscriber_export"
    ),
    path("status-page/<slug:slug>/subscribers/<int:pk>", subscribers.detail, name="subscriber"),
    path("status-page/<slug:slug>/copies", copies.listing, name="copies"),
    path("status-page/<slug:slug>/copies/<int:number>", copies.change, name="copy"),
    path("incidents/<str:ref>/status-panel", panel.panel, name="panel"),
    path("incidents/<str:ref>/status-updates", panel.publish, name="publish"),
]
