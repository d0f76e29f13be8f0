"""/api/search: incidents by any word that was written in their course."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.views_common import ActionView, In, operation
from incidents.selectors import searching


class SearchQuery(In):
    q = serializers.CharField(
        max_length=searching.LONGEST,
        help_text="Words; “quoted words” stand together, -word leaves out, or takes either. "
        "The last word may be the beginning of one.",
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=50, default=20)


class PartOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    hit = serializers.BooleanField(help_text="Whether this is what was searched for.")


class FoundOut(serializers.Serializer[Any]):
    reference = serializers.CharField(source="incident.reference")
    title = serializers.CharField(source="incident.title")
    state = serializers.CharField(source="incident.state")
    severity = serializers.CharField(source="incident.severity.code")
    seq = serializers.IntegerField(help_text="Of the fact that holds the text; 0: the incident.")
    kind = serializers.CharField(help_text="Of that fact, or incident.")
    author = serializers.CharField()
    said_at = serializers.DateTimeField()
    snippet = serializers.CharField(help_text="The text around what was found.")
    parts = PartOut(many=True, help_text="The snippet in pieces.")
    url = serializers.CharField()


class ResultsOut(serializers.Serializer[Any]):
    results = FoundOut(many=True, help_text="One for each incident, the best first.")


class SearchView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("Search incidents", query=SearchQuery, answers=ResultsOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        asked = self.query(SearchQuery)
        visible = access.visible_incidents(self.principal)
        found = searching.search(visible, asked["q"], limit=asked["limit"])
        return self.answer(ResultsOut, {"results": found})
