"""/api/integrations: where alerts come from."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.fields import BySlug
from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import Integration, Service
from incidents.sources.adapters import integrations


class IntegrationTold(In):
    """What may be said when it is made, and later."""

    options = serializers.DictField(
        required=False, help_text="What its kind may be told, by the names of its fields."
    )
    secret = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=400,
        help_text="Signs its messages; empty: they need no signature. Never shown.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class IntegrationIn(IntegrationTold):
    kind = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=120)
    service = BySlug(Service, required=False, allow_null=True)


class IntegrationOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    name = serializers.CharField()
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    hint = serializers.CharField(help_text="How the key begins.")
    paused = serializers.BooleanField()
    options = serializers.DictField()
    is_signed = serializers.SerializerMethodField(help_text="Whether it holds a secret.")
    expires_at = serializers.DateTimeField(allow_null=True)
    last_signal_at = serializers.DateTimeField(allow_null=True)

    def get_is_signed(self, integration: Integration) -> bool:
        return bool(integration.secret)


class IntegrationMade(IntegrationOut):
    url = serializers.CharField(help_text="Where to post to.")
    key = serializers.CharField(help_text="Shown only now.")


class IntegrationsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "POST": "config.write"}

    @operation("List integrations", answers=page_of(IntegrationOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = Integration.objects.select_related("service")
        return self.answer_page(IntegrationOut, rows)

    @operation("Connect a source", takes=IntegrationIn, answers=IntegrationMade, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        integration, key = _made(self.read(IntegrationIn))
        told = IntegrationOut(integration).data | {
            "url": integrations.address(integration.kind, key),
            "key": key,
        }
        return Response(told, status=201)


@transaction.atomic
def _made(data: dict[str, Any]) -> tuple[Integration, str]:
    named = {name: data.pop(name) for name in ("kind", "name", "service") if name in data}
    integration, key = integrations.create_integration(**named)
    return integrations.configure(integration.pk, data) if data else integration, key


class IntegrationChange(IntegrationTold):
    name = serializers.CharField(max_length=120, required=False)
    service = BySlug(Service, required=False, allow_null=True)
    paused = serializers.BooleanField(required=False)


class IntegrationView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "PATCH": "config.write"}

    @operation("Read an integration", answers=IntegrationOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(IntegrationOut, found(Integration.objects.all(), "integration", pk=pk))

    @operation("Change, pause or resume", takes=IntegrationChange, answers=IntegrationOut)
    def patch(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        changes = self.read(IntegrationChange)
        return self.answer(IntegrationOut, integrations.configure(pk, changes))
