"""Services of video rooms, each against a server that speaks its protocol."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from incidents.kernel.errors import Invalid
from incidents.kernel.options import checked
from incidents.kernel.outbound import OutboundError
from tests.warroom.video import Video
from warroom.services.bridges import PROVIDERS, Wanted

WANTED = Wanted("INC-7", "Checkout / down", "t0ken")


@pytest.fixture
def video() -> Iterator[Video]:
    with Video() as running:
        yield running


def settings(slug: str, **given: Any) -> dict[str, Any]:
    return checked(PROVIDERS[slug].options, given)


def test_a_jitsi_room_is_an_address_that_nobody_guesses() -> None:
    made = PROVIDERS["jitsi"].make(WANTED, settings("jitsi", server="https://meet.example.org/"))
    assert made.url == "https://meet.example.org/INC-7-t0ken"


def test_a_link_is_made_of_a_template() -> None:
    given = settings("link", template="https://v.example.org/{reference}?t={title}&k={token}")
    made = PROVIDERS["link"].make(WANTED, given)
    assert made.url == "https://v.example.org/INC-7?t=Checkout%20%2F%20down&k=t0ken"


@pytest.mark.parametrize(
    "template",
    ["http://plain.example.org", "https://v.org/{secret}", "https://v.org/{", "javascript:1"],
)
def test_a_template_that_leads_nowhere_is_refused(template: str) -> None:
    with pytest.raises(Invalid):
        settings("link", template=template)


def zoom(video: Video) -> dict[str, Any]:
    return settings(
        "zoom", account="acc", client="id", secret="pass", sign_in=video.url, api=video.url
    )


def test_zoom_is_asked_for_a_meeting_and_to_end_it(video: Video) -> None:
    made = PROVIDERS["zoom"].make(WANTED, zoom(video))
    assert (made.url, made.name) == ("https://zoom.us/j/93", "93")
    signed, meeting = video.seen
    assert signed.headers["Authorization"] == f"Basic {base64.b64encode(b'id:pass').decode()}"
    assert signed.form == {"grant_type": "account_credentials", "account_id": "acc"}
    assert (meeting.path, meeting.json["topic"]) == (
        "/v2/users/me/meetings",
        "INC-7 Checkout / down",
    )
    end = PROVIDERS["zoom"].end
    assert end is not None
    end("93", zoom(video))
    assert (video.seen[-1].path, video.seen[-1].json) == (
        "/v2/meetings/93/status",
        {"action": "end"},
    )


def teams(video: Video) -> dict[str, Any]:
    return settings(
        "teams",
        tenant="t",
        client="id",
        secret="pass",
        organizer="o@x",
        sign_in=video.url,
        api=video.url,
    )


def test_teams_is_asked_for_a_meeting_and_to_take_it_away(video: Video) -> None:
    made = PROVIDERS["teams"].make(WANTED, teams(video))
    assert made.url == "https://teams.microsoft.com/l/meetup-join/1"
    signed, meeting = video.seen
    assert (signed.path, signed.form["scope"]) == ("/t/oauth2/v2.0/token", f"{video.url}/.default")
    assert meeting.headers["Authorization"] == "Bearer tok"
    assert meeting.path == "/v1.0/users/o%40x/onlineMeetings"
    assert meeting.json["subject"] == "INC-7 Checkout / down"
    end = PROVIDERS["teams"].end
    assert end is not None
    end("m/1", teams(video))
    assert (video.seen[-1].method, video.seen[-1].path) == (
        "DELETE",
        "/v1.0/users/o%40x/onlineMeetings/m%2F1",
    )


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def meet(video: Video, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "client_email": "bot@x.iam",
        "private_key": pem.decode(),
        "token_uri": f"{video.url}/token",
    }
    return settings("meet", key=json.dumps(account), person="ana@x", api=video.url)


def test_meet_is_asked_by_a_signed_word_for_a_space(video: Video, key: rsa.RSAPrivateKey) -> None:
    made = PROVIDERS["meet"].make(WANTED, meet(video, key))
    assert (made.url, made.name) == ("https://meet.google.com/abc", "spaces/abc")
    text, _, signature = video.seen[0].form["assertion"].rpartition(".")
    key.public_key().verify(_bytes(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(_bytes(text.partition(".")[2]))
    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        "bot@x.iam",
        "ana@x",
        f"{video.url}/token",
    )
    assert claims["exp"] - claims["iat"] <= 3600
    end = PROVIDERS["meet"].end
    assert end is not None
    end("spaces/abc", meet(video, key))
    assert video.seen[-1].path == "/v2/spaces/abc:endActiveConference"


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("status", [401, 500])
@pytest.mark.parametrize("make", [zoom, teams])
def test_a_service_that_refuses_is_quoted(
    video: Video, make: Callable[[Video], dict[str, Any]], status: int
) -> None:
    video.fails = (status, b"no such app")
    slug = make.__name__
    with pytest.raises(OutboundError, match=f"{status}: no such app"):
        PROVIDERS[slug].make(WANTED, make(video))


def test_a_service_that_is_away_is_no_crash(video: Video) -> None:
    given = zoom(video) | {"sign_in": "http://127.0.0.1:9"}
    with pytest.raises(OutboundError, match="could not be reached"):
        PROVIDERS["zoom"].make(WANTED, given)
