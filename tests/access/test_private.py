"""A private incident does not exist for who has no part in it: not by any address, in no list."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client

from incidents.api.throttling import BUCKETS
from incidents.models import ApiKey, User
from tests.access.addresses import Address, every_address
from tests.access.conftest import MARK, World, values_for
from tests.access.test_matrix import ask
from tests.conftest import People

# Parameters that lead to an incident or to something in one.
INSIDE: Final = {"ref", "message", "seq", "run", "delivery_id"}
STRANGERS: Final = ("observer", "stranger", "admin")


# Where a member reads of the incident.
TELLING: Final = (
    *("/", "/incidents", "/board/open", "/board/feed", "/alerts", "/post-mortems"),
    *("/action-items", "/search.json?q=Zanz", "/incidents/{ref}", "/alerts/{alert}"),
    *("/runbooks/incident/{ref}", "/runbooks/runs/{run}", "/signals/{signal}"),
    *("/api/signals", "/api/signals/{signal}", "/alerts?state=all"),
    *("/post-mortems/{ref}", "/post-mortems/{ref}/panel", "/incidents/{ref}/rail"),
    *("/api/incidents", "/api/incidents/{ref}", "/api/incidents/{ref}/timeline"),
    *("/api/incidents/{ref}/messages", "/api/incidents/{ref}/alerts", "/api/alerts"),
    *("/api/alerts/{alert}", "/api/incidents/{ref}/postmortem", "/api/postmortems"),
    *("/api/action-items", "/api/action-items/{item}", "/api/postmortems/{ref}/markdown"),
    *("/api/runbooks/runs/{run}",),
)
Strangers = list[tuple[str, Client, dict[str, str]]]


def leads_inside(address: Address) -> bool:
    alone = ("alerts/<int:pk>", "signals/<int:pk>", "action-items/<int:pk>")
    bare = address.route.removeprefix("api/")
    return bool(address.parameters & INSIDE) or bare.startswith(alone)


INNER: Final = [a for a in every_address() if leads_inside(a)]
OUTER: Final = [
    a
    for a in every_address()
    if not leads_inside(a) and a.name not in {"api:schema", "api:docs", "web:sign_out"}
]


@pytest.fixture
def strangers(people: People, sign_in: Callable[[User], Client]) -> Strangers:
    """Whoever has no part in the incident, admins and keys that read included."""
    found: Strangers = [(role, sign_in(getattr(people, role)), {}) for role in STRANGERS]
    _, token = ApiKey.issue("A program", ["read", "incidents", "events", "status"])
    return [*found, ("key", Client(), {"Authorization": f"Bearer {token}"})]


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode(errors="replace")) + str(dict(response.headers))


def test_it_is_not_there_for_strangers(world: World, strangers: Strangers) -> None:
    wrong = []
    for address in INNER:
        path = address.path(values_for(address.route, world.hidden))
        for who, client, headers in strangers:
            for method in dict(address.actions or ()):
                response = ask(client, method, path, headers)
                if not _tells_nothing(response, of_page=who == "key" and not address.is_api):
                    wrong.append(f"{method} {address} as {who}: {response.status_code}")
    assert wrong == []


def _tells_nothing(response: Any, *, of_page: bool) -> bool:
    """403 is what the role alone is refused with, before anything is looked up."""
    fine = {302, 405} if of_page else {403, 404, 405}
    return response.status_code in fine and MARK not in text_of(response)


def test_it_is_refused_like_one_that_is_not_there(world: World, strangers: Strangers) -> None:
    """Whoever may not, is told the same of a hidden incident and of none."""
    for address in [a for a in INNER if "ref" in a.parameters]:
        hidden = values_for(address.route, world.hidden)
        nothing = {**hidden, "ref": "INC-999999"}
        for who, client, headers in strangers:
            for method in dict(address.actions or ()):
                one = ask(client, method, address.path(hidden), headers).status_code
                none = ask(client, method, address.path(nothing), headers).status_code
                assert one == none, f"{method} {address} as {who}"


def test_it_shows_in_no_list(world: World, strangers: Strangers) -> None:
    wrong = []
    for address in OUTER:
        path = address.path(values_for(address.route, world.open))
        for who, client, headers in strangers:
            BUCKETS.clear()
            shown = text_of(client.get(path, headers=headers))
            if MARK in shown or f"{world.hidden['ref']}<" in shown:
                wrong.append(f"{address} as {who}")
    assert wrong == []


@pytest.mark.parametrize("path", ["/incidents", "/alerts", "/search.json", "/api/incidents"])
def test_it_is_not_found_by_searching(world: World, strangers: Strangers, path: str) -> None:
    for _, client, headers in strangers:
        found = text_of(client.get(path, {"q": MARK.lower()}, headers=headers))
        assert MARK not in found


def test_it_is_there_for_who_has_a_part_in_it(
    world: World, people: People, sign_in: Callable[[User], Client]
) -> None:
    """Else the tests above would pass on pages that show nothing to anybody."""
    client = sign_in(people.commander)
    blind = []
    for path in TELLING:
        response = client.get(path.format(**world.hidden))
        if response.status_code != 200 or MARK not in text_of(response):
            blind.append(path)
    assert blind == []
