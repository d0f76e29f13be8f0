"""What requests may say. Serializers read and check; they never save."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers


class In(serializers.Serializer[Any]):
    """Input that refuses fields it does not know: a misspelt field must not be lost silently."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (False, data) if data is None else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"body": ["Send a JSON object."]})
        unknown = {str(name): [self._about(str(name))] for name in data if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)

    def _about(self, name: str) -> str:
        close = get_close_matches(name, self.fields, n=1)
        if close:
            return f"There is no such field. Did you mean {close[0]}?"
        return f"There is no such field. Fields: {', '.join(self.fields) or 'none'}."


class Nothing(In):
    """A request without a body, or with an empty object."""
