"""Updates on their way, and correcting what was published."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from statuspage import selectors
from statuspage.api.status import UpdateIn, UpdateOut, announcement_of, page_called
from statuspage.models import PlannedState, PlannedUpdate, PublicState, PublicUpdate
from statuspage.services import approve, edit_update, refuse, submit, withdraw


class PlannedIn(UpdateIn):
    publish_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Empty: as soon as it may be."
    )


class PlannedOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    incident = serializers.CharField(source="incident.reference")
    page = serializers.CharField(source="page.slug")
    planned_state = serializers.ChoiceField(choices=PlannedState.choices)
    state = serializers.ChoiceField(choices=PublicState.choices)
    title = serializers.CharField()
    body = serializers.CharField(help_text="Markdown.")
    notifies = serializers.BooleanField()
    publish_at = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    remark = serializers.CharField()
    published_as = serializers.IntegerField(
        source="update_id", allow_null=True, help_text="The id of the update."
    )


class AllPlannedOut(serializers.Serializer[Any]):
    results = PlannedOut(many=True)


class SubmittedOut(serializers.Serializer[Any]):
    published = UpdateOut(allow_null=True)
    planned = PlannedOut(allow_null=True)


class ApprovalIn(In):
    action = serializers.ChoiceField(
        choices=[("approve", "Approve"), ("refuse", "Refuse"), ("withdraw", "Withdraw")]
    )
    remark = serializers.CharField(
        required=False, default="", max_length=500, help_text="Why it is refused."
    )


class EditIn(In):
    body = serializers.CharField(max_length=10_000, help_text="Markdown, for customers.")
    displayed_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class PlannedUpdatesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read"}

    @operation("Updates that wait or are scheduled", answers=AllPlannedOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        visible = access.visible_incidents(self.principal)
        return self.answer(AllPlannedOut, {"results": selectors.on_their_way(visible)})


class SubmitView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "status.publish"}

    @operation("Updates on their way about an incident", answers=AllPlannedOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(AllPlannedOut, {"results": selectors.about(self.incident(ref))})

    @operation(
        "Tell customers later, or once it is approved",
        takes=PlannedIn,
        answers=SubmittedOut,
        status=201,
    )
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        data = self.read(PlannedIn)
        incident, page = self.incident(ref), page_called(data["page"])
        made = submit(
            incident_id=incident.pk,
            page_id=page.pk,
            announcement=announcement_of(page, data),
            actor=self.principal.actor,
            publish_at=data["publish_at"],
        )
        is_published = isinstance(made, PublicUpdate)
        found = {
            "published": made if is_published else None,
            "planned": None if is_published else made,
        }
        return self.answer(SubmittedOut, found, status=201)


class DecisionView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "status.publish"}

    @operation("Decide on an update on its way", takes=ApprovalIn, answers=PlannedOut)
    def post(self, request: Request, planned: int) -> Response:  # noqa: ARG002
        data, actor = self.read(ApprovalIn), self.principal.actor
        visible = access.visible_incidents(self.principal)
        found = PlannedUpdate.objects.filter(pk=planned, incident__in=visible)
        row = found.select_related("incident").first()
        if row is None:
            raise NotFound("There is no such update.", "It may have been removed.")
        access.require(self.principal, "status.publish", row.incident)
        if data["action"] == "approve":
            decided = approve(planned_id=planned, actor=actor)
        elif data["action"] == "refuse":
            decided = refuse(planned_id=planned, remark=data["remark"], actor=actor)
        else:
            decided = withdraw(planned_id=planned, actor=actor)
        return self.answer(PlannedOut, decided)


class UpdateView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "status.publish"}

    @operation("Correct what customers read", takes=EditIn, answers=UpdateOut)
    def patch(self, request: Request, ref: str, update: int) -> Response:  # noqa: ARG002
        data, incident = self.read(EditIn), self.incident(ref)
        rows = PublicUpdate.objects.filter(public_incident__incident=incident, pk=update)
        if not rows.exists():
            raise NotFound("There is no such update.", "It may have been removed.")
        edited = edit_update(update_id=update, actor=self.principal.actor, **data)
        return self.answer(UpdateOut, edited)
