"""Keys, sessions, and what the API says to those it does not let in."""

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client

from incidents.models import ApiKey, User
from tests.api.conftest import MakeProgram, Program
from tests.conftest import Declare, FrozenClock, People


def test_it_asks_for_a_key(client: Client, db: None) -> None:
    response = client.get("/api/incidents")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:problem:not-signed-in",
        "title": "Sign in first",
        "status": 401,
        "detail": "Sign in, or send an API key.",
        "hint": "Authorization: Bearer <key>",
    }


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Bearer isk_unknown", "not known here"),
        ("Bearer", "must hold one key"),
        ("Bearer one two", "must hold one key"),
        ("bearer clé", "not known here"),
    ],
)
def test_it_says_what_is_wrong_with_a_key(client: Client, db: None, sent: str, said: str) -> None:
    response = client.get("/api/incidents", headers={"Authorization": sent})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert said in response.json()["detail"]


def test_it_takes_no_key_after_its_time(frozen: FrozenClock, db: None) -> None:
    key, token = ApiKey.issue("Deploys", ["read"], lifetime=timedelta(hours=1))
    deploys = Program(Client(), key, token)
    assert deploys.get("/api/incidents").status_code == 200
    frozen.fast_forward(hours=1)
    response = deploys.get("/api/incidents")
    assert response.status_code == 401
    assert "expired" in response.json()["detail"]


def test_it_notes_when_a_key_was_used_once_a_minute(
    program: MakeProgram, frozen: FrozenClock
) -> None:
    deploys, began = program("read"), frozen.at
    for seconds in (0, 59, 2):
        frozen.fast_forward(seconds=seconds)
        deploys.get("/api/incidents")
        deploys.key.refresh_from_db()
        assert deploys.key.last_used_at == (frozen.at if seconds == 2 else began)


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("read", "/api/incidents", 200),
        ("events", "/api/incidents", 403),
        ("read", "/api/integrations", 403),
        ("admin", "/api/integrations", 200),
    ],
)
def test_it_lets_a_key_do_what_its_scopes_say(
    program: MakeProgram, scope: str, path: str, status: int
) -> None:
    response = program(scope).get(path)
    assert response.status_code == status
    if status == 403:
        assert "lacks the scope" in response.json()["detail"]


def test_it_wants_the_csrf_token_where_the_cookie_signs_in(
    people: People, sign_in: Callable[[User], Client], declare: Declare
) -> None:
    incident = declare()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = SimpleCookie(sign_in(people.teammate).cookies)
    path = f"/api/incidents/{incident.pk}/acknowledge"
    refused = browser.post(path)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    assert browser.generic("POST", path, headers={"X-CSRFToken": token}).status_code == 200


def test_it_goes_by_the_key_where_both_are_sent(
    program: MakeProgram, people: People, sign_in: Callable[[User], Client]
) -> None:
    reader = program("read")
    reader.client = sign_in(people.admin)
    assert reader.get("/api/integrations").status_code == 403


def test_it_slows_down_who_asks_too_often(program: MakeProgram, settings: Any) -> None:
    settings.API_RATE = 3
    eager, calm = program("read"), program("read")
    answers = [eager.get("/api/incidents") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 21
    assert answers[-1].json()["title"] == "Too many requests"
    assert calm.get("/api/incidents").status_code == 200


@pytest.mark.parametrize("path", ["/api/incidents", "/api/services", "/api/schema"])
def test_it_takes_a_slash_at_the_end_too(root: Program, path: str) -> None:
    assert root.get(path).status_code == root.get(f"{path}/").status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_it_says_in_its_own_words_that_an_address_leads_nowhere(root: Program, method: str) -> None:
    response = root.send(method, "/api/incidnets")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["hint"] == "All are described at /api/docs."


def test_it_says_which_methods_an_address_takes(root: Program) -> None:
    response = root.send("PUT", "/api/incidents")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "POST", "HEAD"}
    assert response.json()["status"] == 405
