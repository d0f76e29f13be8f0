"""A private incident does not exist for who has no part in it: not by any address, in no list."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse

from incidents.api.throttling import BUCKETS
from incidents.models import ApiKey, User
from tests.access.addresses import Address, every_address
from tests.access.conftest import MARK, World, values_for
from tests.access.test_matrix import ask
from tests.conftest import FrozenClock, People

# What differs each time a page is asked for.
CHANGING: Final = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]*|"took":[^}]*|<time .*?</time>'
)
# A message that came in is one of its integration's, whatever was opened by it; what it said and
# became is hidden.
TELL_OF_SIGNALS: Final = {
    *("/signals", "/api/signals", "/settings/integrations"),
    *("/settings/integrations/<int:pk>", "/settings/integrations/<int:pk>/arrival"),
}
STRANGERS: Final = ("observer", "stranger", "admin")


# Where a member reads of the incident.
TELLING: Final = (
    *("/", "/incidents", "/board/open", "/board/feed", "/alerts", "/post-mortems"),
    *("/action-items", "/search.json?q=Zanz", "/incidents/{ref}", "/alerts/{alert}"),
    *("/runbooks/incident/{ref}", "/runbooks/runs/{run}", "/signals/{signal}"),
    *("/api/signals/{signal}", "/alerts?state=all"),
    *("/post-mortems/{ref}", "/post-mortems/{ref}/panel", "/incidents/{ref}/rail"),
    *("/api/incidents", "/api/incidents/{ref}", "/api/incidents/{ref}/timeline"),
    *("/api/incidents/{ref}/messages", "/api/incidents/{ref}/alerts", "/api/alerts"),
    *("/api/alerts/{alert}", "/api/incidents/{ref}/postmortem", "/api/postmortems"),
    *("/api/action-items", "/api/action-items/{item}", "/api/postmortems/{ref}/markdown"),
    *("/api/runbooks/runs/{run}", "/notices", "/api/notices"),
    *("/api/runbooks/runs/{run}", "/tasks?who=all", "/incidents/{ref}/tasks", "/api/tasks"),
    *("/incidents/{ref}/tasks/{task}", "/incidents/{ref}/known", "/api/incidents/{ref}/tasks"),
    *("/api/incidents/{ref}/decisions", "/api/incidents/{ref}/hypotheses"),
    *("/incidents/{ref}/hypotheses/{hypothesis}",),
    *("/incidents/{ref}/files", "/incidents/{ref}/files/{file}"),
    *("/api/incidents/{ref}/files", "/api/incidents/{ref}/files/{file}/content"),
)
Strangers = list[tuple[str, Client, dict[str, str]]]


def leads_inside(address: Address, world: World) -> bool:
    """Whether it is another address for the private incident, or for something in it."""
    seen, hidden = (values_for(address.route, each) for each in (world.open, world.hidden))
    return any(seen[name] != hidden[name] for name in address.parameters)


def inner(world: World) -> list[Address]:
    return [address for address in every_address() if leads_inside(address, world)]


def outer(world: World) -> list[Address]:
    return [
        address
        for address in every_address()
        if not leads_inside(address, world)
        and address.name not in {"api:schema", "api:docs", "web:sign_out"}
    ]


@pytest.fixture
def strangers(people: People, sign_in: Callable[[User], Client]) -> Strangers:
    """Whoever has no part in the incident; an admin and a key, who see the most, are the last."""
    found: Strangers = [(role, sign_in(getattr(people, role)), {}) for role in STRANGERS]
    _, token = ApiKey.issue("A program", ["read", "incidents", "events", "status"])
    return [*found, ("key", Client(), {"Authorization": f"Bearer {token}"})]


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode(errors="replace")) + str(dict(response.headers))


def test_it_is_not_there_for_strangers(world: World, strangers: Strangers) -> None:
    wrong = []
    for address in inner(world):
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
    for address in [a for a in inner(world) if "ref" in a.parameters]:
        hidden = values_for(address.route, world.hidden)
        nothing = {**hidden, "ref": "INC-999999"}
        for who, client, headers in strangers:
            for method in dict(address.actions or ()):
                one = ask(client, method, address.path(hidden), headers).status_code
                none = ask(client, method, address.path(nothing), headers).status_code
                assert one == none, f"{method} {address} as {who}"


def test_it_shows_in_no_list(world: World, strangers: Strangers) -> None:
    wrong = []
    for address in outer(world):
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


# What names an incident, or asks for words, wherever an address might listen to it. The word is in
# small letters: where it is only said again to who asked, it is not the MARK.
def prying(ref: str) -> dict[str, str]:
    names = ("ref", "refs", "incident", "reference", "with", "into", "from")
    numbers = ("id", "ids", "number", "incident_id", "parent")
    asked = dict.fromkeys(("q", "query", "text", "search", "title"), MARK.lower())
    number = ref.removeprefix("INC-")
    return asked | dict.fromkeys(names, ref) | dict.fromkeys(numbers, number)


def test_it_is_not_told_of_when_asked_for_by_name(world: World, strangers: Strangers) -> None:
    wrong = []
    for address in outer(world):
        path = address.path(values_for(address.route, world.open))
        for who, client, headers in strangers[-2:]:
            BUCKETS.clear()
            asked = prying(world.hidden["ref"])
            if MARK in text_of(client.get(path, asked, headers=headers)):
                wrong.append(f"{address} as {who}")
    assert wrong == []


def test_it_changes_nothing_that_others_see(
    open_values: dict[str, Any],
    hide: Callable[[], dict[str, Any]],
    strangers: Strangers,
    frozen: FrozenClock,
) -> None:
    """No count, no figure and no mark betrays that there is something."""
    _, key, headers = strangers[-1]
    key.get("/api/incidents", headers=headers)  # from here on it is a key that has been used
    before = snapshot(open_values, strangers)
    world = World(open_values, hide())
    told = {str(address) for address in outer(world)} - TELL_OF_SIGNALS
    after = snapshot(open_values, strangers)
    differ = [place for place, text in before.items() if text != after[place] and place[0] in told]
    assert differ == []


def snapshot(values: dict[str, Any], strangers: Strangers) -> dict[tuple[str, str], str]:
    found = {}
    for address in [a for a in every_address() if "ref" not in a.parameters]:
        path = address.path(values_for(address.route, values))
        for who, client, headers in strangers[-2:]:
            BUCKETS.clear()
            shown = client.get(path, headers=headers)
            found[str(address), who] = CHANGING.sub("", text_of(shown).partition("{'")[0])
    return found


@pytest.mark.filterwarnings("ignore:The default scheme will be changed")
def test_it_is_hidden_in_the_admin(world: World, people: People, sign_in: Any) -> None:
    """Every list and every row of it, for an admin who has no part in the incident."""
    client, wrong = sign_in(people.admin), []
    for model in site._registry:  # what it registers is what there is to see
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = model._default_manager.order_by("-pk")[:12]
        paths = [reverse(f"{name}_changelist")]
        paths += [reverse(f"{name}_change", args=[row.pk]) for row in rows]
        wrong += [path for path in paths if MARK in text_of(client.get(path))]
    assert wrong == []
