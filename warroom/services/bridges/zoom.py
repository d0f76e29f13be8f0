"""Zoom meetings by a Server-to-Server OAuth app (scopes meeting:write:meeting:admin and
meeting:update:status:admin). https://developers.zoom.us/docs/api/meetings/"""

from urllib.parse import quote

import httpx

from incidents.kernel import outbound
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

INSTANT = 1


def _signed_in(settings: Settings) -> httpx.Client:
    with outbound.client(timeout=SECONDS) as http:
        asked = http.build_request(
            "POST",
            f"{settings['sign_in']}/oauth/token",
            data={"grant_type": "account_credentials", "account_id": settings["account"]},
        )
        basic = httpx.BasicAuth(settings["client"], settings["secret"])
        signed = next(basic.auth_flow(asked))
        told = outbound.read_json(outbound.answer_to(http, signed))
    return outbound.client(timeout=SECONDS, token=told_in(told, "access_token"))


def _make(wanted: Wanted, settings: Settings) -> Made:
    body = {
        "topic": f"{wanted.reference} {wanted.title}"[:200],
        "type": INSTANT,
        "settings": {"join_before_host": True, "waiting_room": False, "mute_upon_entry": True},
    }
    with _signed_in(settings) as http:
        asked = http.build_request(
            "POST",
            f"{settings['api']}/v2/users/{quote(settings['host'], safe='')}/meetings",
            json=body,
        )
        told = outbound.read_json(outbound.answer_to(http, asked))
    return Made(told_in(told, "join_url"), told_in(told, "id"))


def _end(name: str, settings: Settings) -> None:
    with _signed_in(settings) as http:
        asked = http.build_request(
            "PUT", f"{settings['api']}/v2/meetings/{name}/status", json={"action": "end"}
        )
        answer = outbound.answer_to(http, asked)
    if answer.status not in (204, 404):
        outbound.read_json(answer)


PROVIDERS.add("zoom")(
    Provider(
        label="Zoom",
        help="By a Server-to-Server OAuth app of your account.",
        options=(
            Option("account", "Account ID"),
            Option("client", "Client ID"),
            Option("secret", "Client secret"),
            Option("host", "Host", default="me", help="The e-mail of who holds the meetings."),
            Option("sign_in", "Sign-in address", default="https://zoom.us", check=service),
            Option("api", "API address", default="https://api.zoom.us", check=service),
        ),
        make=_make,
        end=_end,
        secrets=frozenset({"secret"}),
        asks=True,
    )
)
