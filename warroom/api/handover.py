"""/api/incidents/{id}/offers: roles on their way from one person to another."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.models import SINGLE_ROLES
from warroom.selectors import offers
from warroom.services import handover


class OfferIn(In):
    role = serializers.ChoiceField(
        choices=[str(role.value) for role in SINGLE_ROLES], default="commander"
    )
    handle = serializers.CharField(max_length=150, help_text="To whom: mei, or @mei.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class DeclineIn(In):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class OfferOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    handle = serializers.CharField(source="receiver.username")
    holder = serializers.CharField(
        source="holder.username", default=None, allow_null=True, help_text="Who has it until then."
    )
    giver = serializers.CharField(source="giver_handle")
    note = serializers.CharField()
    checklist = serializers.SerializerMethodField()
    state = serializers.CharField(help_text="open, accepted, declined, expired or withdrawn.")
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_checklist(self, offer: Any) -> dict[str, str]:
        """How things stood when it was offered."""
        return dict(offer.checklist)


class OffersOut(serializers.Serializer[Any]):
    offers = OfferOut(many=True)


class OffersView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read", "POST": "incident.respond"}

    @operation("Roles offered, and not answered yet", answers=OffersOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer(OffersOut, {"offers": offers.waiting(self.incident(ref))})

    @operation("Offer a role to somebody", takes=OfferIn, answers=OfferOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Whoever has it keeps it until the offer is accepted."""
        made = handover.offer(
            principal=self.principal, incident=self.incident(ref), **self.read(OfferIn)
        )
        return self.answer(OfferOut, made, status=201)


class AcceptView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation("Accept a role", answers=OfferOut)
    def post(self, request: Request, ref: str, offer: int) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        found = handover.accept(principal=self.principal, incident=incident, offer_id=offer)
        return self.answer(OfferOut, found)


class DeclineView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation("Decline a role", takes=DeclineIn, answers=OfferOut)
    def post(self, request: Request, ref: str, offer: int) -> Response:  # noqa: ARG002
        found = handover.decline(
            principal=self.principal,
            incident=self.incident(ref),
            offer_id=offer,
            **self.read(DeclineIn),
        )
        return self.answer(OfferOut, found)


class WithdrawView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "incident.respond"}

    @operation("Take an offer back", answers=OfferOut)
    def post(self, request: Request, ref: str, offer: int) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        found = handover.withdraw(principal=self.principal, incident=incident, offer_id=offer)
        return self.answer(OfferOut, found)
