"""/api/routing: versions of the routing rules, the draft, and putting a version to work."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.models import RoutingVersion, VersionState
from incidents.pipeline.routing import versions
from incidents.selectors import routing
from incidents.selectors.routing_words import Words

_DOCUMENT = "A list of rules: docs/routing.md describes them."


class RoutingVersionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    revision = serializers.IntegerField(help_text="Counts the changes of a draft.")
    note = serializers.CharField()
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    shadow_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True, help_text="When it went live.")
    retired_at = serializers.DateTimeField(allow_null=True)
    rules = serializers.ListField(child=serializers.DictField(), help_text=_DOCUMENT)


class RoutingOut(serializers.Serializer[Any]):
    live = RoutingVersionOut(allow_null=True)
    shadow = RoutingVersionOut(allow_null=True)
    draft = RoutingVersionOut(allow_null=True)


class RoutingView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "routing.read"}

    @operation("The versions at work, and the draft", answers=RoutingOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(RoutingOut, routing.overview())


class VersionsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "routing.read"}

    @operation("List versions of the routing, newest first", answers=page_of(RoutingVersionOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(RoutingVersionOut, RoutingVersion.objects.all(), by="-number")


class VersionView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "routing.read"}

    @operation("Read a version of the routing", answers=RoutingVersionOut)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002
        return self.answer(RoutingVersionOut, versions.found(number))


class DraftIn(In):
    rules = serializers.ListField(child=serializers.DictField(), help_text=_DOCUMENT)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    revision = serializers.IntegerField(
        required=False, help_text="Refuse with 409 if the draft is at another one."
    )


class StartIn(In):
    copy_of = serializers.IntegerField(
        required=False, help_text="Begin with the rules of this version instead of the live one."
    )


class DraftView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "routing.read",
        "POST": "routing.change",
        "PUT": "routing.change",
        "DELETE": "routing.change",
    }

    @operation("Read the draft", answers=RoutingVersionOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        draft = versions.in_state(VersionState.DRAFT)
        if draft is None:
            raise NotFound("There is no draft.", "POST begins one.")
        return self.answer(RoutingVersionOut, draft)

    @operation("Begin a draft", takes=StartIn, answers=RoutingVersionOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        copy_of = self.read(StartIn).get("copy_of")
        draft = versions.start_draft(actor=self.principal.actor, copy_of=copy_of)
        return self.answer(RoutingVersionOut, draft, status=201)

    @operation(
        "Write the draft; begins one where there is none", takes=DraftIn, answers=RoutingVersionOut
    )
    def put(self, request: Request) -> Response:  # noqa: ARG002
        given = self.read(DraftIn)
        draft = versions.write_draft(
            document={"rules": given["rules"]},
            actor=self.principal.actor,
            note=given.get("note"),
            revision=given.get("revision"),
        )
        return self.answer(RoutingVersionOut, draft)

    @operation("Discard the draft", status=204)
    def delete(self, request: Request) -> Response:  # noqa: ARG002
        versions.discard_draft(actor=self.principal.actor)
        return Response(status=204)


class PublishIn(In):
    to = serializers.ChoiceField(choices=[("shadow", "Shadow"), ("live", "Live")])
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    confirmed = serializers.BooleanField(
        required=False, help_text="Go live although it was not simulated or has not run in shadow."
    )


class PublishView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "routing.change"}

    @operation("Put a version into shadow or live", takes=PublishIn, answers=RoutingVersionOut)
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        given, actor = self.read(PublishIn), self.principal.actor
        note = given.get("note", "")
        if given["to"] == "shadow":
            version = versions.to_shadow(number=number, actor=actor, note=note)
        else:
            confirmed = given.get("confirmed", False)
            version = versions.go_live(number=number, actor=actor, note=note, confirmed=confirmed)
        return self.answer(RoutingVersionOut, version)


class RollBackIn(In):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class RollBackView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "routing.change"}

    @operation(
        "A new version with the rules of this one, live at once",
        takes=RollBackIn,
        answers=RoutingVersionOut,
        status=201,
    )
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        note = self.read(RollBackIn).get("note", "")
        version = versions.roll_back(number=number, actor=self.principal.actor, note=note)
        return self.answer(RoutingVersionOut, version, status=201)


class StopView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "routing.change"}

    @operation("Take a version out of work", answers=RoutingVersionOut)
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        version = versions.stop(number=number, actor=self.principal.actor)
        return self.answer(RoutingVersionOut, version)


class AgainstIn(In):
    against = serializers.IntegerField(help_text="The number of the version to compare with.")


class DifferenceOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    against = serializers.IntegerField()
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What was done to make this one, in words."
    )


class DifferenceView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "routing.read"}

    @operation("What differs from another version", query=AgainstIn, answers=DifferenceOut)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002
        version = versions.found(number)
        other = versions.found(self.query(AgainstIn)["against"])
        changes = Words.load().difference(other.rules, version.rules)
        told = {"number": number, "against": other.number, "changes": changes}
        return self.answer(DifferenceOut, told)
