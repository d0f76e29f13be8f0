"""Jitsi Meet: a room exists as soon as somebody opens its address. No account, no key."""

import re

from incidents.kernel.options import Option
from warroom.services.bridges import PROVIDERS, Made, Provider, Settings, Wanted, https


def _make(wanted: Wanted, settings: Settings) -> Made:
    """The reference is for people, the token against guests: who knows the address is in."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", wanted.reference)
    return Made(f"{settings['server']}/{name}-{wanted.token}")


PROVIDERS.add("jitsi")(
    Provider(
        label="Jitsi Meet",
        help="Needs no key, and opens inside the war room. The public server asks the first guest "
        "to sign in and cuts embedded calls short; a server of your own does neither.",
        options=(
            Option(
                "server",
                "Server",
                default="https://meet.jit.si",
                check=https,
                help="Yours, or the public one.",
            ),
        ),
        make=_make,
        embeds=True,
    )
)
