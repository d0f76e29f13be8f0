"""/api/tasks and /api/incidents/{id}/tasks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api import idempotency
from incidents.api.fields import ByHandle
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.models import Incident
from warroom.models import MAX_REASON, MAX_TITLE, UNFINISHED, Task, TaskState
from warroom.services import tasks as services
from warroom.services.tasks import EARLIEST_REMINDER, TaskContent


class TaskChangeIn(In):
    title = serializers.CharField(max_length=MAX_TITLE, required=False)
    assignee = ByHandle(required=False, allow_null=True, help_text="A handle; null for nobody.")
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    remind_minutes = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=EARLIEST_REMINDER,
        help_text="How many minutes before it is due the assignee is reminded.",
    )
    follow_up = serializers.BooleanField(
        required=False, help_text="Kept for after the incident: it becomes an action item."
    )
    state = serializers.ChoiceField(choices=TaskState.choices, required=False)
    reason = serializers.CharField(
        max_length=MAX_REASON, required=False, help_text="Why it is dropped; needed for that."
    )


class TaskIn(TaskChangeIn):
    title = serializers.CharField(max_length=MAX_TITLE)
    message = serializers.IntegerField(
        required=False, min_value=1, help_text="The seq of the message that it is made from."
    )
    state = None  # type: ignore[assignment]  # a new task is open
    reason = None  # type: ignore[assignment]


class TaskOut(serializers.Serializer[Any]):
    incident = serializers.CharField(source="incident.reference")
    number = serializers.IntegerField(help_text="Counts from 1 in each incident.")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=TaskState.choices)
    reason = serializers.CharField(help_text="Why it was dropped.")
    assignee = serializers.CharField(
        source="assignee.username", default=None, allow_null=True, help_text="Their handle."
    )
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    remind_minutes = serializers.IntegerField()
    follow_up = serializers.BooleanField()
    message = serializers.IntegerField(source="said_seq", allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_overdue(self, task: Task) -> bool:
        return task.is_overdue(clock.now())


class TaskQuery(In):
    state = serializers.ChoiceField(
        choices=["unfinished", *TaskState.values], required=False, help_text="Without it: all."
    )
    assignee = serializers.CharField(required=False, max_length=150, help_text="A handle.")


class IncidentTasksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("List the tasks of an incident", query=TaskQuery, answers=page_of(TaskOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        rows = Task.objects.filter(incident=self.incident(ref))
        return self.answer_page(TaskOut, _narrowed(rows, self.query(TaskQuery)), by="number")

    @operation("Write a task down", takes=TaskIn, answers=TaskOut, status=201)
    def post(self, request: Request, ref: str) -> Response:
        incident = self.incident(ref)
        given = self.read(TaskIn)
        message = given.pop("message", None)
        with transaction.atomic():
            known = idempotency.earlier(request, self.principal)
            if known is not None:
                return self.answer(TaskOut, Task.objects.get(pk=known), status=201)
            task = services.open_task(
                incident_id=incident.pk,
                content=TaskContent(**given),
                actor=self.principal.actor,
                said_seq=message,
            )
            idempotency.remember(request, self.principal, task.pk)
        return self.answer(TaskOut, task, status=201)


class TaskView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "PATCH": "incident.respond"}

    @operation("Read a task", answers=TaskOut)
    def get(self, request: Request, ref: str, task: int) -> Response:  # noqa: ARG002
        return self.answer(TaskOut, _task(self.incident(ref), task))

    @operation("Change a task, finish it or drop it", takes=TaskChangeIn, answers=TaskOut)
    def patch(self, request: Request, ref: str, task: int) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        given = self.read(TaskChangeIn)
        state, reason = given.pop("state", None), given.pop("reason", "")
        common: dict[str, Any] = {
            "incident_id": incident.pk,
            "number": task,
            "actor": self.principal.actor,
        }
        with transaction.atomic():
            services.change(content=TaskContent(**given), **common)
            if state is not None:
                services.set_state(state=state, reason=reason, **common)
        return self.answer(TaskOut, _task(incident, task))


class TasksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("List tasks across incidents", query=TaskQuery, answers=page_of(TaskOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        visible = access.visible_incidents(self.principal)
        rows = Task.objects.filter(incident__in=visible)
        return self.answer_page(TaskOut, _narrowed(rows, self.query(TaskQuery)))


def _narrowed(rows: Any, asked: Mapping[str, Any]) -> Any:
    if asked.get("state") == "unfinished":
        rows = rows.filter(state__in=UNFINISHED)
    elif "state" in asked:
        rows = rows.filter(state=asked["state"])
    if "assignee" in asked:
        rows = rows.filter(assignee__username=asked["assignee"])
    return rows.select_related("assignee", "incident")


def _task(incident: Incident, number: int) -> Task:
    rows = Task.objects.filter(incident=incident, number=number)
    task = rows.select_related("assignee", "incident").first()
    if task is None:
        raise NotFound(f"{incident.reference} has no task {number}.")
    return task
