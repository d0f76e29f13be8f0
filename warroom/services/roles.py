"""Handing out roles by handle, as people do it in a room."""

from difflib import get_close_matches

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import Invalid
from incidents.models import Incident, User
from incidents.pipeline import lifecycle


@transaction.atomic
def assign(*, principal: Principal, incident: Incident, role: str, handle: str) -> Incident:
    """Give the role to whoever `handle` names ("@mei", "mei" or "me").

    Raises Invalid for an unknown handle or role, NotAllowed.
    """
    user = person(handle, principal)
    incident = lifecycle.locked(incident.pk)
    action = access.action_of_assigning(principal, incident, role=role, user=user)
    access.require(principal, action, incident)
    return lifecycle.assign(incident_id=incident.pk, role=role, user=user, actor=principal.actor)


def person(handle: str, principal: Principal) -> User:
    """Whom `handle` names; "me" is who asks. Invalid, with what may be meant, for nobody."""
    name = handle.strip().removeprefix("@")
    if name.lower() == "me" and principal.user is not None:
        return principal.user
    user = User.objects.filter(username__iexact=name, is_active=True).first()
    if user is not None:
        return user
    known = User.objects.filter(is_active=True).values_list("username", flat=True)[:1000]
    close = get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)
    meant = " or ".join(f"@{handle}" for handle in close)
    hint = f"Did you mean {meant}?" if meant else "Handles are listed under People."
    raise Invalid(f"Nobody here is called @{name}.", hint, field="handle")
