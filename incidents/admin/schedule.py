"""Rows of the packages beneath: what runs when, and who is locked out."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from incidents.admin.lists import Kept, ToLookAt

for _model in (
    *(AccessAttempt, AccessFailureLog, AccessLog),
    *(ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule),
):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(Kept):
    """The jobs come with the release; switching one off is all there is to decide."""

    list_display = ("name", "enabled", "scheduler", "last_run_at", "total_run_count")
    fields = ("name", "task", "enabled", "last_run_at", "total_run_count")
    readonly_fields = ("name", "task", "last_run_at", "total_run_count")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's hook
        return False

    @admin.display(description="Runs every")
    def scheduler(self, task: PeriodicTask) -> str:
        return str(task.schedule)


@admin.register(AccessAttempt)
class LockedOutAdmin(ToLookAt):
    """Deleting a row lets its owner try again at once."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "=ip_address")
    ordering = ("-attempt_time",)

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: AccessAttempt | None = None,  # noqa: ARG002
    ) -> bool:
        return True
