"""Lists that stay fast at a million rows, and rows that only verbs may change."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from incidents import access

COUNTED: Final = 5000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts no further than COUNTED rows: filters and search lead to what lies beyond."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[:COUNTED].count()
        return len(rows)


class Rows(ModelAdmin):  # type: ignore[misc]  # unfold brings no types
    """The base of all lists: bounded counts, and no sorting by columns without an index."""

    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    compressed_fields = True
    warn_unsaved_form = True

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name what was chosen. Naming all that hangs on it would read the rows one by one."""
        named = [str(row) for row in objs]
        refused = [] if self.has_delete_permission(request) else [self.opts.verbose_name]
        return named, {str(self.opts.verbose_name_plural): len(named)}, set(refused), []


class WithHistory(SimpleHistoryAdmin, Rows):  # type: ignore[misc]  # simple_history has no types
    """Rows whose every version is kept, with who changed it."""

    history_list_per_page = 50


class Kept(Rows):
    """Rows that are switched off or revoked instead of deleted."""

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's hook
        obj: Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False


class ToLookAt(Kept):
    """Rows that only verbs write."""

    list_filter_submit = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False


class OfVisibleIncidents(ToLookAt):
    """Rows about incidents; those of a private one show only to who has a role in it.

    `incident_path` leads from the row to its incident; empty where the row is the incident.
    """

    incident_path: ClassVar[str] = "incident"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        path = f"{self.incident_path}__" if self.incident_path else ""
        mine = access.visible_incidents(access.of_user(request.user)).filter(private=True)
        hidden = rows.model._default_manager.filter(**{f"{path}private": True})  # noqa: SLF001
        hidden = hidden.exclude(**{f"{path}pk__in" if path else "pk__in": mine.values("pk")})
        return rows.exclude(pk__in=hidden.values("pk"))
