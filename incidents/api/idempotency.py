"""`Idempotency-Key`: the same request sent again answers the same and makes nothing twice."""

import json

from django.db import connection
from rest_framework.request import Request

from incidents.access import Principal
from incidents.kernel.errors import Conflict, Invalid
from incidents.kernel.tokens import digest
from incidents.models import IdempotencyKey

HEADER = "Idempotency-Key"


def _key(request: Request) -> str:
    key: str = request.headers.get(HEADER, "")
    if len(key) > 200:
        raise Invalid(f"{HEADER} is longer than 200 characters.", "A UUID will do.")
    return key


def _digest(request: Request) -> str:
    return digest(json.dumps(request.data, sort_keys=True, default=str))


def earlier(request: Request, principal: Principal) -> int | None:
    """What the first request with this key made; None for the first. Call inside a transaction.

    Raises Conflict when the key came with another body before.
    """
    key = _key(request)
    if not key:
        return None
    asker = principal.actor.handle
    # Two of the same at once: the second waits until the first has committed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{asker}:{key}"])
    known = IdempotencyKey.objects.filter(asker=asker, key=key).first()
    if known is None:
        return None
    if known.digest != _digest(request):
        raise Conflict(
            f"This {HEADER} was used for another request.", "Use a new key for a new request."
        )
    return known.made


def remember(request: Request, principal: Principal, made: int) -> None:
    key = _key(request)
    if key:
        IdempotencyKey.objects.create(
            asker=principal.actor.handle, key=key, digest=_digest(request), made=made
        )
