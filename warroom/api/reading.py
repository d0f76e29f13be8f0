"""/api/incidents/{id}/read and /search: how far one has read, and finding what was said."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import Invalid
from incidents.models import Incident, User
from warroom.selectors import messages, search
from warroom.services import reading


class ReadIn(In):
    seq = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The newest fact that was seen."
    )


class ReadOut(serializers.Serializer[Any]):
    seq = serializers.IntegerField(
        source="after", help_text="Read up to here; 0 for who has never been in the room."
    )
    unread = serializers.IntegerField(source="count", help_text="Messages of others after it.")
    first_unread = serializers.IntegerField(source="first", allow_null=True)


class ReadView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "PUT": "incident.read"}

    @operation("How far one has read", answers=ReadOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self._answer(self.incident(ref), self._reader())

    @operation("Say how far one has read", takes=ReadIn, answers=ReadOut)
    def put(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """A mark never goes back."""
        incident, user = self.incident(ref), self._reader()
        reading.mark(user=user, incident=incident, seq=self.read(ReadIn)["seq"])
        return self._answer(incident, user)

    def _reader(self) -> User:
        user = self.principal.user
        if user is None:
            raise Invalid("A program has no mark of what it has read.", "Keep the last seq.")
        return user

    def _answer(self, incident: Incident, user: User) -> Response:
        seq = messages.read_up_to(user, incident) or 0
        return self.answer(ReadOut, messages.unread(user, incident, seq))


class RoomSearchQuery(In):
    q = serializers.CharField(
        max_length=200, help_text='Words, all of which must be there; "a phrase"; from:handle.'
    )


class RoomHitOut(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    by = serializers.CharField(source="name")
    at = serializers.DateTimeField()
    snippet = serializers.CharField(source="plain", help_text="Some of the text around them.")
    is_reply = serializers.BooleanField()


class RoomFoundOut(serializers.Serializer[Any]):
    results = RoomHitOut(many=True, source="hits")
    more = serializers.BooleanField(help_text="Whether older ones fit, too.")


class SearchView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation(
        "Messages and facts that hold these words", query=RoomSearchQuery, answers=RoomFoundOut
    )
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        found = search.in_room(self.incident(ref), self.query(RoomSearchQuery)["q"])
        return self.answer(RoomFoundOut, found)
