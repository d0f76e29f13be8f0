"""People by their handles, as one writes them: "@mei", "mei" or "me"."""

from difflib import get_close_matches
from typing import Final

from django.db.models import Q

from incidents.access import Principal
from incidents.commands.registry import Asked, Choice, Kind
from incidents.kernel.errors import Invalid
from incidents.models import Role, User

MOST: Final = 8


def person(handle: str, principal: Principal) -> User:
    """Whom `handle` names. Raises Invalid, with those that are written alike."""
    name = handle.strip().removeprefix("@")
    if not name:
        raise Invalid("Say whom.", "For instance @mei, or me.", field="handle")
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


def _choices(asked: Asked) -> list[Choice]:
    """Those in the incident first, then by name."""
    typed = asked.typed.removeprefix("@")
    rows = User.objects.filter(is_active=True)
    if asked.incident.private:
        rows = rows.filter(role_assignments__incident=asked.incident).distinct()
    fits = Q(username__istartswith=typed) | Q(name__istartswith=typed)
    fits |= Q(name__icontains=f" {typed}")
    held = {row.user_id: row.get_role_display() for row in asked.incident.current_roles()}
    found = list(rows.filter(fits).order_by("name", "username")[:200])
    found.sort(key=lambda user: user.pk not in held)
    return [
        Choice(f"@{user.username}", str(user), str(held.get(user.pk, _role(user))))
        for user in found[:MOST]
    ]


def _role(user: User) -> str:
    return "observer" if user.role == Role.OBSERVER else ""


PERSON: Final = Kind(choices=_choices)
