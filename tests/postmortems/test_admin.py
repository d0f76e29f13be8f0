"""The Django admin shows post-mortems with their history, and keeps private ones private."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.kernel.actor import Actor
from incidents.models import User
from postmortems import services
from postmortems.models import PostMortem, Section
from tests.conftest import Declare, People
from tests.postmortems.conftest import Write

SignIn = Callable[[User], Client]


@pytest.fixture
def ada(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.admin)


def test_an_admin_reads_every_version_of_a_section(
    drafted: PostMortem, write: Write, ada: Client
) -> None:
    write("lessons", "First.")
    write("lessons", "Second.")
    section = drafted.sections.get(slug="lessons")
    here = f"/admin/postmortems/section/{section.pk}"
    assert b"Second." in ada.get(f"{here}/change/").content
    assert b"Tom Teammate" in ada.get(f"{here}/history/").content
    first = section.history.get(body="First.")
    assert b"First." in ada.get(f"{here}/history/{first.history_id}/").content


@pytest.mark.parametrize("name", ["postmortem", "section", "actionitem"])
def test_nothing_is_changed_there(drafted: PostMortem, ada: Client, name: str) -> None:
    assert ada.get(f"/admin/postmortems/{name}/").status_code == 200
    assert ada.get(f"/admin/postmortems/{name}/add/").status_code == 403


def test_private_post_mortems_are_hidden_from_admins_without_a_role(
    declare: Declare, people: People, ada: Client
) -> None:
    secret = declare("Stolen laptop", private=True, by=people.commander)
    services.draft(incident_id=secret.pk, actor=Actor.of(people.commander))
    section = Section.objects.get(post_mortem=secret.pk, slug="summary")
    version = section.history.first()
    for name in ("postmortem", "section"):
        assert b"aptop" not in ada.get(f"/admin/postmortems/{name}/").content
    for tail in ("change", "history", f"history/{version.history_id}"):
        answer = ada.get(f"/admin/postmortems/section/{section.pk}/{tail}/", follow=True)
        assert b"aptop" not in answer.content, tail
