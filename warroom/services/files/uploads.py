"""The files of a form, as verbs take them."""

from django.http import HttpRequest

from warroom.services.files import shelf
from warroom.services.files.keeping import Upload


def uploads_of(request: HttpRequest) -> list[Upload]:
    """What was sent as `file`. TooLarge where reading stopped at one that is too large."""
    sent = request.FILES.getlist("file")
    oversized = getattr(request, "oversized", "")
    if oversized:
        raise shelf.too_large(oversized)
    return [Upload(each.name or "", each.chunks()) for each in sent]
