"""Text messages through whichever provider `SMS_URL` names.

Each provider wants other fields: `SMS_FIELDS` are those it wants, as in an address, with {to} and
{text} where those go (`To={to}&From=%2B15550100&Body={text}`). They are sent as a form, or as a
JSON object with `SMS_FORMAT=json`; `SMS_AUTH` is `name:password`, or one word that is a bearer
token.
"""

import base64
import json
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop

from incidents.kernel import outbound
from incidents.kernel.errors import Invalid
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.http_session import HttpSession
from incidents.reactions.notifications.parcel import Parcel

# Of E.164: a plus and up to fifteen digits, of which the first is no zero.
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_SPACING: Final = re.compile(r"[\s().\-/]")


class _ToProvider(HttpSession):
    """The provider is named by whoever runs this, so its address may be any."""

    def __init__(self) -> None:
        super().__init__()
        self._http.close()
        self._http = outbound.client()

    def request(self, http: httpx.Client, parcel: Parcel) -> httpx.Request:
        text = parcel.body.decode()
        fields = {
            name: value.replace("{to}", parcel.address).replace("{text}", text)
            for name, value in parse_qsl(settings.SMS_FIELDS, keep_blank_values=True)
        }
        kind, body = "application/x-www-form-urlencoded", urlencode(fields)
        if settings.SMS_FORMAT == "json":
            kind, body = "application/json", json.dumps(fields, ensure_ascii=False)
        headers = {"Content-Type": kind, **_authorization()}
        return http.build_request("POST", settings.SMS_URL, content=body, headers=headers)


def _authorization() -> dict[str, str]:
    given: str = settings.SMS_AUTH
    if not given:
        return {}
    if ":" in given:
        return {"Authorization": f"Basic {base64.b64encode(given.encode()).decode()}"}
    return {"Authorization": f"Bearer {given}"}


class Sms:
    label = "Text message"
    lanes = 2

    def is_ready(self) -> bool:
        return bool(settings.SMS_URL and settings.SMS_FIELDS)

    def check(self, address: str) -> str:
        number = _SPACING.sub("", address)
        number = f"+{number[2:]}" if number.startswith("00") else number
        if not _NUMBER.fullmatch(number):
            hint = gettext_noop("Write it with the code of the country, such as +31 6 1234 5678.")
            raise Invalid(gettext_noop("That is no number that can be reached."), hint)
        return number

    def session(self) -> Session:
        return _ToProvider()


REGISTRY.add("sms")(Sms())
