"""Views of the list that people keep, and share."""

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.models import SavedView, User
from tests.conftest import Declare, People

SignIn = Callable[[User], Client]


@pytest.fixture
def keep() -> Callable[..., SavedView]:
    """`keep(browser, "Mine", "state=open")` keeps a view as the page does."""

    def make(browser: Client, name: str, query: str, **more: str) -> SavedView:
        sent = {"name": name, "query": query, **more}
        assert browser.post("/incidents/views", sent).status_code == 302
        return SavedView.objects.get(name=name)

    return make


Keep = Callable[..., SavedView]


def test_a_view_asks_for_the_same_again(
    declare: Declare, people: People, sign_in: SignIn, keep: Keep
) -> None:
    tom = sign_in(people.teammate)
    declare("Checkout is down", severity="P0")
    declare("Search is slow", severity="P3")
    view = keep(tom, "Worst", "severity=P0&column=team&before=1_2&view=9")
    assert view.query == "severity=P0&column=team"
    page = tom.get(f"/incidents?view={view.pk}&{view.query}")
    assert [row.title for row in page.context["incidents"]] == ["Checkout is down"]
    assert (page.context["view"], page.context["view_changed"]) == (view, False)
    changed = tom.get(f"/incidents?view={view.pk}&{view.query}&state=open")
    assert changed.context["view_changed"] is True
    tom.post(f"/incidents/views/{view.pk}", {"do": "update", "query": "severity=P1"})
    view.refresh_from_db()
    assert view.query == "severity=P1"


def test_the_list_opens_with_ones_default(
    people: People, sign_in: SignIn, keep: Keep, declare: Declare
) -> None:
    tom = sign_in(people.teammate)
    view = keep(tom, "Open", "state=open")
    tom.post(f"/incidents/views/{view.pk}", {"do": "default"})
    assert tom.get("/incidents").headers["Location"] == f"/incidents?view={view.pk}&state=open"
    assert tom.get("/incidents?view=all").status_code == 200
    assert sign_in(people.commander).get("/incidents").status_code == 200
    tom.post(f"/incidents/views/{view.pk}", {"do": "no_default"})
    assert tom.get("/incidents").status_code == 200


def test_commanders_share_views_and_only_owners_change_them(
    people: People, sign_in: SignIn, keep: Keep
) -> None:
    cara, tom = sign_in(people.commander), sign_in(people.teammate)
    shared = keep(cara, "Night shift", "state=open", shared="yes")
    assert "Night shift" in tom.get("/incidents").content.decode()
    for do in ("update", "delete"):
        assert tom.post(f"/incidents/views/{shared.pk}", {"do": do}).status_code == 404
    refused = tom.post("/incidents/views", {"name": "Ours", "query": "", "shared": "yes"})
    assert refused.status_code == 403
    cara.post(f"/incidents/views/{shared.pk}", {"do": "delete"})
    assert not SavedView.objects.exists()


def test_a_view_of_ones_own_is_nobody_elses(people: People, sign_in: SignIn, keep: Keep) -> None:
    view = keep(sign_in(people.teammate), "Mine alone", "q=laptop")
    cara = sign_in(people.commander)
    assert "Mine alone" not in cara.get("/incidents").content.decode()
    assert cara.post(f"/incidents/views/{view.pk}", {"do": "default"}).status_code == 404
