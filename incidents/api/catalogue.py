"""/api/services, /api/teams, /api/severities: what can break, who owns it, how bad it is."""

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
from incidents.kernel.errors import Conflict
from incidents.models import Service, Severity, Team, Tier

LIST: Mapping[str, str] = {"GET": "catalog.read", "POST": "config.write"}
ONE: Mapping[str, str] = {
    "GET": "catalog.read",
    "PATCH": "config.write",
    "DELETE": "config.write",
}


class SeverityOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not the label
    rank = serializers.IntegerField(help_text="0 is the worst.")
    aliases = serializers.ListField(child=serializers.CharField())
    definition = serializers.CharField()
    examples = serializers.CharField()
    ack_minutes = serializers.IntegerField()
    mitigate_minutes = serializers.IntegerField()
    update_minutes = serializers.IntegerField()
    stale_minutes = serializers.IntegerField()
    stage_factor = serializers.IntegerField()


class SeveritiesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "catalog.read"}

    @operation("List severities, worst first", answers=page_of(SeverityOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(SeverityOut, Severity.objects.all(), by="rank")


class TeamIn(In):
    slug = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class TeamOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()


class ServiceIn(TeamIn):
    team = BySlug(Team, required=False, allow_null=True)
    tier = serializers.ChoiceField(
        choices=Tier.choices, required=False, allow_null=True, help_text="How much hangs on it."
    )
    users = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2_000_000_000
    )
    revenue_per_hour = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    depends_on = BySlug(Service, many=True, required=False)


class ServiceOut(TeamOut):
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    tier = serializers.IntegerField(allow_null=True)
    users = serializers.IntegerField(allow_null=True)
    revenue_per_hour = serializers.DecimalField(
        max_digits=12, decimal_places=2, allow_null=True, help_text="In your currency."
    )
    depends_on = serializers.SerializerMethodField()

    def get_depends_on(self, service: Service) -> list[str]:
        return [needed.slug for needed in service.depends_on.all()]


@transaction.atomic
def _save(row: Team | Service, data: Mapping[str, Any]) -> Team | Service:
    values = dict(data)
    depends_on = values.pop("depends_on", None)
    slug = values.get("slug", row.slug)
    if type(row)._default_manager.filter(slug=slug).exclude(pk=row.pk).exists():  # noqa: SLF001
        raise Conflict(f"There is one called “{slug}” already.", "Choose another slug.")
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if isinstance(row, Service) and depends_on is not None:
        row.depends_on.set(depends_on)
    return row


class TeamsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = LIST

    @operation("List teams", answers=page_of(TeamOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer_page(TeamOut, Team.objects.all(), by="slug")

    @operation("Add a team", takes=TeamIn, answers=TeamOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(TeamOut, _save(Team(), self.read(TeamIn)), status=201)


class TeamView(ActionView):
    actions: ClassVar[Mapping[str, str]] = ONE

    @operation("Read a team", answers=TeamOut)
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return self.answer(TeamOut, found(Team.objects.all(), "team", slug=slug))

    @operation("Change a team", takes=TeamIn, answers=TeamOut)
    def patch(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        team = found(Team.objects.all(), "team", slug=slug)
        return self.answer(TeamOut, _save(team, self.read(TeamIn, partial=True)))

    @operation("Delete a team; its services stay", status=204)
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found(Team.objects.all(), "team", slug=slug).delete()
        return Response(status=204)


class ServicesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = LIST

    @operation("List services", answers=page_of(ServiceOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = Service.objects.select_related("team").prefetch_related("depends_on")
        return self.answer_page(ServiceOut, rows, by="slug")

    @operation("Add a service", takes=ServiceIn, answers=ServiceOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(ServiceOut, _save(Service(), self.read(ServiceIn)), status=201)


class ServiceView(ActionView):
    actions: ClassVar[Mapping[str, str]] = ONE

    @operation("Read a service", answers=ServiceOut)
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return self.answer(ServiceOut, found(Service.objects.all(), "service", slug=slug))

    @operation("Change a service", takes=ServiceIn, answers=ServiceOut)
    def patch(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        service = found(Service.objects.all(), "service", slug=slug)
        return self.answer(ServiceOut, _save(service, self.read(ServiceIn, partial=True)))

    @operation("Delete a service; its incidents stay", status=204)
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found(Service.objects.all(), "service", slug=slug).delete()
        return Response(status=204)
