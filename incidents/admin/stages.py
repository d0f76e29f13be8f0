"""The stages of an incident and their checklists."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from incidents.admin.lists import WithHistory
from incidents.models import Stage, StageCheck


class StageChecks(TabularInline):  # type: ignore[misc]  # unfold brings no types
    """A line that is no longer asked for is switched off: what was ticked stays readable."""

    model = StageCheck
    fields = ("text", "position", "is_active")
    extra = 1
    can_delete = False


@admin.register(Stage)
class StageAdmin(WithHistory):
    """The five are there from the start: the states of an incident lead to them."""

    list_display = ("__str__", "from_minutes", "to_minutes")
    fields = ("code", "from_minutes", "to_minutes")
    readonly_fields = ("code",)
    inlines = (StageChecks,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's hook
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        return False
