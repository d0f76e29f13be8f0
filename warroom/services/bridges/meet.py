"""Google Meet spaces, as a service account that acts for one person (domain-wide delegation,
scope meetings.space.created). https://developers.google.com/workspace/meet/api/guides/overview,
the token by RFC 7523."""

import base64
import json
from typing import Any

import httpx

from incidents.kernel import clock, outbound
from incidents.kernel.errors import Invalid
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

SCOPE = "https://www.googleapis.com/auth/meetings.space.created"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_PARTS = ("client_email", "private_key", "token_uri")


def _account(text: str) -> str:
    try:
        account = json.loads(text)
        ready = all(isinstance(account[part], str) for part in _PARTS)
        service(account["token_uri"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("This is no key file of a service account.", "Paste the JSON.") from error
    if not ready:
        raise Invalid("This is no key file of a service account.", "Paste the JSON.")
    return text


def _assertion(account: dict[str, Any], person: str) -> str:
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  # 6 MB
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    now = int(clock.now().timestamp())
    claims = {
        "iss": account["client_email"],
        "sub": person,
        "scope": SCOPE,
        "aud": account["token_uri"],
        "iat": now,
        "exp": now + 300,
    }
    text = f"{_packed({'alg': 'RS256', 'typ': 'JWT'})}.{_packed(claims)}"
    try:
        key = serialization.load_pem_private_key(account["private_key"].encode(), None)
    except (ValueError, TypeError) as error:
        raise outbound.OutboundError("The private key cannot be read.", permanent=True) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise outbound.OutboundError("The private key is not RSA.", permanent=True)
    return f"{text}.{_base64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _packed(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed_in(settings: Settings) -> httpx.Client:
    account = json.loads(settings["key"])
    with outbound.client(timeout=SECONDS) as http:
        asked = http.build_request(
            "POST",
            account["token_uri"],
            data={"grant_type": _GRANT, "assertion": _assertion(account, settings["person"])},
        )
        told = outbound.read_json(outbound.answer_to(http, asked))
    return outbound.client(timeout=SECONDS, token=told_in(told, "access_token"))


def _make(_wanted: Wanted, settings: Settings) -> Made:
    with _signed_in(settings) as http:
        asked = http.build_request("POST", f"{settings['api']}/v2/spaces", json={})
        told = outbound.read_json(outbound.answer_to(http, asked))
    return Made(told_in(told, "meetingUri"), told_in(told, "name"))


def _end(name: str, settings: Settings) -> None:
    with _signed_in(settings) as http:
        url = f"{settings['api']}/v2/{name}:endActiveConference"
        answer = outbound.answer_to(http, http.build_request("POST", url, json={}))
    # 400 and 404: nobody is in it.
    if answer.status not in (200, 400, 404):
        outbound.read_json(answer)


PROVIDERS.add("meet")(
    Provider(
        label="Google Meet",
        help="By a service account with domain-wide delegation for the Meet API.",
        options=(
            Option("key", "Key file of the service account", limit=8000, check=_account),
            Option("person", "Acts for", help="The e-mail of who holds the meetings."),
            Option("api", "API address", default="https://meet.googleapis.com", check=service),
        ),
        make=_make,
        end=_end,
        secrets=frozenset({"key"}),
        asks=True,
    )
)
