"""Writing runbooks in the Django admin: preview, patterns, history."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.models import User
from runbooks.models import Runbook
from tests.conftest import People
from tests.runbooks.conftest import BODY, Write

ADMIN = "/admin/runbooks/runbook"
SignIn = Callable[[User], Client]


@pytest.fixture
def admin(people: People, severities: object, sign_in: SignIn) -> Client:
    return sign_in(people.admin)


def form(*patterns: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": "Disk is full",
        "body": BODY.replace("\n", "\r\n"),
        "category": "capacity",
        "enabled": "on",
        "patterns-TOTAL_FORMS": len(patterns),
        "patterns-INITIAL_FORMS": 0,
        **fields,
    }
    for number, values in enumerate(patterns):
        for name, value in zip(("field", "label", "pattern"), values, strict=True):
            data[f"patterns-{number}-{name}"] = value
    return data


def preview(client: Client, text: str) -> str:
    answer = client.post(f"{ADMIN}/preview/", {"text": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_preview_shows_the_steps(admin: Client) -> None:
    html = preview(admin, BODY)
    assert "<strong>See which disk</strong>" in html
    assert "3 steps" in html
    assert "No steps yet" in preview(admin, "Just call Ana.")


def test_the_preview_is_safe(admin: Client) -> None:
    html = preview(
        admin,
        "## <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n[x](javascript:alert(1))",
    )
    assert "<img" not in html
    assert "<script" not in html
    assert "javascript:" not in html


def test_the_preview_is_for_admins_and_guarded_against_forgery(
    admin: Client, people: People, sign_in: SignIn
) -> None:
    assert sign_in(people.commander).post(f"{ADMIN}/preview/", {"text": "x"}).status_code == 302
    assert admin.get(f"{ADMIN}/preview/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = admin.cookies
    assert strict.post(f"{ADMIN}/preview/", {"text": "x"}).status_code == 403


def test_the_form_carries_the_preview_and_no_inline_script(admin: Client, write: Write) -> None:
    page = admin.get(f"{ADMIN}/{write().pk}/change/").content.decode()
    assert f'data-preview="{ADMIN}/preview/"' in page
    assert "js/admin/preview.js" in page
    assert "css/admin-preview.css" in page


def test_it_writes_a_runbook_with_patterns(admin: Client, people: People) -> None:
    fields = form(("title", "", "disk full"), ("label", "alertname", "*Disk*"), tags="a, B")
    answer = admin.post(f"{ADMIN}/add/", {**fields, "severities": ["P0"], "reason": "First"})
    assert answer.status_code == 302, answer.content.decode()
    runbook = Runbook.objects.get()
    assert (runbook.slug, runbook.version, runbook.edited_by) == ("disk-is-full", 1, "Ada Admin")
    assert (runbook.tags, runbook.severities) == (["a", "b"], ["P0"])
    assert runbook.patterns.count() == 2
    newest = runbook.history.first()
    assert (newest.history_user, newest.history_change_reason) == (people.admin, "First")


def test_it_refuses_a_pattern_that_could_run_for_ever(admin: Client) -> None:
    answer = admin.post(f"{ADMIN}/add/", form(("title", "", "(a+)+$")))
    assert "belongs to regular expressions" in answer.content.decode()
    assert not Runbook.objects.exists()


def test_saving_without_a_change_makes_no_version(admin: Client, write: Write) -> None:
    runbook = write(category="capacity")
    fields = form(slug=runbook.slug, based_on=1)
    assert admin.post(f"{ADMIN}/{runbook.pk}/change/", fields).status_code == 302
    assert runbook.history.count() == 1


def test_it_does_not_write_over_somebody_else(admin: Client, write: Write) -> None:
    runbook = write()
    path = f"{ADMIN}/{runbook.pk}/change/"
    fields = form(slug=runbook.slug, based_on=1)
    assert admin.post(path, {**fields, "title": "First"}).status_code == 302
    answer = admin.post(path, {**fields, "title": "Second"})
    assert "Somebody has changed this runbook" in answer.content.decode()
    assert Runbook.objects.get().title == "First"


def test_the_history_shows_differences_and_restores(admin: Client, write: Write) -> None:
    runbook = write(category="capacity")
    path = f"{ADMIN}/{runbook.pk}"
    fields = form(slug=runbook.slug, based_on=1, title="Disk fills", tags="storage")
    admin.post(f"{path}/change/", fields)
    page = admin.get(f"{path}/history/").content.decode()
    assert "Disk fills" in page
    assert "storage" in page
    assert "/runbooks/disk-is-full/history?to=2" in page
    first = runbook.history.get(version=1)
    old = form(slug=runbook.slug, based_on=2, title=first.title)
    assert admin.post(f"{path}/history/{first.history_id}/", old).status_code == 302
    runbook.refresh_from_db()
    assert (runbook.title, runbook.version) == ("Disk is full", 3)


def test_what_is_deleted_keeps_its_history(admin: Client, write: Write, people: People) -> None:
    runbook = write()
    admin.post(f"{ADMIN}/{runbook.pk}/delete/", {"post": "yes"})
    assert not Runbook.objects.exists()
    last = Runbook.history.get(slug="disk-is-full", history_type="-")
    assert last.history_user == people.admin
