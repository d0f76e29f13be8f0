"""Telling people what calls them."""

from incidents.events import bus
from incidents.models import Fact
from incidents.reactions import notices


@bus.subscribe_to_calls(name="incidents.notices")
def tell_them(fact: Fact) -> None:
    notices.notify(fact)
