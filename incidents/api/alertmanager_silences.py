"""Silences in Alertmanager's API v2.

The key of an integration sees and makes silences of its own alerts only: each silence made with it
says so in a matcher of its own.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import alertmanager_shapes as shapes
from incidents.api.alertmanager import MOST, AlertmanagerView
from incidents.kernel import matchers, payload
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.kernel.matchers import Matcher
from incidents.kernel.text import plain
from incidents.models import Silence
from incidents.pipeline.noise import silences

_OPERATORS: Final[Mapping[tuple[bool, bool], matchers.Operator]] = {
    (False, True): "=",
    (False, False): "!=",
    (True, True): "=~",
    (True, False): "!~",
}


class _OfSilences(AlertmanagerView):
    """What both views share."""

    actions: ClassVar[Mapping[str, str]] = {}

    @property
    def actor(self) -> Actor:
        if self.integration is None:
            return self.principal.actor
        return Actor("integration", f"integration:{self.integration.pk}", self.integration.name)

    @property
    def own(self) -> list[Matcher]:
        """What each silence of an integration must say."""
        found = self.integration
        return [Matcher("integration", "=", found.name)] if found else []

    def silences(self) -> QuerySet[Silence]:
        return Silence.objects.filter(matchers__contains=[m.as_data() for m in self.own])

    def silence(self, named: str) -> Silence:
        try:
            found = self.silences().filter(uuid=UUID(named)).first()
        except ValueError:
            found = None
        if found is None:
            raise NotFound(f"silence {named[:60]} not found")
        return found


class SilencesView(_OfSilences):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "incident.respond"}

    def get(self, request: Request) -> Response:  # noqa: ARG002
        wanted = self.filters()
        return Response(
            [
                shapes.silence_as_told(silence)
                for silence in self.silences().order_by("-starts_at")[:MOST]
                if matchers.all_match(wanted, shapes.patterns_of(silence))
            ]
        )

    def post(self, request: Request) -> Response:
        """Make one, or change the one whose id is told."""
        told = payload.mapping(request.data)
        named = plain(told.get("id"), 60)
        old = self.silence(named) if named else None
        draft = self._draft(told)
        if old is not None:
            made = silences.change(silence_uuid=old.uuid, draft=draft, actor=self.actor)
        else:
            made = silences.silence(draft=draft, actor=self.actor)
        return Response({"silenceID": str(made.uuid)})

    def _draft(self, told: Mapping[str, Any]) -> silences.Draft:
        said = [_matcher(row) for row in payload.items(told.get("matchers"))]
        if not said:
            raise Invalid("At least one matcher is needed.", field="matchers")
        starts, ends = payload.moment(told.get("startsAt")), payload.moment(told.get("endsAt"))
        if starts is None or ends is None:
            raise Invalid("startsAt and endsAt must be times as in RFC 3339.", field="endsAt")
        return silences.Draft(
            matchers=[*said, *(matcher for matcher in self.own if matcher not in said)],
            starts_at=starts,
            ends_at=ends,
            comment=plain(told.get("comment"), 4000),
            creator=plain(told.get("createdBy"), 150),
        )


def _matcher(row: object) -> Matcher:
    told = payload.mapping(row)
    name, value = told.get("name"), told.get("value")
    if not isinstance(name, str) or not isinstance(value, str):
        raise Invalid("A matcher needs a name and a value.", field="matchers")
    is_regex, is_equal = bool(told.get("isRegex")), told.get("isEqual", True) is not False
    return Matcher(name, _OPERATORS[is_regex, is_equal], value)


class SilenceView(_OfSilences):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "DELETE": "incident.respond"}

    def get(self, request: Request, silence_id: str) -> Response:  # noqa: ARG002
        return Response(shapes.silence_as_told(self.silence(silence_id)))

    def delete(self, request: Request, silence_id: str) -> Response:  # noqa: ARG002
        """End it; one that is over already stays as it is."""
        found = self.silence(silence_id)
        if found.state != "expired":
            silences.expire(silence_uuid=found.uuid, actor=self.actor)
        return Response(status=200)
