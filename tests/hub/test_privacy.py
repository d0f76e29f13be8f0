"""Naming who sees a private incident."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.access import Principal, sees, visible_incidents
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import ApiKey, Incident, User
from incidents.pipeline import lifecycle, privacy
from incidents.reactions.metrics import rollup
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


@pytest.fixture
def secret(declare: Declare, people: People) -> Incident:
    return declare("Stolen laptop", by=people.commander, private=True)


def visible_to(user: User, incident: Incident) -> bool:
    who = Principal(user=user)
    listed = visible_incidents(who).filter(pk=incident.pk).exists()
    assert listed == sees(who, incident)
    return listed


def test_it_is_seen_by_who_is_added_and_no_more_by_who_is_removed(
    secret: Incident, people: People
) -> None:
    actor, tom = Actor.of(people.commander), people.teammate
    assert not visible_to(tom, secret)
    privacy.add(incident_id=secret.pk, user=tom, actor=actor)
    assert visible_to(tom, secret)
    privacy.remove(incident_id=secret.pk, user=tom, actor=actor)
    assert not visible_to(tom, secret)
    told = secret.facts.get(kind="incident.person_removed")
    assert told.text == "removed Tom Teammate from the incident"
    privacy.add(incident_id=secret.pk, user=tom, actor=actor)
    assert visible_to(tom, secret)


def test_it_ends_the_roles_of_who_is_removed(secret: Incident, people: People) -> None:
    actor, tom = Actor.of(people.commander), people.teammate
    lifecycle.assign(incident_id=secret.pk, role="commander", user=tom, actor=actor)
    privacy.remove(incident_id=secret.pk, user=tom, actor=actor)
    secret.refresh_from_db()
    assert secret.commander is None


def test_it_never_leaves_a_private_incident_to_nobody(secret: Incident, people: People) -> None:
    with pytest.raises(Invalid, match="Nobody else could see"):
        privacy.remove(
            incident_id=secret.pk, user=people.commander, actor=Actor.of(people.commander)
        )
    assert visible_to(people.commander, secret)


def test_it_removes_nobody_who_has_no_part(secret: Incident, people: People) -> None:
    with pytest.raises(NotFound):
        privacy.remove(incident_id=secret.pk, user=people.stranger, actor=Actor.of(people.admin))


def test_people_are_named_on_a_page_of_its_own(
    secret: Incident, people: People, sign_in: SignIn
) -> None:
    cara, address = sign_in(people.commander), f"/incidents/{secret.reference}/access"
    assert cara.post(address, {"do": "add", "handle": "tom"}).status_code == 302
    tom = sign_in(people.teammate)
    assert "Tom Teammate" in tom.get(address).content.decode()
    assert tom.post(address, {"do": "add", "handle": "stan"}).status_code == 403
    assert cara.post(address, {"do": "remove", "handle": "tom"}).status_code == 302
    assert tom.get(address).status_code == 404


def test_an_open_incident_is_hidden_and_shown_on_that_page(
    declare: Declare, people: People, sign_in: SignIn
) -> None:
    incident = declare("Checkout is down", by=people.commander)
    cara, address = sign_in(people.commander), f"/incidents/{incident.reference}/access"
    cara.post(address, {"do": "hide"})
    assert sign_in(people.stranger).get(address).status_code == 404
    cara.post(address, {"do": "show"})
    assert sign_in(people.stranger).get(address).status_code == 200


def test_people_are_named_over_the_api(secret: Incident, people: People, sign_in: SignIn) -> None:
    _, token = ApiKey.issue("Security desk", ["admin"])
    headers = {"Authorization": f"Bearer {token}"}
    address, client = f"/api/incidents/{secret.reference}/people", Client(headers=headers)
    added = client.post(address, {"user": "tom"}, content_type="application/json")
    assert (added.status_code, added.json()["handle"]) == (201, "tom")
    handles = [person["handle"] for person in client.get(address).json()["results"]]
    assert handles == ["cara", "tom"]
    assert client.delete(f"{address}/tom").status_code == 204
    assert not visible_to(people.teammate, secret)


def test_it_counts_in_no_figure(secret: Incident, people: People, sign_in: SignIn) -> None:
    actor = Actor.of(people.commander)
    for move in ("acknowledge", "resolve"):
        lifecycle.move(incident_id=secret.pk, name=move, actor=actor)
    rollup.fill_touched()
    for person in (people.stranger, people.commander):
        shown = sign_in(person).get("/api/metrics/mttr").json()
        assert shown["n"] == 0
