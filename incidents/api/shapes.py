"""What incidents and alerts look like in answers."""

from typing import Any

from rest_framework import serializers

from incidents.models import (
    AlertState,
    Category,
    CustomField,
    Impact,
    Incident,
    IncidentType,
    Priority,
    State,
)


class PersonOut(serializers.Serializer[Any]):
    handle = serializers.CharField(source="username")
    name = serializers.CharField()


class IncidentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    uuid = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    severity = serializers.CharField(source="severity.code")
    state = serializers.ChoiceField(choices=State.choices)
    status = serializers.SerializerMethodField(
        help_text="The state in four words: open, investigating, mitigated, resolved."
    )
    public_state = serializers.CharField()
    type = serializers.ChoiceField(choices=IncidentType.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    impact = serializers.ChoiceField(choices=Impact.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    affected_percent = serializers.FloatField(
        allow_null=True, help_text="Estimated users hit, in percent."
    )
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    environment = serializers.CharField()
    customer_impact = serializers.CharField()
    root_cause = serializers.CharField()
    affected_services = serializers.SerializerMethodField(help_text="Hit beside the main service.")
    regions = serializers.ListField(child=serializers.CharField())
    revenue_per_hour = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text="Null: not known."
    )
    revenue_currency = serializers.CharField()
    revenue_impact = serializers.CharField()
    custom_fields = serializers.SerializerMethodField(
        help_text="Values of the fields that the installation defined, by key."
    )
    private = serializers.BooleanField()
    false_positive = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not an address
    began_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    identified_at = serializers.DateTimeField(allow_null=True)
    mitigated_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    merged_at = serializers.DateTimeField(allow_null=True)
    merged_into = serializers.SerializerMethodField(
        help_text="The incident that goes on with this one; null also where that is private."
    )
    updated_at = serializers.DateTimeField()
    last_seq = serializers.IntegerField(help_text="The number of the newest fact.")
    url = serializers.SerializerMethodField()
    _ours: list[CustomField] | None = None

    def get_url(self, incident: Incident) -> str:
        return incident.get_absolute_url()

    def get_affected_services(self, incident: Incident) -> list[str]:
        return sorted(service.slug for service in incident.affected_services.all())

    def get_custom_fields(self, incident: Incident) -> dict[str, Any]:
        if not incident.custom:
            return {}
        kept = {field.key: field.of(incident.custom) for field in self._fields_of_ours()}
        return {key: value for key, value in kept.items() if value is not None}

    def _fields_of_ours(self) -> list[CustomField]:
        """Read once an answer, retired ones too: what they hold stays readable."""
        if self._ours is None:
            self._ours = list(CustomField.objects.all())
        return self._ours

    def get_merged_into(self, incident: Incident) -> str | None:
        target = incident.merged_into if incident.merged_into_id else None
        return None if target is None or target.private else target.reference

    def get_status(self, incident: Incident) -> str:
        return _IN_FOUR_WORDS[State(incident.state)]


_IN_FOUR_WORDS = {
    State.DETECTED: "open",
    State.ACKNOWLEDGED: "investigating",
    State.INVESTIGATING: "investigating",
    State.IDENTIFIED: "investigating",
    State.MITIGATED: "mitigated",
    State.MONITORING: "mitigated",
    State.RESOLVED: "resolved",
    State.CLOSED: "resolved",
    State.MERGED: "resolved",
}


class MutedBy(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="silence, maintenance, inhibition, flapping, routing or grouping."
    )
    id = serializers.CharField(help_text="Of the rule that mutes; of a silence its UUID.")
    why = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class Decision(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField(help_text="What was decided about it, and why.")


class AlertOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    description = serializers.CharField()
    severity = serializers.CharField(source="severity.code")
    state = serializers.ChoiceField(choices=AlertState.choices)
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    incident = serializers.CharField(source="incident.reference", default=None, allow_null=True)
    integration = serializers.CharField(source="integration.name")
    fingerprint = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    annotations = serializers.DictField()
    value = serializers.CharField()
    link = serializers.CharField()
    count = serializers.IntegerField(help_text="How often its source has said so.")
    started_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(help_text="Why it is in its incident.")
    held = serializers.BooleanField(help_text="Fires, but makes no incident for now.")
    muted_by = MutedBy(many=True, help_text="What keeps it quiet, and until when.")
    trail = Decision(many=True, help_text="The last decisions about it, oldest first.")
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    priority = serializers.CharField()


class RoleOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    user = PersonOut()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
