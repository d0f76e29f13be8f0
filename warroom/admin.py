"""Django admin of the spoke."""

from django.contrib import admin

from incidents.admin.lists import WithHistory
from warroom.models import RoleRule


@admin.register(RoleRule)
class RoleRuleAdmin(WithHistory):
    list_display = ("__str__", "who", "person", "severity", "service", "team", "is_active")
    list_filter = ("occasion", "role", "is_active")
    list_select_related = ("person", "severity", "service", "team")
    autocomplete_fields = ("person", "service", "team")
    fields = (
        *("occasion", "role", "who", "person", "severity", "service", "team"),
        *("position", "is_active"),
    )
