"""Every address by every role and every scope: who may is let in, who may not is told so."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse
from django.utils.safestring import SafeString

from incidents import access
from incidents.access import Principal
from incidents.api.throttling import BUCKETS
from incidents.models import ApiKey, Scope, User
from postmortems.rendering import press
from tests.access.addresses import PUBLIC, Address, every_address
from tests.access.conftest import World, values_for
from tests.conftest import People

ROLES: Final = ("observer", "teammate", "commander", "admin")
# Where the method asks for more than the page: the action that its verb checks.
STRICTER: Final = {
    ("warroom:severity", "POST"): "incident.command",
    ("warroom:say", "POST"): "incident.respond",
    ("warroom:bridge", "POST"): "incident.respond",
    ("warroom_api:withdraw", "POST"): "incident.command",
    ("warroom:access", "POST"): "incident.command",
    ("warroom:document", "POST"): "incident.respond",
    ("warroom:files", "POST"): "incident.respond",
    ("web:unmerge", "POST"): "incident.command",
    ("warroom:message", "POST"): "incident.respond",
    # Another's message, here; everybody deletes their own.
    ("warroom:delete", "POST"): "incident.command",
    ("warroom_api:message", "DELETE"): "incident.command",
    ("postmortems:section", "POST"): "postmortem.write",
}
# Only whom a role is offered to may answer: the admin.
ASKED: Final = {"warroom_api:accept", "warroom_api:decline"}
GUARDED: Final = [a for a in every_address() if (("GET", PUBLIC) not in (a.actions or ()))]
OPEN: Final = [a for a in every_address() if ("GET", PUBLIC) in (a.actions or ())]


@pytest.fixture(autouse=True)
def _nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may is the question here, and to draw pages takes most of the time."""
    monkeypatch.setattr(press, "to_pdf", lambda html, *, embedded=0: b"%PDF-1.7")
    monkeypatch.setattr(Template, "render", lambda *_, **__: SafeString(""))


def ask(client: Client, method: str, path: str, headers: dict[str, str]) -> Any:
    """Send a request and undo what it did."""
    BUCKETS.clear()
    with transaction.atomic():
        response = client.generic(
            method, path, b"{}", content_type="application/json", headers=headers
        )
        transaction.set_rollback(True)
    return response


def verdict(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse("web:sign_in")):
        return "sign in"
    return {401: "sign in", 403: "refused", 405: "no such method"}.get(
        response.status_code, "let in"
    )


def test_it_knows_an_action_for_every_address() -> None:
    silent = [str(a) for a in every_address() if not a.actions]
    assert silent == [], "declare what one must be allowed to do there"
    unknown = {
        action
        for a in every_address()
        for _, action in a.actions or ()
        if action != PUBLIC and action not in access.POLICY
    }
    assert unknown == set()


def test_it_opens_to_anybody_only_what_is_listed_here() -> None:
    assert {a.route for a in OPEN} == {
        *("sign-in", "sign-in/<str:token>", "sign-out"),
        *("api/schema", "api/docs", "api/status/public", "api/<path:rest>"),
        *("status/<slug:slug>/enter", "status/<slug:slug>/subscribe"),
        "status/<slug:slug>/subscribe/confirm/<str:token>",
        *("status/<slug:slug>/manage/<str:token>", "status/<slug:slug>/unsubscribe/<str:token>"),
    }


def calls(world: World, addresses: list[Address]) -> Iterator[tuple[Address, str, str]]:
    for address in addresses:
        path = address.path(values_for(address.route, world.open))
        for method in dict(address.actions or ()):
            yield address, method, path


def expected(address: Address, method: str, principal: Principal) -> str:
    action = STRICTER.get((address.name, method), dict(address.actions or ())[method])
    if not principal.is_known:
        return "sign in"
    if address.name in ASKED and (principal.user is None or principal.user.username != "ada"):
        return "refused"
    return "let in" if access.may(principal, action) else "refused"


def test_it_lets_people_in_by_their_role(
    world: World, people: People, sign_in: Callable[[User], Client]
) -> None:
    wrong, silent = [], {str(address) for address in GUARDED}
    for role in (None, *ROLES):
        user = getattr(people, role) if role else None
        client = sign_in(user) if user else Client()
        for address, method, path in calls(world, GUARDED):
            said = verdict(ask(client, method, path, {}))
            wanted = expected(address, method, Principal(user=user))
            if said not in {wanted, "no such method"}:
                wrong.append(f"{method} {address} as {role}: {said}, not {wanted}")
            if said == "let in":
                silent.discard(str(address))
    assert wrong == []
    assert silent == set(), "nobody is let in there, or it answers no method"


def test_it_lets_programs_in_by_their_scopes(world: World) -> None:
    wrong = []
    client = Client()
    for scope in Scope.values:
        key, token = ApiKey.issue("A program", [scope])
        for address, method, path in calls(world, [a for a in GUARDED if a.is_api]):
            response = ask(client, method, path, {"Authorization": f"Bearer {token}"})
            said, wanted = verdict(response), expected(address, method, Principal(key=key))
            if said != wanted:
                wrong.append(f"{method} {address} with {scope}: {said}, not {wanted}")
            if response.status_code >= 500 and address.name != "api:events":
                wrong.append(f"{method} {address}: {response.status_code}")
    assert wrong == []


def test_it_takes_no_key_for_pages(world: World) -> None:
    _, token = ApiKey.issue("A program", ["admin"])
    headers = {"Authorization": f"Bearer {token}"}
    pages = [a for a in GUARDED if not a.is_api]
    client = Client()
    answers = {
        f"{method} {address}": verdict(ask(client, method, path, headers))
        for address, method, path in calls(world, pages)
    }
    assert {k: v for k, v in answers.items() if v not in {"sign in", "no such method"}} == {}


@pytest.mark.parametrize("address", OPEN, ids=str)
def test_it_lets_anybody_in_where_it_says_so(db: None, address: Address) -> None:
    response = Client().get(
        address.path({"token": "in_unknown", "rest": "nowhere", "slug": "nowhere"})
    )
    assert verdict(response) in {"let in", "no such method"} or address.name == "web:sign_out"
