"""Input fields that name rows of ours: by slug, by handle, by any spelling of a severity."""

from typing import Any

from django.db.models import Model
from rest_framework import serializers

from incidents.kernel.errors import DomainError
from incidents.models import Severity, User
from incidents.pipeline.triage import Severities


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


class SeverityWord(serializers.CharField):
    """A severity by its code, its label or an alias; in Python the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        word = super().to_internal_value(data)
        try:
            return Severities.load().named(word)
        except DomainError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        return value.code if isinstance(value, Severity) else str(value)
