"""Input fields that name rows of ours: by slug, by handle, by any spelling of a severity."""

import math
from typing import Any

from django.db.models import Model
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from incidents.kernel.errors import DomainError
from incidents.models import Severity, User
from incidents.pipeline.triage import Severities


class Number(serializers.FloatField):
    """A finite number: JSON has no words for infinity. What is none comes out as null."""

    def to_internal_value(self, data: Any) -> float:
        number = float(super().to_internal_value(data))
        if not math.isfinite(number):
            raise serializers.ValidationError("Give a finite number.")
        return number

    def to_representation(self, value: Any) -> float | None:  # type: ignore[override]  # or null
        number = float(value)
        return number if math.isfinite(number) else None


class BySlug(serializers.SlugRelatedField[Any]):
    """A row of `model`, named by its slug."""

    default_error_messages = {"does_not_exist": "There is no row whose {slug_name} is “{value}”."}

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(slug_field="slug", queryset=model._default_manager.all(), **kwargs)  # noqa: SLF001


class ByHandle(serializers.SlugRelatedField[Any]):
    default_error_messages = {"does_not_exist": "There is nobody with the handle “{value}”."}

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.filter(is_active=True)
        super().__init__(slug_field="username", queryset=people, **kwargs)


class SeverityWord(serializers.Field[Any, Any, Any, Any]):
    """A severity by its code, its label or an alias; in Python the row."""

    def to_internal_value(self, data: Any) -> Severity:
        if not isinstance(data, str) or len(data) > 40:
            raise serializers.ValidationError("Give a severity as text, for instance P1.")
        try:
            return Severities.load().named(data)
        except DomainError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        return value.code if isinstance(value, Severity) else str(value)


class _SeverityWordSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # theirs
    target_class = SeverityWord

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "string", "maxLength": 40, "example": "P1"}
