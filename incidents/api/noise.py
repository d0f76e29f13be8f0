"""/api/maintenance-windows, /api/inhibitions and /api/grouping-policies."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import idempotency
from incidents.api.incidents import found
from incidents.api.noise_fields import Matchers, PreviewOut, told
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel import clock
from incidents.models import AfterWindow, GroupingPolicy, Inhibition, MaintenanceWindow
from incidents.pipeline.noise import settings, windows
from incidents.pipeline.noise.preview import (
    Preview,
    preview_inhibition,
    preview_policy,
    preview_window,
)

NEXT_SHOWN = 5


def _in_this_century(at: datetime) -> None:
    if not 2000 < at.year < 2100:
        raise serializers.ValidationError("Choose a time in this century.")


class WindowIn(In):
    name = serializers.CharField(max_length=120)
    matchers = Matchers(help_text="The alerts that are expected.")
    starts_at = serializers.DateTimeField(
        validators=[_in_this_century], help_text="Of the first time."
    )
    minutes = serializers.IntegerField(min_value=1, max_value=7 * 24 * 60)
    recurrence = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="An RRULE; empty: once."
    )
    time_zone = serializers.CharField(max_length=60, required=False, help_text="Europe/Berlin")
    afterwards = serializers.ChoiceField(choices=AfterWindow.choices, required=False)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class OccurrenceOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class WindowOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    matchers = Matchers()
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    recurrence = serializers.CharField()
    time_zone = serializers.CharField()
    afterwards = serializers.ChoiceField(choices=AfterWindow.choices)
    comment = serializers.CharField()
    created_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    is_open = serializers.SerializerMethodField()

    def get_is_open(self, window: MaintenanceWindow) -> bool:
        return windows.open_at(window, clock.now()) is not None


class WindowAndTimes(WindowOut):
    next = serializers.SerializerMethodField(help_text="The next five times, one going on too.")

    def get_next(self, window: MaintenanceWindow) -> list[dict[str, datetime]]:
        now = clock.now()
        if window.cancelled_at is not None:
            return []
        ahead = windows.occurrences(window, after=now, before=now.replace(year=now.year + 3, day=1))
        return [OccurrenceOut(o).data for o in islice(ahead, NEXT_SHOWN)]


class InhibitionIn(In):
    name = serializers.CharField(max_length=120)
    source = Matchers(help_text="While an alert fires that fits this …")  # type: ignore[assignment]
    target = Matchers(help_text="… those that fit this open no incident.")
    equal = serializers.ListField(
        child=serializers.CharField(max_length=128), max_length=20, required=False
    )
    enabled = serializers.BooleanField(required=False)


class InhibitionOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    source = Matchers()  # type: ignore[assignment]  # a field, not where one reads from
    target = Matchers()
    equal = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()


class PolicyIn(In):
    name = serializers.CharField(max_length=120)
    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)
    matchers = Matchers(may_be_none=True, required=False, help_text="None: every alert.")
    group_by = serializers.ListField(
        child=serializers.CharField(max_length=128), max_length=20, required=False
    )
    wait = serializers.IntegerField(required=False, min_value=0, max_value=3600)
    interval = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    repeat = serializers.IntegerField(required=False, min_value=0, max_value=7 * 86_400)
    cooldown = serializers.IntegerField(required=False, min_value=0, max_value=7 * 86_400)
    auto_resolve = serializers.IntegerField(required=False, min_value=0, max_value=30 * 86_400)
    flap_changes = serializers.IntegerField(required=False, min_value=0, max_value=100)
    flap_window = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    enabled = serializers.BooleanField(required=False)


class PolicyOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    position = serializers.IntegerField(help_text="The first policy in order that fits is used.")
    matchers = Matchers()
    group_by = serializers.ListField(child=serializers.CharField())
    wait = serializers.IntegerField(help_text="This and the others are seconds; 0: not at all.")
    interval = serializers.IntegerField()
    repeat = serializers.IntegerField()
    cooldown = serializers.IntegerField()
    auto_resolve = serializers.IntegerField()
    flap_changes = serializers.IntegerField()
    flap_window = serializers.IntegerField()
    enabled = serializers.BooleanField()


def _changed(row: Any, given: Mapping[str, Any]) -> Any:
    for name, value in given.items():
        setattr(row, name, value)
    return row


class _Rows(ActionView):
    """A collection whose rows are made by one verb."""

    model: ClassVar[type[Model]]
    out: ClassVar[type[serializers.Serializer[Any]]]

    def rows(self, by: str) -> Response:
        return self.answer_page(self.out, self.model._default_manager.all(), by=by)  # noqa: SLF001

    @transaction.atomic
    def make(self, request: Request, row: Any, save: Callable[[Any], Any]) -> Response:
        earlier = idempotency.earlier(request, self.principal)
        if earlier is not None:
            row = found(self.model._default_manager.all(), "row any more", pk=earlier)  # noqa: SLF001
        else:
            save(row)
            idempotency.remember(request, self.principal, row.pk)
        return self.answer(self.out, row, status=201)


class WindowsView(_Rows):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "maintenance.plan"}
    model, out = MaintenanceWindow, WindowOut

    @operation("List maintenance windows, newest first", answers=page_of(WindowOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.rows("-id")

    @operation("Plan maintenance", takes=WindowIn, answers=WindowOut, status=201)
    def post(self, request: Request) -> Response:
        row = MaintenanceWindow(**self.read(WindowIn), created_by=self.principal.user)
        return self.make(request, row, settings.plan)


class WindowView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "PATCH": "maintenance.plan"}

    @operation("Read a maintenance window, with its next times", answers=WindowAndTimes)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(WindowAndTimes, found(MaintenanceWindow.objects.all(), "window", pk=pk))

    @operation("Change a maintenance window", takes=WindowIn, answers=WindowOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        row = found(MaintenanceWindow.objects.all(), "window", pk=pk)
        changes = self.read(WindowIn, partial=True)
        return self.answer(WindowOut, settings.plan(_changed(row, changes)))


class WindowCancelView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "maintenance.plan"}

    @operation("Cancel a maintenance window, for good", answers=WindowOut)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        row = found(MaintenanceWindow.objects.all(), "window", pk=pk)
        return self.answer(WindowOut, settings.cancel(row))


class InhibitionsView(_Rows):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "config.write"}
    model, out = Inhibition, InhibitionOut

    @operation("List inhibitions", answers=page_of(InhibitionOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.rows("name")

    @operation("Add an inhibition", takes=InhibitionIn, answers=InhibitionOut, status=201)
    def post(self, request: Request) -> Response:
        return self.make(request, Inhibition(**self.read(InhibitionIn)), settings.inhibit)


class PoliciesView(_Rows):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "config.write"}
    model, out = GroupingPolicy, PolicyOut

    @operation("List grouping policies in order", answers=page_of(PolicyOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.rows("position")

    @operation("Add a grouping policy", takes=PolicyIn, answers=PolicyOut, status=201)
    def post(self, request: Request) -> Response:
        given = {"position": settings.last_position(), **self.read(PolicyIn)}
        return self.make(request, GroupingPolicy(**given), settings.group)


class _Row(ActionView):
    actions: ClassVar[Mapping[str, str]] = {}

    def change(self, row: Any, takes: type[In], save: Callable[[Any], Any]) -> Any:
        return save(_changed(row, self.read(takes, partial=True)))


class InhibitionView(_Row):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "alert.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("Read an inhibition", answers=InhibitionOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(InhibitionOut, found(Inhibition.objects.all(), "inhibition", pk=pk))

    @operation("Change an inhibition", takes=InhibitionIn, answers=InhibitionOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        row = found(Inhibition.objects.all(), "inhibition", pk=pk)
        return self.answer(InhibitionOut, self.change(row, InhibitionIn, settings.inhibit))

    @operation("Delete an inhibition", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        settings.forget(found(Inhibition.objects.all(), "inhibition", pk=pk))
        return Response(status=204)


class PolicyView(_Row):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "alert.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("Read a grouping policy", answers=PolicyOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(PolicyOut, found(GroupingPolicy.objects.all(), "policy", pk=pk))

    @operation("Change a grouping policy, or its position", takes=PolicyIn, answers=PolicyOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        row = found(GroupingPolicy.objects.all(), "policy", pk=pk)
        return self.answer(PolicyOut, self.change(row, PolicyIn, settings.group))

    @operation("Delete a grouping policy", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        settings.forget(found(GroupingPolicy.objects.all(), "policy", pk=pk))
        return Response(status=204)


class MoveIn(In):
    to = serializers.ChoiceField(choices=("up", "down"))


class PolicyMoveView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "config.write"}

    @operation("Move a grouping policy up or down", takes=MoveIn, answers=PolicyOut)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        row = found(GroupingPolicy.objects.all(), "policy", pk=pk)
        settings.shift(row, by=-1 if self.read(MoveIn)["to"] == "up" else 1)
        row.refresh_from_db()
        return self.answer(PolicyOut, row)


class WindowPreviewView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "maintenance.plan"}

    @operation(
        "What a window would have held back in the last 7 days", takes=WindowIn, answers=PreviewOut
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        window = MaintenanceWindow(**self.read(WindowIn))
        settings.check_window(window)
        return _previewed(self, preview_window(window))


class InhibitionPreviewView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "config.write"}

    @operation(
        "What an inhibition would have held back in the last 7 days",
        takes=InhibitionIn,
        answers=PreviewOut,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        inhibition = Inhibition(**self.read(InhibitionIn))
        settings.check_inhibition(inhibition)
        return _previewed(self, preview_inhibition(inhibition))


class PolicyPreviewView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "config.write"}

    @operation(
        "How many incidents there would have been in the last 7 days",
        takes=PolicyIn,
        answers=PreviewOut,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        given = {"position": settings.last_position(), **self.read(PolicyIn)}
        policy = GroupingPolicy(**given)
        settings.check_policy(policy)
        return _previewed(self, preview_policy(policy))


def _previewed(view: ActionView, preview: Preview) -> Response:
    return view.answer(PreviewOut, told(view.principal, preview))
