"""Integrations and API keys. The console's settings make them: secrets are shown there, once."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from incidents.admin.lists import Kept, WithHistory
from incidents.kernel import clock
from incidents.models import ApiKey, Integration
from incidents.sources import adapters


@admin.register(Integration)
class IntegrationAdmin(Kept, WithHistory):
    """Deleting one would delete its alerts; it is paused instead."""

    fields = (
        *("kind", "name", "service", "paused", "expires_at"),
        *("options", "hint", "last_signal_at"),
    )
    list_display = ("name", "kind", "service", "hint", "paused", "last_signal_at")
    list_filter = ("kind", "paused")
    list_select_related = ("service",)
    search_fields = ("name",)
    autocomplete_fields = ("service",)

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's hook
        obj: Integration | None = None,
    ) -> tuple[str, ...]:
        shown = ("kind", "options", "hint", "last_signal_at")
        own = obj is not None and obj.kind not in adapters.public_kinds()
        return (*shown, "name", "paused") if own else shown

    def add_view(
        self,
        request: HttpRequest,  # noqa: ARG002
        form_url: str = "",  # noqa: ARG002
        extra_context: object = None,  # noqa: ARG002
    ) -> HttpResponse:
        return redirect("web:integrations")


@admin.register(ApiKey)
class ApiKeyAdmin(Kept):
    fields = ("name", "expires_at", "scopes", "hint", "created_by", "created_at", "last_used_at")
    readonly_fields = ("scopes", "hint", "created_by", "created_at", "last_used_at", "revoked_at")
    list_display = ("name", "hint", "may", "created_by", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("created_by",)
    search_fields = ("name", "hint")
    actions = ("revoke",)

    @admin.display(description="Scopes")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.action(description="Revoke: it stops working at once")
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        count = chosen.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
        told = f"{count} key{'' if count == 1 else 's'} revoked." if count else "Revoked before."
        self.message_user(request, told, messages.SUCCESS if count else messages.INFO)

    def add_view(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's hook
        form_url: str = "",  # noqa: ARG002
        extra_context: object = None,  # noqa: ARG002
    ) -> HttpResponse:
        return redirect("web:keys")
