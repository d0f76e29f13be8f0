"""A message in a Slack channel, by an incoming webhook of that workspace."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from incidents.kernel import guarded
from incidents.kernel.errors import Invalid
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.http_session import HttpSession


class Slack:
    label = "Slack"
    lanes = 2

    def is_ready(self) -> bool:
        return True

    def check(self, address: str) -> str:
        url = guarded.checked_url(address)
        parts = urlsplit(url)
        here = guarded.is_allowed(parts.hostname or "", parts.port or 443)
        if not here and parts.hostname != "hooks.slack.com":
            hint = gettext_noop("Slack gives you one that begins with https://hooks.slack.com/.")
            raise Invalid(gettext_noop("That is no incoming webhook of Slack."), hint)
        return url

    def session(self) -> Session:
        return HttpSession()


REGISTRY.add("slack")(Slack())
