"""Addresses of the spoke in the console. The public ones are served by the door."""

from django.urls import path

from statuspage.views import (
    console,
    contents,
    copies,
    pages,
    panel,
    subscribers,
    told,
    works,
)

app_name = "statuspage"
_PAGE = "status-page/<slug:slug>"
urlpatterns = [
    path("status-page", console.page, name="page"),
    path("status-page/pages", pages.listing, name="pages"),
    path("status-page/new", pages.new, name="page_new"),
    path("status-page/waiting", told.waiting, name="waiting"),
    path("status-page/waiting/<int:planned>", told.decide, name="decide"),
    path("status-page/texts", contents.texts, name="texts"),
    path("status-page/texts/new", contents.text, name="text_new"),
    path("status-page/texts/<int:text_id>", contents.text, name="text"),
    path(f"{_PAGE}/components", console.set_state, name="component_state"),
    path(f"{_PAGE}/maintenance", works.listing, name="works"),
    path(f"{_PAGE}/maintenance/new", works.new, name="work_new"),
    path(f"{_PAGE}/maintenance/<slug:work>", works.detail, name="work"),
    path(f"{_PAGE}/maintenance/<slug:work>/edit", works.edit, name="work_edit"),
    path(f"{_PAGE}/maintenance/<slug:work>/change", works.change, name="work_change"),
    path(f"{_PAGE}/series/<int:series_id>/end", works.end_series, name="series_end"),
    path(f"{_PAGE}/list", contents.listing, name="listing"),
    path(f"{_PAGE}/list/change", contents.change, name="listing_change"),
    path(f"{_PAGE}/list/components/new", contents.component, name="component_new"),
    path(f"{_PAGE}/list/components/<int:component_id>", contents.component, name="component"),
    path(f"{_PAGE}/list/groups/new", contents.group, name="group_new"),
    path(f"{_PAGE}/list/groups/<int:group_id>", contents.group, name="group"),
    path(f"{_PAGE}/look", pages.look, name="page_look"),
    path(f"{_PAGE}/pictures/<slug:kind>", pages.picture, name="picture"),
    path(f"{_PAGE}/settings", pages.settings, name="page_settings"),
    path(f"{_PAGE}/preview", pages.look_ahead, name="preview"),
    path(f"{_PAGE}/change", pages.change, name="page_change"),
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
    path("incidents/<str:ref>/status-updates/<int:update>", told.edit, name="update_edit"),
]
