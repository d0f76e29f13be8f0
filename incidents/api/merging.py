"""/api/incidents/<ref>/merge, /unmerge, /split and /links: incidents that belong together."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.fields import ByHandle, SeverityWord
from incidents.api.inputs import Nothing
from incidents.api.shapes import IncidentOut
from incidents.api.views_common import ActionView, In, operation
from incidents.pipeline import merging
from incidents.selectors import relations


class MergeIn(In):
    incidents = serializers.ListField(
        child=serializers.CharField(max_length=40),
        min_length=1,
        max_length=50,
        help_text="What goes into this incident: references, numbers or UUIDs.",
    )
    title = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="A new title, if any."
    )
    severity = SeverityWord(required=False, help_text="A new severity, if any.")
    responders = serializers.ListField(
        child=ByHandle(), required=False, max_length=100, help_text="Handles of new responders."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class MergeView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.command"}

    @operation("Merge other incidents into this one", takes=MergeIn, answers=IncidentOut)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Their alerts move here, and so does what comes for them from now on; they end in the
        state `merged`. It can be undone for 30 days."""
        target = self.incident(ref)
        data = dict(self.read(MergeIn))
        sources = merging.may_merge(self.principal, target, data.pop("incidents"))
        return self.answer(IncidentOut, merging.merge_for(self.principal, target, sources, **data))


class UnmergeOut(serializers.Serializer[Any]):
    incident = IncidentOut()
    alerts = serializers.IntegerField(help_text="How many came back.")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What could not go back to what it was, and why."
    )


class UnmergeView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.command"}

    @operation("Take this incident out of the one it was merged into", takes=Nothing,
               answers=UnmergeOut)  # fmt: skip
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        self.read(Nothing)
        return self.answer(UnmergeOut, merging.unmerge_for(self.principal, ref))


class SplitIn(In):
    alerts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=5000,
        help_text="The numbers of the alerts that move into the new incident.",
    )
    title = serializers.CharField(max_length=300)
    severity = SeverityWord()


class SplitView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation("Split alerts off into a new incident", takes=SplitIn, answers=IncidentOut,
               status=201)  # fmt: skip
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """To undo it, merge the new one back."""
        data = self.read(SplitIn)
        division = merging.Division(
            alert_ids=data["alerts"], title=data["title"], severity=data["severity"]
        )
        new = merging.split_for(self.principal, ref, division)
        return self.answer(IncidentOut, new, status=201)


class LinkIn(In):
    relation = serializers.ChoiceField(
        choices=[(name, relation.label) for name, relation in merging.RELATIONS.items()],
        help_text="What this incident is to the other one.",
    )
    incident = serializers.CharField(max_length=40, help_text="The other one.")


class LinkOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="link_id")
    relation = serializers.CharField(help_text="What the other incident is to this one, in words.")
    reference = serializers.CharField(source="incident.reference")
    title = serializers.CharField(source="incident.title")
    state = serializers.CharField(source="incident.state")


class LinksOut(serializers.Serializer[Any]):
    links = LinkOut(many=True)
    merged_here = serializers.ListField(
        child=serializers.CharField(), help_text="References of what was merged into this one."
    )


class LinksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("What an incident hangs together with", answers=LinksOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self._answer(ref)

    @operation("Link an incident to another", takes=LinkIn, answers=LinksOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        data = self.read(LinkIn)
        merging.link_for(self.principal, ref, data["relation"], data["incident"])
        return self._answer(ref, status=201)

    def _answer(self, ref: str, status: int = 200) -> Response:
        incident = self.incident(ref)
        visible = access.visible_incidents(self.principal)
        found = [
            {"link_id": each.link_id, "relation": group.label, "incident": each.incident}
            for group in relations.links(visible, incident)
            for each in group.links
        ]
        here = [each.reference for each in relations.merged_here(visible, incident)]
        return self.answer(LinksOut, {"links": found, "merged_here": here}, status=status)


class LinkView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"DELETE": "incident.respond"}

    @operation("Take a link away", status=204)
    def delete(self, request: Request, ref: str, link: int) -> Response:  # noqa: ARG002
        merging.unlink_for(self.principal, ref, link)
        return Response(status=204)
