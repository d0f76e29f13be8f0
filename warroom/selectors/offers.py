"""Offered roles, and how much those who are asked have on their hands."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from incidents.kernel import clock
from incidents.models import OVER, Incident, IncidentRole, RoleAssignment, User
from warroom.models import OfferState, RoleOffer


def waiting(incident: Incident) -> list[RoleOffer]:
    """The offers that wait for an answer. One query."""
    rows = RoleOffer.objects.filter(incident=incident, state=OfferState.OPEN)
    return list(rows.filter(expires_at__gt=clock.now()).select_related("receiver", "holder"))


def commanding(visible: QuerySet[Incident], people: Iterable[User]) -> dict[int, int]:
    """How many of the visible open incidents each commands, by the id of the person. One query."""
    rows = RoleAssignment.objects.filter(
        role=IncidentRole.COMMANDER,
        until__isnull=True,
        user__in=list(people),
        incident__in=visible.exclude(state__in=OVER),
    )
    return dict(rows.values_list("user_id").annotate(n=Count("pk")))
