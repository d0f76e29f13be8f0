"""Whom a message calls: @handle, for handles that exist and whose owners may read it."""

import re
from typing import Final

from django.db.models.functions import Lower

from incidents import access
from incidents.models import Incident, User
from warroom.services.prose import without_code

MOST: Final = 50
_HANDLE: Final = re.compile(r"(?<![\w@./+-])@(?P<handle>\w[\w.+-]*)")
_MAY_END_A_SENTENCE: Final = ".-+"


def mentioned(incident: Incident, text: str) -> list[str]:
    """The handles of the people that `text` calls, in its order. Two queries, none without an @."""
    called = _candidates(without_code(text))
    if not called:
        return []
    rows = User.objects.annotate(lower=Lower("username")).filter(lower__in=called, is_active=True)
    if incident.private:
        members = incident.role_assignments.values_list("user_id", flat=True)
        rows = rows.filter(pk__in=list(members))
    known = {user.username.lower(): user.username for user in rows}
    return [known[name] for name in called if name in known]


def candidates_for(incident: Incident, limit: int) -> list[User]:
    """The people who may be called in this room, by name. One query."""
    rows = User.objects.filter(is_active=True)
    if incident.private:
        rows = rows.filter(role_assignments__incident=incident).distinct()
    people = list(rows.order_by("name", "username")[:limit])
    return [user for user in people if access.sees(access.of_user(user), incident)]


def _candidates(text: str) -> list[str]:
    """What may be a handle, once each; a full stop after one may be part of it or not."""
    found: dict[str, None] = {}
    for match in _HANDLE.finditer(text):
        whole = match["handle"].lower()
        found |= dict.fromkeys((whole, whole.rstrip(_MAY_END_A_SENTENCE)))
    return list(found)[: 2 * MOST]
