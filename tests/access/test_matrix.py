"""Every address, asked by everybody: who may is what the address declares, and nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from incidents import access
from incidents.models import ApiKey, Role, Scope
from tests.access.conftest import CANARY, MakeWorld, World
from tests.access.walk import Door, doors
from tests.conftest import People

PUBLIC = "public"
# Pages that let in whoever may lead this very incident, and then ask for more than they declare.
ASKED_INSIDE = {
    "incidents/<reference:ref>/severity": "incident.command",
    "incidents/<reference:ref>/messages": "incident.respond",
}
Ask = Callable[[Door], Any]


def test_it_finds_the_addresses_of_the_pages_and_of_the_api() -> None:
    found = {str(door) for door in doors()}
    assert {"PAGE incidents/<reference:ref>", "POST api/incidents", "PAGE "} <= found


@pytest.mark.parametrize("door", doors(), ids=str)
def test_each_address_declares_what_it_takes(door: Door) -> None:
    assert door.action == PUBLIC or door.action in access.POLICY


def _ask(world: World, door: Door, client: Client) -> Any:
    """The answer to a request without a body; whatever it changed is undone."""
    address = world.address(door.route)
    with transaction.atomic():
        if door.method == "PAGE":
            answer = client.get(address)
            answer = client.post(address) if answer.status_code == 405 else answer
        else:
            answer = client.generic(door.method, address, b"", "application/json")
        transaction.set_rollback(True)
    return answer


def _client(**headers: str) -> Client:
    return Client(raise_request_exception=False, headers=headers)


def _of_person(user: object) -> Callable[[], Client]:
    """A browser for each request: one of them signs out."""

    def make() -> Client:
        client = _client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
        return client

    return make


def _verdict(door: Door, answer: Any) -> str:
    """`in`, or how the door stayed shut: `sign in` or `no`."""
    if answer.status_code >= 500:
        return f"failed with {answer.status_code}"
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in?next"):
        return "sign in"
    return "no" if answer.status_code == 403 else "in"


def _wrong(world: World, make: Callable[[], Client], expected: Callable[[Door], str]) -> list[str]:
    told = []
    for door in doors():
        with transaction.atomic():
            found = _verdict(door, _ask(world, door, make()))
            transaction.set_rollback(True)
        if found != expected(door):
            told.append(f"{door}: {found}, not {expected(door)}")
    return told


def _expected(door: Door, principal: access.Principal) -> str:
    if door.action == PUBLIC:
        return "in"
    if not principal.is_known or (principal.key and not door.is_api):
        return "sign in"
    action = ASKED_INSIDE.get(door.route, str(door.action))
    return "in" if access.may(principal, action) else "no"


def test_nobody_gets_in_without_signing_in(make_world: MakeWorld) -> None:
    expected = partial(_expected, principal=access.NOBODY)
    assert _wrong(make_world(), _client, expected) == []


@pytest.mark.parametrize("role", list(Role))
def test_a_person_gets_in_where_the_role_suffices(
    role: Role, make_world: MakeWorld, people: People
) -> None:
    person = people.stranger
    person.role = role
    person.save()
    expected = partial(_expected, principal=access.of_user(person))
    assert _wrong(make_world(), _of_person(person), expected) == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_gets_in_where_its_scope_suffices(scope: Scope, make_world: MakeWorld) -> None:
    key, token = ApiKey.issue("Robot", [scope])
    expected = partial(_expected, principal=access.Principal(key=key))
    make = partial(_client, Authorization=f"Bearer {token}")
    assert _wrong(make_world(), make, expected) == []


@pytest.mark.parametrize("how", ["unknown", "revoked", "expired"])
def test_a_key_that_is_not_live_gets_in_nowhere(how: str, make_world: MakeWorld) -> None:
    lifetime = timedelta(seconds=-1) if how == "expired" else None
    key, token = ApiKey.issue("Robot", [Scope.ADMIN], lifetime=lifetime)
    if how == "unknown":
        key.delete()
    if how == "revoked":
        key.revoked_at = key.created_at
        key.save()
    make = partial(_client, Authorization=f"Bearer {token}")
    api = [door for door in doors() if door.is_api and door.action != PUBLIC]
    world = make_world()
    assert {_ask(world, door, make()).status_code for door in api} == {401}


NAMES_AN_INCIDENT = re.compile(r"<(?:\w+:)?ref>|alerts/<|action-items/<|runs/<")


def _traces(world: World, client: Callable[[], Client]) -> list[str]:
    told = []
    for door in doors():
        answer = _ask(world, door, client())
        body = b"".join(answer) if answer.streaming else answer.content
        hidden = answer.status_code == 404 or not NAMES_AN_INCIDENT.search(door.route)
        if not hidden or CANARY.encode() in body:
            told.append(f"{door}: {answer.status_code}, {CANARY.encode() in body}")
    return told


def test_a_private_incident_leaves_no_trace_for_strangers(
    make_world: MakeWorld, people: People
) -> None:
    assert _traces(make_world(private=True), _of_person(people.stranger)) == []


def test_a_private_incident_leaves_no_trace_for_admins_who_have_no_part_in_it(
    make_world: MakeWorld, people: People
) -> None:
    assert _traces(make_world(private=True), _of_person(people.admin)) == []


def test_a_private_incident_leaves_no_trace_for_keys(make_world: MakeWorld) -> None:
    _, token = ApiKey.issue("Robot", [s for s in Scope if s != Scope.ADMIN])
    make = partial(_client, Authorization=f"Bearer {token}")
    api = [told for told in _traces(make_world(private=True), make) if " api/" in told]
    assert [told for told in api if ": 403, False" not in told] == []


def test_a_private_incident_shows_to_those_who_take_part(
    make_world: MakeWorld, people: People
) -> None:
    world = make_world(private=True)
    client = _of_person(people.commander)()
    assert CANARY in client.get(f"/incidents/{world.incident.reference}").content.decode()
    assert CANARY in client.get("/api/incidents").content.decode()
