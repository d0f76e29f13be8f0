"""The verbs of a mirror: added, changed, removed."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from incidents.kernel import secrets
from incidents.kernel.errors import Conflict, Invalid, NotFound
from statuspage.models import Mirror, MirrorKind, StatusPage
from statuspage.services.mirroring.kinds import KINDS

_BASE: Final = re.compile(r"(/[A-Za-z0-9._-]{1,60}){0,4}")


@transaction.atomic
def add_mirror(*, page_id: int, kind: str, options: Mapping[str, Any], secret: str = "") -> Mirror:
    """Raises Invalid with the field at fault, Conflict where the directory is taken."""
    page = StatusPage.objects.filter(pk=page_id).first()
    if page is None:
        raise NotFound("There is no such status page.")
    if kind not in MirrorKind.values:
        raise Invalid("There is no such kind of copy.", field="kind")
    if kind != MirrorKind.DIRECTORY and not secret:
        raise Invalid("Give the secret that it is written with.", field="secret")
    mirror = Mirror(page=page, kind=kind, secret=secrets.seal(secret))
    return _saved(mirror, options)


@transaction.atomic
def change_mirror(
    *, mirror_id: int, options: Mapping[str, Any], secret: str = "", enabled: bool = True
) -> Mirror:
    """An empty `secret` leaves the one there is."""
    mirror = _locked(mirror_id)
    mirror.enabled = enabled
    if secret:
        mirror.secret = secrets.seal(secret)
    return _saved(mirror, options)


@transaction.atomic
def remove_mirror(*, mirror_id: int) -> None:
    """It is no longer written. What was written stays where it is."""
    _locked(mirror_id).delete()


def _locked(mirror_id: int) -> Mirror:
    mirror = Mirror.objects.select_for_update().filter(pk=mirror_id).first()
    if mirror is None:
        raise NotFound("There is no such copy.")
    return mirror


def _saved(mirror: Mirror, options: Mapping[str, Any]) -> Mirror:
    kind = KINDS[MirrorKind(mirror.kind)]
    mirror.options = {name: options[name] for name in (*kind.fields, "base") if options.get(name)}
    base = str(mirror.options.get("base", ""))
    if not _BASE.fullmatch(base):
        hint = "Such as /status; empty where the copy has a host to itself."
        raise Invalid("That address cannot begin a page's own.", hint, field="base")
    kind.check(mirror.options)
    _only_one(mirror)
    # It is written anew in full, and soon.
    mirror.wrote_version, mirror.wrote_at, mirror.next_due_at = 0, None, None
    mirror.failures, mirror.error = 0, ""
    mirror.save()
    return mirror


def _only_one(mirror: Mirror) -> None:
    same = Mirror.objects.filter(kind=mirror.kind, options=mirror.options).exclude(pk=mirror.pk)
    if same.exists():
        raise Conflict("There is a copy at that place.", "Two would overwrite one another.")
