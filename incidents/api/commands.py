"""/api/incidents/{id}/commands: the commands of the room, for programs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.commands import running


class CommandText(In):
    text = serializers.CharField(
        max_length=10_000, help_text="As in the room: “/severity P1 more regions fail”."
    )

    def validate_text(self, text: str) -> str:
        return text if text.lstrip().startswith("/") else f"/{text}"


class CommandIn(CommandText):
    client_id = serializers.UUIDField(
        required=False, help_text="Yours; the same one sent again runs nothing twice."
    )


class CommandDone(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="How far the incident is now.")
    reply = serializers.CharField(help_text="What only you are told.")


class CommandPreview(serializers.Serializer[Any]):
    says = serializers.CharField(help_text="What it would do, or why it cannot be done.")
    possible = serializers.BooleanField()


class ArgumentOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    optional = serializers.BooleanField()


class CommandOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    hint = serializers.CharField(help_text="What it takes.")
    help = serializers.CharField()
    arguments = ArgumentOut(many=True)
    why = serializers.CharField(help_text="Why you may not use it here; empty if you may.")
    stands_for = serializers.CharField(help_text="What another name is short for.")


class CommandList(serializers.Serializer[Any]):
    commands = CommandOut(many=True)


class CommandsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.read"}

    @operation("The commands there are", answers=CommandList)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(
            CommandList, {"commands": running.offers(self.principal, self.incident(ref))}
        )

    @operation("Run a command", takes=CommandIn, answers=CommandDone)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Each command asks for what its verb asks for: 403 where you may not."""
        incident = self.incident(ref)
        done = running.run(principal=self.principal, incident=incident, **self.read(CommandIn))
        return self.answer(CommandDone, done)


class CommandPreviewView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.read"}

    @operation("What a command would do", takes=CommandText, answers=CommandPreview)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident, text = self.incident(ref), self.read(CommandText)["text"]
        found = running.preview(principal=self.principal, incident=incident, text=text)
        return self.answer(CommandPreview, found)
