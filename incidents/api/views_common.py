"""What every API view stands on: declared actions, strict input, documented answers.

class MessagesView(ActionView):
    actions = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("Post a message", takes=MessageIn, answers=MessageOut, status=201)
    def post(self, request: Request, ref: str) -> Response:
        incident = self.incident(ref)
        message = services.post(incident_id=incident.pk, **self.read(MessageIn), ...)
        return self.answer(MessageOut, message, status=201)
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from incidents import access
from incidents.api.authentication import principal_of
from incidents.api.inputs import In
from incidents.api.pagination import page
from incidents.api.parsers import StrictJSONParser
from incidents.api.permissions import PUBLIC
from incidents.api.schema import ProblemSchema, operation
from incidents.api.throttling import PerPrincipal
from incidents.models import Incident

__all__ = ["PUBLIC", "ActionView", "In", "operation", "principal_of"]

_METHODS: Final = ("get", "post", "put", "patch", "delete")


class ActionView(APIView):
    """A view whose `actions` say, for each method it has, which action of the policy that is.

    `PUBLIC` is for the few that anybody may call. A method without a declaration, or an action that
    the policy does not know, is an error at import.
    """

    actions: ClassVar[Mapping[str, str]] = {}
    http_method_names = [*_METHODS, "head"]
    parser_classes = [StrictJSONParser]
    throttle_classes = [PerPrincipal]
    schema = ProblemSchema()
    _found: "tuple[str, str, Incident] | None" = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        has = {name.upper() for name in _METHODS if hasattr(cls, name)}
        if has != set(cls.actions):
            odd = ", ".join(sorted(has ^ set(cls.actions)))
            raise ImproperlyConfigured(f"{cls.__name__}.actions and its methods differ in {odd}")
        for action in cls.actions.values():
            if action != PUBLIC and action not in access.POLICY:
                raise ImproperlyConfigured(f"{cls.__name__}: no action {action!r} in the policy")

    @property
    def principal(self) -> access.Principal:
        return principal_of(self.request)

    def declared_action(self, method: str | None) -> str | None:
        return self.actions.get("GET" if method == "HEAD" else method or "")

    def authorise(self, request: Request) -> None:
        """Check the declared action, against the incident where the address names one."""
        action = self.declared_action(request.method)
        if action is None or action == PUBLIC:
            return  # A method that is not there is answered with 405.
        if "ref" in self.kwargs:
            self.incident(self.kwargs["ref"], action)
        else:
            access.require(self.principal, action)

    def incident(self, ref: str | int, action: str | None = None) -> Incident:
        """The incident that `ref` names; NotFound or NotAllowed unless `action` may be done.

        Without `action` the declared one of this method is meant; it is looked up once a request.
        """
        action = action or self.declared_action(self.request.method) or "incident.read"
        asked = (str(ref), action)
        if self._found is None or self._found[:2] != asked:
            self._found = (*asked, access.incident_for(self.principal, ref, action))
        return self._found[2]

    def read(self, serializer: type[BaseSerializer[Any]], *, partial: bool = False) -> Any:
        """The validated body; a ValidationError (422) names each field at fault."""
        bound = serializer(data=self.request.data, partial=partial, context={"view": self})
        bound.is_valid(raise_exception=True)
        return bound.validated_data

    def query(self, serializer: type[BaseSerializer[Any]]) -> Any:
        """The validated query parameters, without those of the pagination."""
        asked = {k: v for k, v in self.request.query_params.items() if k not in page.PARAMETERS}
        bound = serializer(data=asked, context={"view": self})
        bound.is_valid(raise_exception=True)
        return bound.validated_data

    def answer(
        self, serializer: type[BaseSerializer[Any]], found: Any, *, status: int = 200
    ) -> Response:
        return Response(serializer(found, context={"view": self}).data, status)

    def answer_page(
        self,
        serializer: type[BaseSerializer[Any]],
        rows: QuerySet[Any],
        *,
        by: str = "-id",
    ) -> Response:
        """One page of `rows` in the order of the column `by`, and where the next page begins."""
        found, following = page.of(rows, self.request, by=by)
        results = serializer(found, many=True, context={"view": self}).data
        return Response({"results": results, "next": following})
