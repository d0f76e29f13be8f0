"""Addresses of the spoke."""

from django.urls import path

from postmortems.views import actions, changes, exports, pages

app_name = "postmortems"
urlpatterns = [
    path("post-mortems", pages.listing, name="list"),
    path("post-mortems/<str:ref>", pages.document, name="document"),
    path("post-mortems/<str:ref>/panel", pages.panel, name="panel"),
    path("post-mortems/<str:ref>/preview", pages.preview, name="preview"),
    path("post-mortems/<str:ref>/draft", changes.draft, name="draft"),
    path("post-mortems/<str:ref>/publish", changes.publish, name="publish"),
    path("post-mortems/<str:ref>/sections/<slug:slug>", changes.section, name="section"),
    path("post-mortems/<str:ref>/export/<slug:kind>", exports.export, name="export"),
    path("post-mortems/<str:ref>/action-items", actions.add, name="add_action_item"),
    path("action-items", actions.listing, name="action_items"),
    path("action-items/<int:pk>", actions.change, name="action_item"),
]
