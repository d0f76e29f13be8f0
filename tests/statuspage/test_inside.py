"""Internal pages: those who are signed in see who is on it, and nobody else does."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from incidents.engine import deliveries
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Incident, Service
from incidents.pipeline import lifecycle
from statuspage.models import Component, StatusPage
from statuspage.services import page_settings, refresh
from tests.conftest import Declare, People
from tests.statuspage.conftest import Publish

BytesOf = Callable[[str], str]


@pytest.fixture
def internal(page: StatusPage) -> StatusPage:
    page.audience, page.asks_sign_in, page.shows_inside = "restricted", True, True
    return page_settings.save_page(page)


@pytest.fixture
def outage(
    internal: StatusPage, declare: Declare, service: Service, publish: Publish, checkout: Component
) -> Incident:
    incident = declare(severity="P1", service=service)
    publish(incident, effects={checkout: "major_outage"})
    return incident


def test_who_is_signed_in_sees_who_is_on_it(
    outage: Incident, page: StatusPage, people: People, bytes_of: BytesOf
) -> None:
    lifecycle.assign(
        incident_id=outage.pk, role="commander", user=people.commander, actor=Actor.of(people.admin)
    )
    while deliveries.work():
        pass
    refresh(page.pk)
    told = outage.public_incidents.get()
    for html in (bytes_of(""), bytes_of(told.path)):
        assert f"/incidents/{outage.reference}" in html
        assert f"{outage.severity}, {outage.service}. {people.commander} leads." in html


def test_a_page_for_everybody_cannot_show_it(page: StatusPage, people: People) -> None:
    page.shows_inside = True
    with pytest.raises(Invalid, match="signed in"):
        page_settings.save_page(page)
    page.audience, page.asks_sign_in = "restricted", True
    with pytest.raises(Invalid, match="signed in"):
        page_settings.save_page(page, password="correct horse battery")


def test_what_was_shown_inside_is_gone_before_others_are_let_in(
    outage: Incident, internal: StatusPage
) -> None:
    internal.refresh_from_db()
    internal.audience, internal.shows_inside = "public", False
    page_settings.save_page(internal)
    assert not internal.snapshots.exists()
    internal.refresh_from_db()
    assert internal.rendered_at is None
    refresh(internal.pk)
    kept = b"".join(bytes(body) for body in internal.snapshots.values_list("body", flat=True))
    assert outage.reference.encode() not in kept


def test_it_is_gone_as_well_when_an_admin_opens_the_page(
    outage: Incident, internal: StatusPage, people: People, client: Client
) -> None:
    client.force_login(people.admin)
    edit = reverse("admin:statuspage_statuspage_change", args=[internal.pk])
    form = client.get(edit).context["adminform"].form
    fields = {n: v for n, v in form.initial.items() if v is not None and v is not False}
    for inline in ("groups", "components"):
        fields |= {f"{inline}-TOTAL_FORMS": 0, f"{inline}-INITIAL_FORMS": 0}
    for name in ("shows_inside", "asks_sign_in"):
        del fields[name]
    answer = client.post(edit, {**fields, "audience": "public"})
    assert answer.status_code == HTTPStatus.FOUND, answer.context["adminform"].form.errors
    internal.refresh_from_db()
    assert (internal.audience, internal.rendered_at) == ("public", None)
    assert not internal.snapshots.exists()


def test_a_private_incident_is_not_on_an_internal_page_either(
    outage: Incident, page: StatusPage, people: People
) -> None:
    lifecycle.set_private(incident_id=outage.pk, private=True, actor=Actor.of(people.commander))
    while deliveries.work():
        pass
    refresh(page.pk)
    kept = b"".join(bytes(body) for body in page.snapshots.values_list("body", flat=True))
    assert outage.reference.encode() not in kept
