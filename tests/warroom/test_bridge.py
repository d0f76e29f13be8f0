"""The video room of an incident: opened by hand, by a command or by itself, and taken down."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.events import bus
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, Unavailable
from incidents.models import Fact, Incident, Setting, User
from incidents.pipeline import lifecycle
from tests.conftest import Declare, People
from tests.warroom.video import Video
from warroom import tasks
from warroom.models import Bridge
from warroom.services import bridge, bridge_settings

JITSI = {"server": "https://meet.example.org"}


@pytest.fixture
def video() -> Iterator[Video]:
    with Video() as running:
        yield running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Any]]]:
    """What workers are asked to do."""
    found: list[tuple[str, list[Any]]] = []
    for module in ("warroom.services.bridge", "warroom.subscribers"):
        monkeypatch.setattr(
            f"{module}.current_app.send_task", lambda name, args: found.append((name, args))
        )
    return found


def zoom(video: Video, **more: str) -> None:
    given = {"account": "a", "client": "c", "secret": "s3cret", "host": "me"}
    places = {"sign_in": video.url, "api": video.url}
    bridge_settings.change(provider="zoom", given={**given, **places}, **more)


def kinds(incident: Incident) -> list[str]:
    return [f.kind for f in Fact.objects.filter(incident=incident, kind__startswith="bridge.")]


def told(incident: Incident) -> None:
    """What the engine does with the facts of the incident."""
    for fact in Fact.objects.filter(incident=incident).order_by("seq"):
        if bus.SUBSCRIPTIONS["warroom.bridge"].hears(fact):
            bus.SUBSCRIPTIONS["warroom.bridge"].handle(fact)


def test_two_who_open_it_are_in_the_same_room(declare: Declare, people: People) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI)
    incident = declare()
    first = bridge.open_bridge(incident_id=incident.pk, actor=Actor.of(people.teammate))
    second = bridge.open_bridge(incident_id=incident.pk, actor=Actor.of(people.commander))
    assert first == second
    known = f"https://meet.example.org/{incident.reference}-"
    assert first.url.startswith(known)
    assert len(first.url) >= len(known) + 20
    assert kinds(incident) == ["bridge.opened"]


def test_after_its_end_the_next_one_has_another_address(declare: Declare, people: People) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI)
    incident, actor = declare(), Actor.of(people.teammate)
    first = bridge.open_bridge(incident_id=incident.pk, actor=actor)
    bridge.close_bridge(incident_id=incident.pk, actor=actor)
    second = bridge.open_bridge(incident_id=incident.pk, actor=actor)
    assert first.url != second.url
    assert kinds(incident) == ["bridge.opened", "bridge.closed", "bridge.opened"]


def test_without_a_service_a_link_is_put_up(declare: Declare, people: People) -> None:
    incident, actor = declare(), Actor.of(people.teammate)
    with pytest.raises(Invalid, match="No video service"):
        bridge.open_bridge(incident_id=incident.pk, actor=actor)
    for bad in ("http://plain.example.org", "javascript:alert(1)", "https://x y.org", "nowhere"):
        with pytest.raises(Invalid):
            bridge.open_bridge(incident_id=incident.pk, actor=actor, link=bad)
    opened = bridge.open_bridge(incident_id=incident.pk, actor=actor, link="https://v.org/1")
    assert opened.url == "https://v.org/1"


def test_an_incident_that_is_over_calls_nobody(declare: Declare, people: People) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI)
    incident, actor = declare(), Actor.of(people.commander)
    lifecycle.move(incident_id=incident.pk, name="resolve", actor=actor, reason="done")
    with pytest.raises(Conflict, match="over"):
        bridge.open_bridge(incident_id=incident.pk, actor=actor)


def test_it_opens_by_itself_once_it_is_severe_enough(
    declare: Declare, people: People, sent: list[tuple[str, list[Any]]]
) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI, opens_from="P1")
    incident = declare(severity="P2")
    told(incident)
    assert kinds(incident) == []
    lifecycle.set_severity(
        incident_id=incident.pk,
        severity=declare(severity="P0").severity,
        actor=Actor.of(people.commander),
    )
    told(incident)
    told(incident)
    assert (kinds(incident), sent) == (["bridge.opened"], [])


def test_one_that_was_closed_stays_closed(declare: Declare, people: People) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI, opens_from="P1")
    incident = declare(severity="P1")
    told(incident)
    bridge.close_bridge(incident_id=incident.pk, actor=Actor.of(people.commander))
    told(incident)
    assert kinds(incident) == ["bridge.opened", "bridge.closed"]


def test_a_service_is_asked_by_a_worker(
    declare: Declare, video: Video, sent: list[tuple[str, list[Any]]]
) -> None:
    zoom(video, opens_from="P1")
    incident = declare(severity="P1")
    told(incident)
    assert sent == [("warroom.open_bridge", [incident.pk])]
    tasks.open_bridge(incident.pk)
    tasks.open_bridge(incident.pk)
    assert Bridge.objects.get().url == "https://zoom.us/j/93"


def test_a_service_that_refuses_is_told_of_in_the_room_once(
    declare: Declare, people: People, video: Video, sent: list[tuple[str, list[Any]]]
) -> None:
    zoom(video, opens_from="P1")
    video.fails = (401, b"bad app")
    incident = declare(severity="P1")
    tasks.open_bridge(incident.pk)
    tasks.open_bridge(incident.pk)
    assert kinds(incident) == ["bridge.failed"]
    assert "bad app" in Fact.objects.get(kind="bridge.failed").text
    with pytest.raises(Unavailable, match="bad app"):
        bridge.open_bridge(incident_id=incident.pk, actor=Actor.of(people.teammate))


def test_the_call_is_ended_after_it_was_closed(
    declare: Declare,
    people: People,
    video: Video,
    sent: list[tuple[str, list[Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    zoom(video)
    incident, actor = declare(), Actor.of(people.teammate)
    opened = bridge.open_bridge(incident_id=incident.pk, actor=actor)
    with django_capture_on_commit_callbacks(execute=True):
        bridge.close_bridge(incident_id=incident.pk, actor=actor)
    assert ("warroom.end_bridge", [opened.pk]) in sent
    tasks.end_bridge(opened.pk)
    assert video.seen[-1].path == "/v2/meetings/93/status"


def test_secrets_are_sealed_and_stay_when_they_are_left_empty(db: None, video: Video) -> None:
    zoom(video)
    assert "s3cret" not in str(Setting.objects.get(name=bridge_settings.NAME).value)
    given = {"account": "b", "client": "c", "secret": "", "sign_in": video.url, "api": video.url}
    kept = bridge_settings.change(provider="zoom", given=given)
    assert (kept.unsealed["secret"], kept.unsealed["account"]) == ("s3cret", "b")


def test_an_admin_chooses_the_service_on_a_page(
    people: People, severities: object, sign_in: Callable[[User], Client]
) -> None:
    page, client = reverse("warroom:bridge_settings"), sign_in(people.admin)
    sent = {"provider": "jitsi", "set_server": "http://plain.example.org", "opens_from": "P1"}
    refused = client.post(page, sent)
    assert (refused.status_code, "must begin with https" in refused.content.decode()) == (422, True)
    assert client.post(page, sent | {"set_server": "https://meet.example.org"}).status_code == 302
    assert bridge_settings.load().frame == "https://meet.example.org"
    assert (
        "https://meet.example.org/Test-"
        in client.post(page, {"action": "try"}, follow=True).content.decode()
    )
    client.post(page, {"provider": ""})
    assert bridge_settings.load().chosen is None


def test_the_room_shows_it_and_frames_only_its_service(
    declare: Declare, people: People, sign_in: Callable[[User], Client]
) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI)
    incident, client = declare(), sign_in(people.teammate)
    page = reverse("warroom:bridge", args=[incident.reference])
    client.post(page, {"action": "open"})
    opened = Bridge.objects.get()
    assert opened.url in client.get(incident.get_absolute_url()).content.decode()
    shown = client.get(page)
    assert "frame-src https://meet.example.org" in shown["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert f'src="{opened.url}"' in shown.content.decode()
    assert sign_in(people.observer).post(page, {"action": "close"}).status_code == 403
    client.post(page, {"action": "close"})
    assert client.get(page).status_code == 302


def test_a_command_opens_and_closes_it(
    declare: Declare, people: People, sign_in: Callable[[User], Client]
) -> None:
    bridge_settings.change(provider="jitsi", given=JITSI)
    incident, client = declare(), sign_in(people.teammate)
    say = reverse("warroom:say", args=[incident.reference])
    client.post(say, {"text": "/bridge"})
    client.post(say, {"text": "/bridge close"})
    client.post(say, {"text": "/bridge https://v.example.org/7"})
    assert kinds(incident) == ["bridge.opened", "bridge.closed", "bridge.opened"]
    assert bridge.open_one(incident) is not None
