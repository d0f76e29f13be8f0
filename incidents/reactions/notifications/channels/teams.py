"""A card in a Microsoft Teams channel, by the address of a workflow or an incoming webhook."""

from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from incidents.kernel import guarded
from incidents.kernel.errors import Invalid
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.http_session import HttpSession

_HOSTS: Final = (
    *(".webhook.office.com", ".logic.azure.com", ".powerplatform.com", ".powerautomate.com"),
)


class Teams:
    label = "Microsoft Teams"
    lanes = 2

    def is_ready(self) -> bool:
        return True

    def check(self, address: str) -> str:
        url = guarded.checked_url(address)
        parts = urlsplit(url)
        here = guarded.is_allowed(parts.hostname or "", parts.port or 443)
        if not here and not (parts.hostname or "").endswith(_HOSTS):
            hint = gettext_noop(
                "Make one in the channel: “Post to a channel when a webhook request is received”."
            )
            raise Invalid(gettext_noop("That is no webhook of Microsoft Teams."), hint)
        return url

    def session(self) -> Session:
        return HttpSession()


REGISTRY.add("teams")(Teams())
