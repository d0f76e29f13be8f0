"""/api/incidents: list, declare, read, change; who works on one, and its alerts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api import idempotency
from incidents.api.fields import ByHandle, BySlug, Number, SeverityWord
from incidents.api.schema import page_of
from incidents.api.shapes import AlertOut, IncidentOut, RoleOut
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.models import (
    OVER,
    Alert,
    Category,
    Impact,
    Incident,
    IncidentRole,
    IncidentType,
    Priority,
    RoleAssignment,
    Service,
    State,
    Team,
)
from incidents.pipeline import classification, lifecycle, triage
from incidents.selectors import alerts
from incidents.selectors.incidents import IncidentFilter, find


class IncidentQuery(In):
    state = serializers.ChoiceField(
        choices=["open", "over", *State.values], required=False, default=""
    )
    open = serializers.BooleanField(required=False, allow_null=True, default=None)
    severity = SeverityWord(required=False, default=None)
    service = serializers.SlugField(required=False, default="")
    team = serializers.SlugField(required=False, default="")
    type = serializers.ChoiceField(choices=IncidentType.choices, required=False, default="")
    category = serializers.ChoiceField(choices=Category.choices, required=False, default="")
    priority = serializers.ChoiceField(choices=Priority.choices, required=False, default="")
    q = serializers.CharField(
        required=False, default="", max_length=200, help_text="As in /search."
    )
    region = serializers.CharField(required=False, default="", max_length=60)
    environment = serializers.CharField(required=False, default="", max_length=60)
    private = serializers.BooleanField(required=False, allow_null=True, default=None)
    false_positive = serializers.BooleanField(required=False, allow_null=True, default=None)
    field = serializers.CharField(
        required=False,
        default="",
        max_length=200,
        help_text="A field of the installation's own and its value: key:value.",
    )
    opened_after = serializers.DateTimeField(required=False, default=None)
    opened_before = serializers.DateTimeField(required=False, default=None)


class Told(In):
    """What people say of what it touches and costs."""

    affected_services = serializers.ListField(
        child=BySlug(Service), required=False, max_length=100, help_text="Slugs, in full."
    )
    regions = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=20
    )
    revenue_per_hour = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    revenue_currency = serializers.CharField(
        required=False, allow_blank=True, max_length=3, help_text="As in EUR."
    )
    revenue_impact = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    custom_fields = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="By key, only those that change; null clears one.",
    )


class Chosen(Told):
    """What a person may say of these stands against what triage makes of them."""

    type = serializers.ChoiceField(choices=IncidentType.choices, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    affected_percent = Number(required=False, min_value=0, max_value=100)


class Rechosen(Told):
    """As `Chosen`; null leaves a field to triage again."""

    type = serializers.ChoiceField(choices=IncidentType.choices, required=False, allow_null=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False, allow_null=True)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False, allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False, allow_null=True)
    affected_percent = Number(required=False, allow_null=True, min_value=0, max_value=100)


PARTICULARS = frozenset(Told().fields)
CHOSEN = frozenset({*classification.CHOICES, triage.PERCENT})


class IncidentIn(Chosen):
    title = serializers.CharField(max_length=300)
    severity = SeverityWord(help_text="P0 to P3, or an alias such as sev1 or critical.")
    summary = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    service = BySlug(Service, required=False, allow_null=True)
    team = BySlug(Team, required=False, allow_null=True)
    environment = serializers.CharField(required=False, allow_blank=True, max_length=60)
    customer_impact = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    private = serializers.BooleanField(required=False)
    began_at = serializers.DateTimeField(required=False)


class IncidentChange(Rechosen):
    title = serializers.CharField(required=False, max_length=300)
    summary = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    severity = SeverityWord(required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    service = BySlug(Service, required=False, allow_null=True)
    team = BySlug(Team, required=False, allow_null=True)
    environment = serializers.CharField(required=False, allow_blank=True, max_length=60)
    customer_impact = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    root_cause = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    private = serializers.BooleanField(required=False)
    false_positive = serializers.BooleanField(required=False)


class IncidentsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.declare"}

    @operation("List incidents, newest first", query=IncidentQuery, answers=page_of(IncidentOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        asked = self.query(IncidentQuery)
        rows = find(access.visible_incidents(self.principal), _filter(asked))
        rows = _within(rows, asked).prefetch_related("affected_services")
        return self.answer_page(IncidentOut, rows, by="-opened_at")

    @operation("Declare an incident", takes=IncidentIn, answers=IncidentOut, status=201)
    def post(self, request: Request) -> Response:
        data = self.read(IncidentIn)
        with transaction.atomic():
            repeated = idempotency.earlier(request, self.principal)
            if repeated is not None:
                return self.answer(IncidentOut, _made_before(repeated), status=201)
            particulars = {name: data.pop(name) for name in PARTICULARS & data.keys()}
            told = {name: value for name, value in data.items() if name not in CHOSEN}
            choices = {name: data[name] for name in CHOSEN & data.keys()}
            declaration = lifecycle.Declaration(
                source="api", choices=choices, particulars=particulars, **told
            )
            incident = lifecycle.declare(declaration=declaration, actor=self.principal.actor)
            idempotency.remember(request, self.principal, incident.pk)
        return self.answer(IncidentOut, incident, status=201)


def _made_before(pk: int) -> Incident:
    made = Incident.objects.select_related("severity", "service", "team").filter(pk=pk).first()
    if made is None:
        raise NotFound("The incident that this request declared has been deleted since.")
    return made


def _filter(asked: Mapping[str, Any]) -> IncidentFilter:
    state = asked["state"]
    if asked["open"] is not None:
        state = state or ("open" if asked["open"] else "over")
    severity = asked["severity"].code if asked["severity"] else ""
    return IncidentFilter(
        state=state,
        severity=severity,
        text=asked["q"],
        private=_yes_no(asked["private"]),
        false_positive=_yes_no(asked["false_positive"]),
        fields=_of_own(asked["field"]),
        **{name: asked[name] for name in ("service", "team", "type", "category", "priority")},
        **{name: asked[name] for name in ("region", "environment")},
    )


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _of_own(text: str) -> tuple[tuple[str, str], ...]:
    key, _, value = text.partition(":")
    return ((key.strip(), value.strip()),) if text else ()


def _within(rows: QuerySet[Incident], asked: Mapping[str, Any]) -> QuerySet[Incident]:
    if asked["opened_after"]:
        rows = rows.filter(opened_at__gte=asked["opened_after"])
    if asked["opened_before"]:
        rows = rows.filter(opened_at__lt=asked["opened_before"])
    return rows


class IncidentView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "incident.read",
        "PATCH": "incident.respond",
        "DELETE": "incident.delete",
    }

    @operation("Read an incident", answers=IncidentOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(IncidentOut, self.incident(ref))

    @operation("Change an incident", takes=IncidentChange, answers=IncidentOut)
    def patch(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        changes = dict(self.read(IncidentChange, partial=True))
        return self.answer(IncidentOut, _change(self.principal, incident, changes))

    @operation("Delete an incident and all that is about it", status=204)
    def delete(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        lifecycle.remove(incident_id=self.incident(ref).pk, actor=self.principal.actor)
        return Response(status=204)


@transaction.atomic
def _change(principal: access.Principal, incident: Incident, changes: dict[str, Any]) -> Incident:
    """Each change by its verb, all or none. Severity, state and privacy need a commander."""
    actor, reason, pk = principal.actor, changes.pop("reason", ""), incident.pk
    commanded = {"severity", "private"} & changes.keys()
    if commanded or changes.get("state") in OVER:
        access.require(principal, "incident.command", incident)
    if "severity" in changes:
        severity = changes.pop("severity")
        lifecycle.set_severity(incident_id=pk, severity=severity, actor=actor, reason=reason)
    if "state" in changes:
        state = changes.pop("state")
        lifecycle.set_state(incident_id=pk, state=state, actor=actor, reason=reason)
    if "private" in changes:
        lifecycle.set_private(incident_id=pk, private=changes.pop("private"), actor=actor)
    choices = {name: changes.pop(name) for name in CHOSEN & changes.keys()}
    edited = lifecycle.edit(incident_id=pk, changes=changes, actor=actor)
    if not choices:
        return edited
    return triage.classify(incident_id=pk, choices=choices, actor=actor, reason=reason)


class ReasonIn(In):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


def move_view(name: str, summary: str) -> type[ActionView]:
    """The view of one move of the state machine: it answers the incident in its new state."""

    @operation(summary, takes=ReasonIn, answers=IncidentOut)
    def post(self: ActionView, request: Request, ref: str) -> Response:  # noqa: ARG001
        incident = self.incident(ref)
        reason = self.read(ReasonIn)["reason"]
        moved = lifecycle.move(
            incident_id=incident.pk, name=name, actor=self.principal.actor, reason=reason
        )
        return self.answer(IncidentOut, moved)

    members = {"actions": {"POST": access.action_of_move(name)}, "post": post}
    return type(f"{name.capitalize()}View", (ActionView,), members)


class AssignIn(In):
    user = ByHandle(help_text="The person's handle.")
    role = serializers.ChoiceField(
        choices=IncidentRole.choices, required=False, default=IncidentRole.COMMANDER
    )


class AssignView(ActionView):
    """Whoever responds may join and take a vacant command; the rest takes a commander."""

    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation("Give somebody a role", takes=AssignIn, answers=IncidentOut)
    @transaction.atomic
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = lifecycle.locked(self.incident(ref).pk)
        data = self.read(AssignIn)
        action = access.action_of_assigning(self.principal, incident, **data)
        access.require(self.principal, action, incident)
        assigned = lifecycle.assign(incident_id=incident.pk, actor=self.principal.actor, **data)
        return self.answer(IncidentOut, assigned)


class RolesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("Who holds and held which role", answers=page_of(RoleOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        rows = RoleAssignment.objects.filter(incident=self.incident(ref)).select_related("user")
        return self.answer_page(RoleOut, rows, by="since")


class IncidentAlertsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("The alerts of an incident", answers=page_of(AlertOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        rows = alerts.visible(access.visible_incidents(self.principal)).filter(incident=incident)
        return self.answer_page(AlertOut, rows, by="-started_at")


class AlertQuery(In):
    state = serializers.ChoiceField(
        choices=["firing", "audible", "suppressed", "open", "acknowledged", "resolved"],
        required=False,
        default="",
        help_text="Firing is whatever is not resolved: audible, or suppressed by a rule.",
    )
    severity = SeverityWord(required=False, default=None)
    service = serializers.SlugField(required=False, default="")
    q = serializers.CharField(required=False, default="", max_length=100)


class AlertsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("List alerts, newest first", query=AlertQuery, answers=page_of(AlertOut))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        asked = self.query(AlertQuery)
        severity = asked["severity"].code if asked["severity"] else ""
        chosen = alerts.AlertFilter(asked["state"], severity, asked["service"], asked["q"])
        rows: QuerySet[Alert] = alerts.find(access.visible_incidents(self.principal), chosen)
        return self.answer_page(AlertOut, rows, by="-started_at")


class AlertView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("Read an alert", answers=AlertOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rows = alerts.visible(access.visible_incidents(self.principal))
        return self.answer(AlertOut, found(rows, "alert", pk=pk))


def found(rows: QuerySet[Any], noun: str, **by: Any) -> Any:
    row = rows.filter(**by).first()
    if row is None:
        raise NotFound(f"There is no such {noun}.")
    return row
