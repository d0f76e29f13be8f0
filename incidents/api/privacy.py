"""/api/incidents/<ref>/people: who has a part in an incident, and so sees it when it is private."""

from collections.abc import Mapping
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.fields import ByHandle
from incidents.api.schema import page_of
from incidents.api.shapes import PersonOut
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.models import User
from incidents.pipeline import privacy


class PersonIn(In):
    user = ByHandle(help_text="The person's handle.")


class PeopleView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.command"}

    @operation("Who has a part in an incident", answers=page_of(PersonOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        named = [user.pk for user in privacy.named(self.incident(ref))]
        return self.answer_page(PersonOut, User.objects.filter(pk__in=named), by="username")

    @operation("Give somebody a part", takes=PersonIn, answers=PersonOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident, user = self.incident(ref), self.read(PersonIn)["user"]
        privacy.add(incident_id=incident.pk, user=user, actor=self.principal.actor)
        return self.answer(PersonOut, user, status=201)


class PersonView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"DELETE": "incident.command"}

    @operation("Take somebody's part away", status=204)
    def delete(self, request: Request, ref: str, handle: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        user = User.objects.filter(username=handle).first()
        if user is None:
            raise NotFound(f"There is nobody with the handle {handle}.")
        privacy.remove(incident_id=incident.pk, user=user, actor=self.principal.actor)
        return Response(status=204)
