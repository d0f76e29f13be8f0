"""What the OpenAPI document says beyond what serializers tell: problems, pages, keys.

`operation` documents one method of a view. The errors that an operation may answer are added here,
so that no view lists them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from incidents import access
from incidents.api.errors import MEDIA_TYPE, TITLES
from incidents.api.pagination import DEFAULT, MOST
from incidents.api.permissions import PUBLIC

Method = TypeVar("Method", bound=Callable[..., Any])
Shape = type[serializers.Serializer[Any]]

_REF: Final = OpenApiParameter(
    "ref", str, OpenApiParameter.PATH, description="The number, the reference (INC-12) or the UUID."
)
_PAGE: Final = (
    OpenApiParameter("cursor", str, description="Where to go on: follow `next` of a page."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
        description="How many a page holds at most.",
    ),
)


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Dotted path of the field at fault.")
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField(help_text="A URN that names the kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong.")
    hint = serializers.CharField(required=False, help_text="What to do about it.")
    errors = FieldProblem(  # type: ignore[assignment]  # a field, not the property of that name
        many=True, required=False
    )


@dataclass(frozen=True)
class Document:
    """An answer that is not JSON, for instance `Document("application/pdf")`."""

    media_type: str


@cache
def page_of(shape: Shape) -> Shape:
    """The shape of one page of `shape`."""
    members = {
        "results": shape(many=True),
        "next": serializers.URLField(allow_null=True, help_text="Address of the next page."),
        "is_page": True,
    }
    name = f"{shape.__name__.removesuffix('Out')}Page"
    return cast("Shape", type(name, (serializers.Serializer,), members))


def operation(
    summary: str,
    *,
    takes: Shape | None = None,
    query: Shape | None = None,
    answers: Shape | Document | None = None,
    status: int = 200,
) -> Callable[[Method], Method]:
    """Document one method: what it takes in body and query, and what it answers.

    Lists answer `page_of(SomethingOut)`; None is an answer without a body.
    """
    parameters: list[Any] = [query] if query else []
    if getattr(answers, "is_page", False):
        parameters += _PAGE
    answered: dict[Any, Any] = {status: answers}
    if isinstance(answers, Document):
        answered = {(status, answers.media_type): OpenApiTypes.BINARY}
    return extend_schema(summary=summary, request=takes, responses=answered, parameters=parameters)


class ProblemSchema(AutoSchema):
    """Adds who may call an operation and which problems it may answer."""

    def get_operation_id(self) -> str:
        parts = [part.strip("{}") for part in self.path.removeprefix("/api").split("/") if part]
        return "_".join([self.method.lower(), *parts]).replace("-", "_").replace(".", "_")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        return [_REF] if "{ref}" in self.path else []

    def get_auth(self) -> list[Any]:
        return [] if self._action == PUBLIC else super().get_auth()

    def get_description(self) -> str:  # type: ignore[override]  # as AutoSchema has it
        if self._action == PUBLIC:
            return "Anybody may call this."
        role, scope = access.POLICY[self._action]
        return f"Needs the role {role.label.lower()}, or a key with the scope `{scope.value}`."

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = dict(super()._get_response_bodies(direction))
        for code in self._problem_codes():
            bodies.setdefault(code, self._problem(code, direction))
        return dict(sorted(bodies.items()))

    def _problem(self, code: str, direction: Any) -> Any:
        found = self._get_response_for_code(  # type: ignore[no-untyped-call]  # theirs
            Problem, code, [MEDIA_TYPE], direction
        )
        return {**found, "description": TITLES[int(code)]}

    def _problem_codes(self) -> set[str]:
        codes = {"422", "429"}
        if self._action != PUBLIC:
            codes |= {"401", "403"}
        if "{" in self.path:
            codes.add("404")
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            codes |= {"400", "409", "413", "415"}
        return codes

    @property
    def _action(self) -> str:
        return str(getattr(self.view, "actions", {}).get(self.method, PUBLIC))


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    target_class = "incidents.api.authentication.KeyAuthentication"
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        text = "An API key, made in the admin or by `manage.py create_api_key`."
        return {"type": "http", "scheme": "bearer", "description": text}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    target_class = "incidents.api.authentication.CookieAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        text = "The session of a signed-in person; changes need the header `X-CSRFToken`."
        name = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": name, "description": text}
