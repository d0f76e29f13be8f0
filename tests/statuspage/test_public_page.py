"""What the page shows beyond its headline: groups, planned work, corrections, figures."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from incidents.kernel import clock
from statuspage.models import (
    Component,
    ComponentGroup,
    FollowedEffect,
    Maintenance,
    MaintenanceUpdate,
    PublicIncident,
    StatusPage,
)
from statuspage.services import refresh
from statuspage.services.snapshots import changed
from tests.conftest import Declare, FrozenClock
from tests.statuspage.conftest import Publish

BytesOf = Callable[[str], str]
Plan = Callable[..., Maintenance]


@pytest.fixture
def plan(page: StatusPage, checkout: Component) -> Plan:
    """`plan("Database upgrade", "in_progress", hours=1)`: planned work on the checkout."""

    def make(title: str, state: str = "scheduled", hours: float = 1, **more: object) -> Maintenance:
        start = clock.now() + timedelta(hours=hours)
        work = Maintenance.objects.create(
            page=page,
            title=title,
            state=state,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            author_name="Cara",
            created_at=clock.now(),
            version=page.version + 1,
            **more,
        )
        work.components.add(checkout)
        MaintenanceUpdate.objects.create(
            maintenance=work, kind="announced", state=state, body="Payouts **wait**.",
            author_name="Cara", created_at=clock.now(),
        )  # fmt: skip
        changed([page])
        refresh(page.pk)
        return work

    return make


def story(html: str, slug: str) -> str:
    """What the line of a component says when it is opened."""
    return html.split(f'id="component-{slug}"', 1)[1].split("</details>", 1)[0]


def rendered(page: StatusPage) -> None:
    changed([page])
    refresh(page.pk)


def test_planned_work_is_announced_with_its_time_and_what_it_affects(
    plan: Plan, bytes_of: BytesOf, frozen: FrozenClock
) -> None:
    work = plan("Payouts database upgrade", hours=48)
    html = bytes_of("")
    for part in ("Scheduled maintenance", "Payouts database upgrade", "Online checkout",
                 "Thursday 5 November 2026, 03:10 to 05:10 UTC", "<strong>wait</strong>",
                 "Next maintenance", "Online checkout is operational"):  # fmt: skip
        assert part in html
    assert "Thursday 5 November 2026" in bytes_of(f"maintenance/{work.key}")


def test_work_under_way_heads_the_page_and_marks_its_components(
    plan: Plan, bytes_of: BytesOf, transfers: Component, frozen: FrozenClock
) -> None:
    plan("Payouts database upgrade", "in_progress", 0, started_at=clock.now())
    html = bytes_of("")
    assert re.search(
        r'<section class="now maintenance".*?Payouts database upgrade</h1>', html, re.DOTALL
    )
    assert "1 of 2 components" in html
    assert 'class="maintenance" id="component-checkout"' in html
    assert json.loads(re.sub(r"<!--.*?-->", "0", bytes_of("json")))["maintenances"][0]["state"]


def test_an_incident_comes_before_work_under_way(
    plan: Plan, publish: Publish, declare: Declare, transfers: Component, bytes_of: BytesOf
) -> None:
    plan("Payouts database upgrade", "in_progress", 0, started_at=clock.now())
    publish(declare(), effects={transfers: "major_outage"}, title="Transfers fail")
    html = bytes_of("")
    assert '<h1 id="now">Transfers fail</h1>' in html
    assert html.index("Transfers fail") < html.index("Maintenance under way")


def test_work_that_is_done_is_history_and_left_out_of_availability(
    plan: Plan, page: StatusPage, checkout: Component, bytes_of: BytesOf, frozen: FrozenClock
) -> None:
    Component.objects.update(created_at=clock.now() - timedelta(days=100))
    began = clock.now() - timedelta(hours=3)
    plan("Upgrade", "completed", -3, started_at=began, ended_at=began + timedelta(minutes=71))
    html = bytes_of("")
    assert "1 h 11 min." in html
    assert "Completed" in html
    assert "Maintenance, 1 h 11 min" in story(html, "checkout")
    assert '<b class="num">100' in story(html, "checkout")
    assert "Upgrade" in bytes_of("history")
    page.maintenance_counts = True
    page.save()
    rendered(page)
    assert '<b class="num">100' not in story(bytes_of(""), "checkout").split("</span>")[0]
    assert "maintenance counts as lost time" in bytes_of("")


def test_groups_hold_groups_and_fold_only_while_all_works(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component,
    transfers: Component, bytes_of: BytesOf,
) -> None:  # fmt: skip
    outer = ComponentGroup.objects.create(page=page, name="Europe", starts_closed=True)
    inner = ComponentGroup.objects.create(page=page, name="Berlin", parent=outer)
    Component.objects.update(group=inner)
    rendered(page)
    closed = re.search(rf'<details class="group ok card" id="group-{outer.pk}">', bytes_of(""))
    assert closed
    assert bytes_of("").index("Europe") < bytes_of("").index("Berlin")
    publish(declare(), effects={checkout: "degraded"})
    html = bytes_of("")
    assert f'<details class="group degraded card" id="group-{outer.pk}" open>' in html
    assert html.count("1 of 2 affected") == 2


def test_groups_that_hold_one_another_lose_nothing(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    first = ComponentGroup.objects.create(page=page, name="First")
    second = ComponentGroup.objects.create(page=page, name="Second", parent=first)
    ComponentGroup.objects.filter(pk=first.pk).update(parent=second)
    Component.objects.update(group=second)
    rendered(page)
    assert "Online checkout" in bytes_of("").split("<main", 1)[1]
    assert bytes_of("").count('id="component-checkout"') == 1


def test_some_components_show_only_when_they_do_not_work(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component,
    transfers: Component, bytes_of: BytesOf,
) -> None:  # fmt: skip
    Component.objects.filter(pk=checkout.pk).update(only_if_degraded=True)
    rendered(page)
    assert "Online checkout" not in bytes_of("")
    publish(declare(), effects={checkout: "degraded"})
    assert 'id="component-checkout"' in bytes_of("")


def test_availability_is_told_only_where_the_page_wants_it(
    page: StatusPage, checkout: Component, transfers: Component, bytes_of: BytesOf
) -> None:
    Component.objects.filter(pk=checkout.pk).update(shows_uptime=False)
    rendered(page)
    assert "<svg" not in story(bytes_of(""), "checkout").split("</summary>")[0].replace(
        '<svg class="icon"', ""
    )
    assert 'class="bars"' in story(bytes_of(""), "transfers")
    page.shows_uptime = False
    page.save()
    rendered(page)
    assert 'class="bars"' not in bytes_of("")
    assert "Counted from what is published" not in bytes_of("")


def test_availability_is_counted_from_the_day_it_is_known(
    page: StatusPage, checkout: Component, bytes_of: BytesOf, frozen: FrozenClock
) -> None:
    Component.objects.update(known_since=date(2026, 10, 20))
    rendered(page)
    told = story(bytes_of(""), "checkout")
    assert 'datetime="2026-10-20"' in told
    assert "November" in told
    assert "October" in told
    assert "September" not in told


def test_the_rule_of_counting_is_the_pages_own_and_printed(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, bytes_of: BytesOf,
    frozen: FrozenClock,
) -> None:  # fmt: skip
    Component.objects.update(known_since=date(2026, 11, 3))
    incident = declare()
    publish(incident, effects={checkout: "partial_outage"})
    frozen.fast_forward(minutes=190)
    page.partial_weight, page.degraded_weight = 50, 10
    page.save()
    rendered(page)
    assert "75" in re.search(r'class="up num">([^<]*)<', bytes_of(""))[1]  # type: ignore[index]
    assert "a partial outage for 50 % of its time, degraded time for 10 %" in bytes_of("")


def test_a_component_that_follows_its_service_shows_it_without_a_word(
    declare: Declare, page: StatusPage, checkout: Component, transfers: Component, bytes_of: BytesOf
) -> None:
    FollowedEffect.objects.create(
        component=checkout, incident=declare("CANARY"), state="partial_outage",
        since=clock.now(), why="CANARY",
    )  # fmt: skip
    rendered(page)
    assert "Online checkout is partly down" in bytes_of("")
    assert "CANARY" not in bytes_of("")


def test_nothing_follows_a_private_incident(
    declare: Declare, page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    FollowedEffect.objects.create(
        component=checkout, incident=declare(private=True), state="major_outage",
        since=clock.now(), why="P0",
    )  # fmt: skip
    rendered(page)
    assert "Online checkout is operational" in bytes_of("")


def test_what_was_added_later_or_edited_says_so(
    declare: Declare, publish: Publish, page: StatusPage, bytes_of: BytesOf, frozen: FrozenClock
) -> None:
    earlier = clock.now() - timedelta(hours=5)
    update = publish(declare(), displayed_at=earlier)
    path = update.public_incident.path
    assert "Added later, on <time" in bytes_of(path)
    assert "2 Nov" in bytes_of(path)
    assert "Edited on" not in bytes_of(path)
    update.edited_at = clock.now()
    update.save()
    rendered(page)
    assert "Edited on <time" in bytes_of(path)


def test_an_update_says_what_it_changed_and_by_when_there_is_more(
    declare: Declare, publish: Publish, page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    update = publish(declare(), effects={checkout: "major_outage"})
    PublicIncident.objects.update(next_update_at=clock.now() + timedelta(minutes=30))
    rendered(page)
    for path in ("", update.public_incident.path):
        assert "Online checkout: Major outage" in bytes_of(path)
        assert "Next update by" in bytes_of(path)


def test_a_post_mortem_stands_apart_by_its_headings_and_the_incident_stays_resolved(
    declare: Declare, publish: Publish, bytes_of: BytesOf
) -> None:
    incident = declare()
    publish(incident, "resolved", "It works again.", title="Checkout failed")
    text = (
        "We are sorry.\n\n## Why R&D took *an hour*\n\nA limit.\n\n## What we change\n\nThe limit."
    )
    update = publish(incident, "postmortem", text)
    html = bytes_of(update.public_incident.path)
    assert "<h3>Why R&amp;D took an hour</h3>" in html
    assert "What happened, and what we change" in html
    assert html.count("A limit.") == 1
    assert '<p class="lede">It works again.</p>' in html
    assert "Post-mortem published." in bytes_of("")
    assert "Resolved" in bytes_of("")


def test_other_kinds_of_links_than_to_pages_and_mail_are_left_out(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    page.links = [
        {"label": "Shop", "url": "https://shop.example"},
        {"label": "Bad", "url": "javascript:alert(1)"},
    ]
    page.support_url, page.footer = "mailto:help@shop.example", "Made in **Ulm**. <script>"
    page.home_url = "https://shop.example/"
    page.save()
    rendered(page)
    html = bytes_of("")
    assert '<a href="https://shop.example">Shop</a>' in html
    assert 'class="brand" href="https://shop.example/"' in html
    assert 'href="mailto:help@shop.example"' in html
    assert "<strong>Ulm</strong>" in html
    assert "javascript:" not in html
    assert "<script>" not in html


@pytest.mark.parametrize(("audience", "searchable"), [("restricted", True), ("public", False)])
def test_search_engines_are_kept_out_where_they_are_to_be(
    page: StatusPage, bytes_of: BytesOf, audience: str, searchable: bool
) -> None:
    rendered(page)
    assert "noindex" not in bytes_of("")
    page.audience, page.searchable = audience, searchable
    page.save()
    rendered(page)
    assert '<meta name="robots" content="noindex">' in bytes_of("")
