"""Grouping, inhibition and storms in the console, and what the pages cost."""

from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import (
    GroupingPolicy,
    Incident,
    Inhibition,
)
from tests.noise.conftest import Sender, grouped, silenced
from tests.noise.pages import plain, send, text
from tests.noise.test_maintenance import planned, read


def test_grouping_reads_as_sentences_in_order(sender: Sender, observer: Client) -> None:
    assert "Alerts of one service share an incident" in text(observer, "grouping")
    grouped(name="Rest", position=30, flap_changes=3)
    grouped(name="Shop", position=20, group_by=["type"], wait=30, matchers=read("service=shop"))
    settings = "Alerts whose service is shop: together by type; wait 30 seconds for others."
    page = text(observer, "grouping")
    assert settings in page
    assert "All other alerts: together as without a policy" in page
    assert "held as flapping after 3 openings in 10 minutes" in page
    order = [page.index(words) for words in ("Shop", "Rest", "Built in, when no policy fits")]
    assert order == sorted(order)


POLICY = {"name": "Shop", "group_by": "type, source", "wait": "1 min 30 s", "enabled": "on"}


def test_a_policy_is_made_edited_and_deleted(sender: Sender, admin: Client) -> None:
    grouped(name="First", position=10)
    send(admin, "policy_new", **POLICY)
    policy = GroupingPolicy.objects.get(name="Shop")
    assert (policy.group_by, policy.wait, policy.position) == (["type", "source"], 90, 20)
    form = admin.get(reverse("web:policy", args=[policy.pk])).content.decode()
    assert 'value="1 min 30 s"' in form
    send(admin, "policy", policy.pk, **{**POLICY, "wait": "", "flap_changes": "1"})
    page = plain(send(admin, "policy", policy.pk, **{**POLICY, "flap_changes": "1"}))
    assert "flapping begins at 2 openings" in page
    send(admin, "policy_change", policy.pk, action="delete")
    assert list(GroupingPolicy.objects.values_list("name", flat=True)) == ["First"]


def test_policies_move_and_are_switched_off(sender: Sender, admin: Client) -> None:
    rows = [grouped(name=name) for name in ("A", "B", "C")]

    def order() -> str:
        return "".join(GroupingPolicy.objects.values_list("name", flat=True))

    send(admin, "policy_change", rows[2].pk, action="up")
    assert order() == "ACB"
    send(admin, "policy_change", rows[0].pk, action="down")
    assert order() == "CAB"
    send(admin, "policy_change", rows[1].pk, action="down")
    assert order() == "CAB"
    assert "“A” is off" in plain(send(admin, "policy_change", rows[0].pk, action="disable"))
    rows[0].refresh_from_db()
    assert not rows[0].enabled


def test_a_policy_shows_how_many_incidents_there_would_have_been(
    sender: Sender, admin: Client
) -> None:
    for source in ("db-1", "db-2", "db-3"):
        sender.fire(source=source)
    response = send(admin, "policy_new", group_by="type", do="preview")
    assert "Incidents 1 instead of 3" in plain(response)
    assert "Something above is not right" in plain(
        send(admin, "policy_new", wait="soon", do="preview")
    )


INHIBITION = {"name": "Down", "source": "type=Down", "target": "type=~Slow.*", "equal": "source"}


def test_an_inhibition_is_made_previewed_and_deleted(sender: Sender, admin: Client) -> None:
    sender.fire("Down")
    sender.fire("Slow")
    sender.wait(minutes=1)
    sender.clear("Slow")
    page = plain(send(admin, "inhibition_new", **INHIBITION, enabled="on", do="preview"))
    assert "Alerts that match 1 of 2" in page
    assert not Inhibition.objects.exists()
    page = plain(send(admin, "inhibition_new", **INHIBITION, enabled="on"))
    assert "While an alert fires whose type is Down, those whose type matches Slow.* open" in page
    sender.fire("Slow")
    assert "1 alert fires under it" in text(admin, "grouping")
    inhibition = Inhibition.objects.get()
    wrong = send(admin, "inhibition", inhibition.pk, **{**INHIBITION, "target": "Slow"})
    assert "'Slow' is no matcher" in plain(wrong)
    send(admin, "inhibition_change", inhibition.pk, action="delete")
    assert not Inhibition.objects.exists()


def test_storms_and_their_limits_are_shown(
    sender: Sender, observer: Client, settings: LazySettings
) -> None:
    settings.STORM_INCIDENTS_PER_MINUTE = 3
    page = text(observer, "grouping")
    assert "No sender is in a storm" in page
    assert "STORM_INCIDENTS_PER_MINUTE" in page
    sender.say(*({"type": f"t{n}", "source": "a", "message": f"m{n}"} for n in range(9)))
    assert "Nodes is in a storm" in text(observer, "grouping")
    storm = Incident.objects.latest("pk")
    assert f"Alert storm from Nodes: its new incidents are kept as one, {storm.reference}" in text(
        observer, "board"
    )


def test_more_than_two_of_a_kind_share_a_line(sender: Sender, observer: Client) -> None:
    for number in range(5):
        planned(name=f"Work {number}")
    page = text(observer, "noise_notices")
    assert page.count("Work") == 1
    assert "4 more maintenance windows are open" in page


def test_pages_cost_the_same_however_much_there_is(sender: Sender, observer: Client) -> None:
    counts = []
    for batch in range(2):
        for number in range(8):
            silenced(f'type="T{number}"', minutes=20, comment=f"{batch} {number}")
            planned(name=f"{batch} {number}", matchers=read(f"type=T{number}"))
            grouped(name=f"{batch} {number}", matchers=read(f"source={batch}{number}"), wait=60)
            sender.fire(f"T{number}", f"{batch}{number}")
        counts.append([_queries(observer, page) for page in PAGES])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 24


PAGES = ("silences", "maintenance", "grouping", "noise_notices")


def _queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        text(client, page)
    return len(queries)
