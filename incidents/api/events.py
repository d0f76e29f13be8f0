"""/api/events as the API describes it. The door answers it before Django sees the request."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import PUBLIC, ActionView, In, operation
from incidents.kernel.errors import NotFound, Unavailable


class EventIn(In):
    """One event, or a list of up to 1,000 of them."""

    message = serializers.CharField(max_length=15_000, help_text="The title that people read.")
    type = serializers.CharField(required=False, help_text="What kind of thing: disk.full.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field, not where to read
        required=False, help_text="Where it happened: db-1."
    )
    severity = serializers.CharField(required=False, help_text="Any spelling; P2 if not known.")
    service = serializers.CharField(required=False, help_text="Name or slug of a service.")
    correlation_id = serializers.CharField(
        required=False, help_text="The same for all events about one condition."
    )
    action = serializers.ChoiceField(choices=["fire", "acknowledge", "resolve"], required=False)
    timestamp = serializers.DateTimeField(required=False)
    labels = serializers.DictField(child=serializers.CharField(), required=False)
    value = serializers.CharField(required=False)
    link = serializers.CharField(required=False)


class Accepted(serializers.Serializer[Any]):
    status = serializers.CharField(help_text="“accepted”: it is stored.")
    id = serializers.UUIDField(help_text="Names the delivery.")
    trace = serializers.URLField(help_text="Leads to the alert it became.")
    count = serializers.IntegerField(required=False, help_text="How many a list held.")


class EventsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "alert.send"}

    @operation("Send an event", takes=EventIn, answers=Accepted, status=202)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Reached only where Django is served without the door in front of it."""
        raise Unavailable(
            "Events are not taken in here.", "Serve incidentsite.asgi:application, door included."
        )


@extend_schema(exclude=True)
class NowhereView(ActionView):
    """Any other address below /api: told in the API's own words, not as a page."""

    actions: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("GET", "POST", "PUT", "PATCH", "DELETE"), PUBLIC
    )

    def get(self, request: Request, rest: str) -> Response:  # noqa: ARG002
        raise NotFound(f"There is no address /api/{rest[:200]}.", "All are described at /api/docs.")

    post = put = patch = delete = get
