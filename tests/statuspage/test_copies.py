"""Copies of a page, as an admin looks after them in the console."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from incidents.models import User
from statuspage.models import Mirror, StatusPage
from statuspage.services import mirroring
from tests.conftest import People

pytestmark = pytest.mark.django_db

COPIES = "/status-page/main/copies"
SECRET = "wJalrXUtnFEMI-not-a-real-one"
BUCKET = {"endpoint": "", "bucket": "status-example", "access_key_id": "AKID", "secret": SECRET}


@pytest.fixture
def admin(sign_in: Callable[[User], Client], people: People, page: StatusPage) -> Client:
    return sign_in(people.admin)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MIRRORS_DIR=tmp_path):
        yield tmp_path


def test_an_admin_adds_a_directory(admin: Client, site: Path) -> None:
    answer = admin.post(f"{COPIES}?add=directory", {"folder": "status"}, follow=True)
    assert "Not written yet" in answer.content.decode()
    mirroring.write_due()
    assert Mirror.objects.get().options == {"folder": "status"}


def test_it_never_shows_a_secret_again(admin: Client) -> None:
    answer = admin.post(f"{COPIES}?add=s3", BUCKET, follow=True)
    assert "status-example" in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert SECRET not in admin.get(f"{COPIES}?add=s3").content.decode()


def test_it_says_which_field_is_at_fault(admin: Client) -> None:
    answer = admin.post(f"{COPIES}?add=s3", {**BUCKET, "bucket": "No Bucket"})
    assert answer.status_code == 422
    assert "Give the bucket by its name." in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not Mirror.objects.exists()


def test_it_says_why_a_copy_is_not_there(admin: Client, page: StatusPage) -> None:
    Mirror.objects.create(page=page, kind="git", error="The remote refused it.", tried_at=None)
    assert "The remote refused it." in admin.get(COPIES).content.decode()


def test_an_admin_pauses_and_removes_a_copy(admin: Client, page: StatusPage, site: Path) -> None:
    mirror = mirroring.add_mirror(page_id=page.pk, kind="directory", options={"folder": "status"})
    for action, enabled in (("pause", False), ("resume", True)):
        admin.post(f"{COPIES}/{mirror.pk}", {"action": action})
        assert Mirror.objects.get().enabled is enabled
    admin.post(f"{COPIES}/{mirror.pk}", {"action": "remove"})
    assert not Mirror.objects.exists()


def test_nobody_else_may(
    sign_in: Callable[[User], Client], people: People, page: StatusPage
) -> None:
    for person in (people.observer, people.commander):
        client = sign_in(person)
        assert client.get(COPIES).status_code == 403
        assert client.post(f"{COPIES}?add=directory", {"folder": "x"}).status_code == 403
