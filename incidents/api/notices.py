"""/api/notices: what called me, and taking note of it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.reactions import notices


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    incident = serializers.CharField(source="incident.reference")
    title = serializers.CharField(source="incident.title")
    kind = serializers.CharField(help_text="The kind of fact that calls.")
    actor = serializers.CharField(source="fact.actor_name")
    text = serializers.CharField(help_text="To follow the actor's name.")
    url = serializers.CharField(help_text="Where it is told, relative to this installation.")
    urgent = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticeQuery(In):
    unread = serializers.BooleanField(required=False, default=False)


class NoticesRead(In):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        max_length=1000,
        help_text="Which of yours; without it all of them.",
    )


class NoticesCount(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread before.")


class NoticesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("What called you, newest first", query=NoticeQuery, answers=page_of(NoticeOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Notices belong to people: with an API key the list is empty."""
        rows = notices.of(self.principal).select_related("incident", "fact")
        if self.query(NoticeQuery)["unread"]:
            rows = rows.filter(read_at__isnull=True)
        return self.answer_page(NoticeOut, rows, by="-created_at")


class NoticesReadView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.read"}

    @operation("Take note of what called you", takes=NoticesRead, answers=NoticesCount)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        rows = notices.of(self.principal)
        data = self.read(NoticesRead)
        if "ids" in data:
            rows = rows.filter(pk__in=data["ids"])
        return self.answer(NoticesCount, {"read": notices.read_those(rows)})
