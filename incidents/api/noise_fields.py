"""How the API says matchers, and what a preview answers."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import OPERATORS, Matcher, checked, parse
from incidents.pipeline.noise.preview import Preview
from incidents.selectors import alerts
from incidents.selectors import noise as selectors


class Matchers(serializers.Field[Any, Any, Any, Any]):
    """Text as Alertmanager writes it, or a list of {name, operator, value}; in Python rows as they
    are stored. Comes out as the list."""

    def __init__(self, *, may_be_none: bool = False, **kwargs: Any) -> None:
        self.may_be_none = may_be_none
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[dict[str, str]]:
        if self.may_be_none and data in ([], ""):
            return []
        try:
            if isinstance(data, str) and len(data) <= 20_000:
                return [matcher.as_data() for matcher in parse(data)]
            if isinstance(data, list) and len(data) <= 100:
                return [matcher.as_data() for matcher in checked(_one(row) for row in data)]
        except Invalid as error:
            raise serializers.ValidationError(str(error)) from error
        raise serializers.ValidationError('Give text such as service="checkout", or a list.')

    def to_representation(self, value: Any) -> Any:
        return value


def _one(row: Any) -> Matcher:
    told = row if isinstance(row, dict) else {}
    name, operator, value = (told.get(key) for key in ("name", "operator", "value"))
    if not isinstance(name, str) or not isinstance(value, str) or operator not in OPERATORS:
        hint = f"The operators are {', '.join(OPERATORS)}."
        raise Invalid("Each matcher needs name, operator and value, as text.", hint)
    if "\0" in name + value:
        raise Invalid("A matcher holds no NUL.")
    return Matcher(name, operator, value)


class _MatchersSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # theirs
    target_class = Matchers

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:  # noqa: ARG002
        text = {"type": "string"}
        parts = {"name": text, "operator": {**text, "enum": list(OPERATORS)}, "value": text}
        rows = {
            "type": "array",
            "items": {"type": "object", "properties": parts, "required": list(parts)},
        }
        written = {**text, "example": 'service="checkout", severity!="P3"'}
        return rows if direction == "response" else {"oneOf": [written, rows]}


class PreviewExampleOut(serializers.Serializer[Any]):
    alert = serializers.IntegerField(source="alert.pk")
    title = serializers.CharField(source="alert.title")
    started_at = serializers.DateTimeField(source="alert.started_at")
    effect = serializers.CharField(help_text="What would have become of it.")


class PreviewOut(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    alerts = serializers.IntegerField(help_text="How many were looked at.")
    left_out = serializers.IntegerField(help_text="Older ones, past the 20,000 looked at.")
    matched = serializers.IntegerField(help_text="Alerts that the change is about.")
    muted = serializers.IntegerField(help_text="Those that would have made no incident.")
    incidents_before = serializers.IntegerField()
    incidents_after = serializers.IntegerField()
    firing_now = serializers.IntegerField(
        allow_null=True, help_text="How many fire now and match; null where that says nothing."
    )
    examples = PreviewExampleOut(many=True, help_text="At most eight.")


def told(
    principal: access.Principal, preview: Preview, wanted: list[Matcher] | None = None
) -> dict[str, Any]:
    """The members of PreviewOut, without what `principal` may not know of."""
    visible = access.visible_incidents(principal)
    pks = [example.alert.pk for example in preview.examples]
    seen = set(alerts.visible(visible).filter(pk__in=pks).values_list("pk", flat=True))
    names = ("days", "alerts", "left_out", "matched", "muted")
    return {
        **{name: getattr(preview, name) for name in names},
        "incidents_before": preview.incidents_before,
        "incidents_after": preview.incidents_after,
        "firing_now": selectors.firing_that_match(visible, wanted).count if wanted else None,
        "examples": [e for e in preview.examples if e.alert.pk in seen],
    }
