"""Microsoft Teams meetings by Microsoft Graph, as an app that an application access policy lets
hold meetings for one organizer.
https://learn.microsoft.com/graph/api/application-post-onlinemeetings"""

from datetime import timedelta
from urllib.parse import quote

import httpx

from incidents.kernel import clock, outbound
from incidents.kernel.options import Option
from warroom.services.bridges import (
    PROVIDERS,
    SECONDS,
    Made,
    Provider,
    Settings,
    Wanted,
    service,
    told_in,
)

# Teams wants an end; people may stay longer.
LASTS = timedelta(hours=12)


def _signed_in(settings: Settings) -> httpx.Client:
    with outbound.client(timeout=SECONDS) as http:
        asked = http.build_request(
            "POST",
            f"{settings['sign_in']}/{quote(settings['tenant'], safe='')}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": settings["client"],
                "client_secret": settings["secret"],
                "scope": f"{settings['api']}/.default",
            },
        )
        told = outbound.read_json(outbound.answer_to(http, asked))
    return outbound.client(timeout=SECONDS, token=told_in(told, "access_token"))


def _meetings(settings: Settings) -> str:
    return f"{settings['api']}/v1.0/users/{quote(settings['organizer'], safe='')}/onlineMeetings"


def _make(wanted: Wanted, settings: Settings) -> Made:
    now = clock.now()
    body = {
        "subject": f"{wanted.reference} {wanted.title}"[:250],
        "startDateTime": now.isoformat(),
        "endDateTime": (now + LASTS).isoformat(),
    }
    with _signed_in(settings) as http:
        asked = http.build_request("POST", _meetings(settings), json=body)
        told = outbound.read_json(outbound.answer_to(http, asked))
    return Made(told_in(told, "joinWebUrl"), told_in(told, "id"))


def _end(name: str, settings: Settings) -> None:
    """Graph ends no call; the meeting is taken away, so that nobody joins it any more."""
    with _signed_in(settings) as http:
        asked = http.build_request("DELETE", f"{_meetings(settings)}/{quote(name, safe='')}")
        answer = outbound.answer_to(http, asked)
    if answer.status not in (204, 404):
        outbound.read_json(answer)


PROVIDERS.add("teams")(
    Provider(
        label="Microsoft Teams",
        help="By an app registration with OnlineMeetings.ReadWrite.All and an application access "
        "policy for the organizer.",
        options=(
            Option("tenant", "Tenant ID"),
            Option("client", "Client ID"),
            Option("secret", "Client secret"),
            Option("organizer", "Organizer", help="The object ID of who holds the meetings."),
            Option(
                "sign_in",
                "Sign-in address",
                default="https://login.microsoftonline.com",
                check=service,
            ),
            Option("api", "API address", default="https://graph.microsoft.com", check=service),
        ),
        make=_make,
        end=_end,
        secrets=frozenset({"secret"}),
        asks=True,
    )
)
