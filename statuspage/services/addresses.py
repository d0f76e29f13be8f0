"""How subscribers are reached here, and their addresses in one form."""

import hashlib

from django.utils.translation import gettext_noop

from incidents.kernel.errors import Invalid
from incidents.reactions.notifications import channels
from statuspage.models import Way


def ways() -> list[Way]:
    """Those that can work as this installation is set up."""
    ready = channels.ready()
    return [way for way in Way if way.value in ready]


def checked(way: str, address: str) -> str:
    """The address in its one form. Raises Invalid, also for a way that is not set up."""
    if way not in Way.values:
        raise Invalid(f"Nobody is reached by {way!r}.", f"Ways: {', '.join(ways())}.", field="way")
    channel = channels.REGISTRY[way]
    if not channel.is_ready():
        hint = "docs/subscribers.md says which settings it needs."
        raise Invalid(f"{channel.label} is not set up here.", hint, field="way")
    if len(address) > 500:
        raise Invalid(gettext_noop("The address is too long."), field="address")
    try:
        return channel.check(address)
    except Invalid as error:
        raise Invalid(error.message, error.hint, field="address") from error


def key_of(way: str, address: str) -> str:
    """The same for two addresses that are one: mailboxes do not tell upper case from lower."""
    one = address.lower() if way == Way.EMAIL else address
    return hashlib.sha256(f"{way}:{one}".encode()).hexdigest()
