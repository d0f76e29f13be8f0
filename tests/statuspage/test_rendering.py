"""The words on the page: the customer's first, nothing private, nothing that runs."""

from collections.abc import Callable

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Incident, Service
from incidents.pipeline import lifecycle
from statuspage.models import Component, ComponentGroup, Snapshot, StatusPage
from statuspage.rendering import stamps
from statuspage.services import refresh_stale, set_component_state
from tests.conftest import Declare, FrozenClock, People
from tests.statuspage.conftest import Publish

BytesOf = Callable[..., str]


def everything(page: StatusPage) -> str:
    rows = Snapshot.objects.filter(page=page)
    return "".join(bytes(body).decode() for body in rows.values_list("body", flat=True))


def test_it_says_what_fails_before_anything_else(
    declare: Declare, publish: Publish, checkout: Component, transfers: Component, bytes_of: BytesOf
) -> None:
    publish(
        declare("pg-7 replica lag"),
        "identified",
        "A payment that shows as failed is not charged.",
        {checkout: "major_outage"},
        title="Card payments are failing",
    )
    html = bytes_of("").split("<main", 1)[1]
    parts = ("Major outage", '<h1 id="now">Card payments are failing</h1>', "is not charged",
             "Started", "1 of 2 components", "<h2 id=", "Components</h2>")  # fmt: skip
    places = [html.index(part) for part in parts]
    assert places == sorted(places)
    assert html.count("<h1") == 1


def test_it_is_quiet_when_all_is_well(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    refresh_stale()
    assert "Online checkout is operational" in bytes_of("")
    assert "No incidents published in the last 90 days." in bytes_of("")


def test_it_lists_two_incidents_under_one_headline(
    declare: Declare, publish: Publish, checkout: Component, bytes_of: BytesOf
) -> None:
    publish(declare("One"), effects={checkout: "degraded"}, title="Checkout is slow")
    publish(declare("Two"), effects={checkout: "major_outage"}, title="Checkout is down")
    html = bytes_of("")
    assert "2 incidents are open" in html
    assert html.index("Checkout is down") < html.index("Checkout is slow"), "the gravest first"
    assert html.count("<h1") == 1


def test_it_says_in_words_what_was_set_by_hand_but_not_why(
    page: StatusPage, checkout: Component, people: People, bytes_of: BytesOf
) -> None:
    actor = Actor.of(people.commander)
    set_component_state(component_id=checkout.pk, state="degraded", reason="CANARY", actor=actor)
    refresh_stale()
    assert "Online checkout is degraded" in bytes_of("")
    assert "CANARY" not in everything(page)


def test_nothing_internal_reaches_any_address(
    declare: Declare, publish: Publish, page: StatusPage, service: Service, checkout: Component,
    people: People,
) -> None:  # fmt: skip
    incident = declare("CANARY title", service=service)
    changes = dict.fromkeys(("summary", "customer_impact", "root_cause"), "CANARY")
    actor = Actor.of(people.commander)
    lifecycle.edit(incident_id=incident.pk, changes=changes, actor=actor)
    lifecycle.note(incident_id=incident.pk, text="CANARY", actor=actor)
    publish(incident, effects={checkout: "degraded"})
    found = everything(page)
    assert "Problems with Online checkout" in found
    for secret in ("CANARY", incident.reference, "Cara", "P1", "Payments"):
        assert secret not in found


@pytest.mark.parametrize(
    "attack",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
     "<!--stale-->", "# <svg onload=alert(1)>", "<input autofocus onfocus=alert(1)>",
     "`</code><script>alert(1)</script>`"],
)  # fmt: skip
def test_nothing_that_people_write_runs(
    declare: Declare, publish: Publish, checkout: Component, page: StatusPage, attack: str
) -> None:
    Component.objects.update(name=attack[:80])
    publish(declare(), "identified", attack, {checkout: "degraded"}, title=attack)
    for body in page.snapshots.values_list("body", flat=True):
        text = bytes(body).decode()
        for tag in ("<script>", "<img", "<input auto", "<svg onload", 'href="java'):
            assert tag not in text
        assert text.count("<h1") <= 1
        assert text.count("<!--stale-->") <= 1


def test_history_tells_by_month_and_links_to_each_incident(
    declare: Declare, publish: Publish, checkout: Component, frozen: FrozenClock, bytes_of: BytesOf
) -> None:
    incident: Incident = declare()
    update = publish(incident, effects={checkout: "partial_outage"}, title="Checkout was slow")
    frozen.fast_forward(minutes=39)
    publish(incident, "resolved", "Over.")
    html = bytes_of("history")
    assert html.index("November 2026") < html.index("August 2026")
    assert "Checkout was slow" in html
    assert "39 min" in html
    assert "Partial outage" in html
    assert f"{stamps.BASE}/incidents/{update.public_incident.key}" in html


@pytest.mark.parametrize(("number", "is_folded"), [(6, False), (7, True)])
def test_an_update_that_changes_many_components_folds_their_list(
    declare: Declare, publish: Publish, page: StatusPage, bytes_of: BytesOf,
    number: int, is_folded: bool,
) -> None:  # fmt: skip
    rows = [
        Component.objects.create(page=page, slug=f"c{n}", name=f"Part {n}") for n in range(number)
    ]
    publish(declare(), effects=dict.fromkeys(rows, "degraded"))
    assert ('<details class="many"' in bytes_of("")) is is_folded
    assert f"Part {number - 1}: Degraded" in bytes_of("")


def test_history_leaves_out_nothing_of_the_months_it_tells_of(
    declare: Declare, publish: Publish, page: StatusPage, frozen: FrozenClock, bytes_of: BytesOf
) -> None:
    now = frozen.at
    frozen.fast_forward(days=-93)  # 2 August, while ninety days reach back to the fifth only
    publish(declare(), "resolved", "Over.", title="Early in August")
    frozen.at = now
    refresh_stale()
    assert "Early in August" in bytes_of("history")


def test_a_permanent_address_is_rendered_once_and_again_when_it_changes(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, frozen: FrozenClock
) -> None:
    first, second = publish(declare("One")), publish(declare("Two"))
    path = f"incidents/{first.public_incident.key}"
    written = page.snapshots.get(path=path).version
    publish(second.public_incident.incident, "resolved", "Over.")
    assert page.snapshots.get(path=path).version == written
    publish(first.public_incident.incident, "resolved", "Over.")
    assert page.snapshots.get(path=path).version > written


def test_groups_keep_their_order_and_say_how_they_are(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, transfers: Component,
    bytes_of: BytesOf,
) -> None:  # fmt: skip
    for position, component in enumerate((transfers, checkout)):
        component.group = ComponentGroup.objects.create(
            page=page, name=f"Group {position}", position=position
        )
        component.save()
    publish(declare(), effects={checkout: "degraded"})
    html = bytes_of("")
    order = ["Group 0", "Bank transfers", "Group 1", "1 of 1 affected"]
    start = html.index('<h2 id="c">')
    places = [html.index(part, start) for part in order]
    assert places == sorted(places)
