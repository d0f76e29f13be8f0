"""The fields that an installation defines for its incidents."""

from django.contrib import admin

from incidents.admin.lists import Kept, WithHistory
from incidents.models import CustomField


@admin.register(CustomField)
class CustomFieldAdmin(WithHistory, Kept):
    """Retired, never deleted: incidents hold values of it."""

    list_display = ("name", "key", "kind", "required", "position", "retired_at")
    list_filter = ("kind", "required")
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
