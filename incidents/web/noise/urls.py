"""Addresses of the pages of noise reduction, in the namespace of the hub's pages."""

from django.urls import path

from incidents.web.noise import grouping, maintenance, notices, silences

urlpatterns = [
    path("silences", silences.listing, name="silences"),
    path("silences/new", silences.new, name="silence_new"),
    path("silences/<uuid:silence_id>", silences.detail, name="silence"),
    path("silences/<uuid:silence_id>/edit", silences.edit, name="silence_edit"),
    path("silences/<uuid:silence_id>/change", silences.change, name="silence_change"),
    path("maintenance", maintenance.listing, name="maintenance"),
    path("maintenance/new", maintenance.new, name="window_new"),
    path("maintenance/<int:pk>", maintenance.detail, name="window"),
    path("maintenance/<int:pk>/edit", maintenance.edit, name="window_edit"),
    path("maintenance/<int:pk>/change", maintenance.change, name="window_change"),
    path("settings/grouping", grouping.overview, name="grouping"),
    path("settings/grouping/policies/new", grouping.new_policy, name="policy_new"),
    path("settings/grouping/policies/<int:pk>", grouping.edit_policy, name="policy"),
    path(
        "settings/grouping/policies/<int:pk>/change", grouping.change_policy, name="policy_change"
    ),
    path("settings/grouping/inhibitions/new", grouping.new_inhibition, name="inhibition_new"),
    path("settings/grouping/inhibitions/<int:pk>", grouping.edit_inhibition, name="inhibition"),
    path(
        "settings/grouping/inhibitions/<int:pk>/change",
        grouping.change_inhibition,
        name="inhibition_change",
    ),
    path("noise/notices", notices.show, name="noise_notices"),
]
