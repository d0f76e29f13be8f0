"""The pages, as a browser without JavaScript sees them, and who may see what."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.kernel.actor import Actor
from incidents.models import User
from incidents.pipeline import lifecycle
from postmortems import services
from postmortems.models import ActionItem, PostMortem
from postmortems.rendering import press
from postmortems.services import ActionChanges
from tests.conftest import Declare, People
from tests.postmortems.conftest import Story, Write

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages only warm the press; here nobody needs it."""
    monkeypatch.setattr(press, "warm", lambda: None)
    monkeypatch.setattr(press, "to_pdf", lambda *_, **__: b"%PDF-1.7")


@pytest.fixture
def tom(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.teammate)


@pytest.fixture
def cara(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.commander)


def _item(incident_id: int, people: People, **given: object) -> ActionItem:
    content = ActionChanges(**{"title": "Set the limit", **given})  # type: ignore[arg-type]
    actor = Actor.of(people.commander)
    return services.add_action_item(incident_id=incident_id, content=content, actor=actor)


def test_it_offers_to_draft_where_nothing_is_written(outage: Story, tom: Client) -> None:
    page = f"/post-mortems/{outage.incident.reference}"
    assert b"Draft from the facts" in tom.get(page).content
    answer = tom.post(f"{page}/draft", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert b"Drafted from 18 facts." in answer.content
    assert b"was opened at P1 on Checkout" in answer.content


def test_the_document_shows_sections_picture_and_evidence(drafted: PostMortem, tom: Client) -> None:
    page = tom.get(drafted.get_absolute_url()).content.decode()
    for words in (
        "Key events",
        "Timeline as a picture",
        "Evidence",
        "18 facts",
        "Only people know",
    ):
        assert words in page
    assert f'href="/incidents/{drafted.reference}?tab=timeline#t-3"' in page


def test_a_section_is_edited_and_saved(drafted: PostMortem, tom: Client) -> None:
    address = f"{drafted.get_absolute_url()}/sections/lessons"
    assert b'name="version" value="1"' in tom.get(address).content
    answer = tom.post(address, {"body": "Test it. [#3]", "version": 1})
    assert (answer.status_code, answer.url) == (302, f"{drafted.get_absolute_url()}#s-lessons")
    assert drafted.sections.get(slug="lessons").editor_name == "Tom Teammate"


def test_whoever_comes_second_sees_both_texts(
    drafted: PostMortem, write: Write, cara: Client
) -> None:
    write("lessons", "Tom was first.")
    address = f"{drafted.get_absolute_url()}/sections/lessons"
    answer = cara.post(address, {"body": "Cara was second.", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tom Teammate changed “Lessons” while you were writing" in page
    assert "Tom was first.</textarea>" in page
    assert "Cara was second.</textarea>" in page
    assert cara.post(address, {"body": "Both.", "version": 2}).status_code == 302


def test_htmx_gets_the_section_alone(drafted: PostMortem, write: Write, tom: Client) -> None:
    address = f"{drafted.get_absolute_url()}/sections/lessons"
    headers = {"hx-request": "true"}
    assert b"<html" not in tom.get(address, headers=headers).content
    saved = tom.post(address, {"body": "Test it.", "version": 1}, headers=headers)
    assert (saved.status_code, b"Saved." in saved.content) == (200, True)
    late = tom.post(address, {"body": "Too late.", "version": 1}, headers=headers)
    assert (late.status_code, b"Too late.</textarea>" in late.content) == (422, True)


def test_a_text_that_is_too_long_is_kept_in_the_form(drafted: PostMortem, tom: Client) -> None:
    answer = tom.post(
        f"{drafted.get_absolute_url()}/sections/lessons", {"body": "x" * 50_001, "version": 1}
    )
    assert answer.status_code == 422
    assert b"What you typed is still here." in answer.content


def test_the_preview_is_sanitised(drafted: PostMortem, tom: Client) -> None:
    body = {"body": "**Bold** <script>alert(1)</script> [#3]"}
    html = tom.post(f"{drafted.get_absolute_url()}/preview", body).content
    assert b"<strong>Bold</strong>" in html
    assert b"<script" not in html
    assert b"#t-3" in html


def test_what_people_write_cannot_run_on_the_page(
    drafted: PostMortem, write: Write, tom: Client
) -> None:
    write("lessons", "<script>alert(1)</script></textarea><script>alert(2)</script>")
    for address in ("", "/sections/lessons", "/panel"):
        assert b"<script>alert" not in tom.get(drafted.get_absolute_url() + address).content


def test_it_says_how_many_facts_the_draft_has_not_read(
    drafted: PostMortem, people: People, tom: Client
) -> None:
    lifecycle.note(incident_id=drafted.pk, text="One more.", actor=Actor.of(people.teammate))
    assert b"1 fact came after this draft." in tom.get(drafted.get_absolute_url()).content


def test_only_a_commander_publishes(drafted: PostMortem, tom: Client, cara: Client) -> None:
    address = f"{drafted.get_absolute_url()}/publish"
    assert tom.post(address).status_code == 403
    assert cara.post(address, follow=True).status_code == 200
    drafted.refresh_from_db()
    assert (drafted.is_published, drafted.published_by) == (True, "Cara Commander")


def test_an_observer_reads_and_exports_but_writes_nothing(
    drafted: PostMortem, people: People, sign_in: SignIn
) -> None:
    olga, here = sign_in(people.observer), drafted.get_absolute_url()
    for address in (here, f"{here}/panel", f"{here}/export/pdf", "/post-mortems", "/action-items"):
        assert olga.get(address).status_code == 200, address
    assert b"Edit" not in olga.get(here).content.partition(b"<main")[2].partition(b"</main")[0]
    for address in ("draft", "publish", "sections/lessons", "action-items"):
        assert olga.post(f"{here}/{address}", {"body": "x", "version": 1}).status_code == 403


def test_a_private_post_mortem_does_not_exist_for_strangers(
    declare: Declare, people: People, sign_in: SignIn
) -> None:
    secret = declare("Stolen laptop", private=True, by=people.commander)
    services.draft(incident_id=secret.pk, actor=Actor.of(people.commander))
    item = _item(secret.pk, people, title="Wipe the laptop")
    stan, here = sign_in(people.stranger), f"/post-mortems/{secret.reference}"
    for address in ("", "/panel", "/export/pdf", "/export/html", "/sections/lessons"):
        assert stan.get(here + address).status_code == 404, address
    for address in ("/draft", "/preview", "/action-items", "/sections/lessons"):
        assert stan.post(here + address, {"body": "x", "version": 1}).status_code == 404, address
    assert stan.post(f"/action-items/{item.pk}", {"title": "x"}).status_code == 404
    for address in ("/post-mortems", "/action-items"):
        assert b"aptop" not in stan.get(address).content
        assert b"aptop" in sign_in(people.commander).get(address).content


@pytest.mark.parametrize("kind", ["markdown", "html", "pdf"])
def test_it_exports_files_with_a_name(drafted: PostMortem, tom: Client, kind: str) -> None:
    answer = tom.get(f"{drafted.get_absolute_url()}/export/{kind}")
    assert f'filename="{drafted.reference}-post-mortem.' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_html_export_may_run_nothing(drafted: PostMortem, tom: Client) -> None:
    policy = tom.get(f"{drafted.get_absolute_url()}/export/html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert tom.get(f"{drafted.get_absolute_url()}/export/docx").status_code == 404


def test_the_list_names_severe_incidents_that_wait(
    outage: Story, declare: Declare, tom: Client
) -> None:
    declare("Still burning", severity="P0")
    page = tom.get("/post-mortems").content.decode()
    assert "1 severe incident, over and not yet written up" in page
    assert "Still burning" not in page


def test_action_items_are_written_down_and_changed(
    drafted: PostMortem, tom: Client, people: People
) -> None:
    here = drafted.get_absolute_url()
    given = {"title": "Set the limit", "kind": "code", "priority": "P1", "state": "pending"}
    more = {"owner": "tom", "due_on": "2026-10-01", "next": here}
    answer = tom.post(f"{here}/action-items", given | more)
    assert (answer.status_code, answer.url) == (302, here)
    item = ActionItem.objects.get()
    assert (item.owner, item.due_on) == (people.teammate, date(2026, 10, 1))
    assert b"33 days overdue" in tom.get("/action-items").content
    tom.post(f"/action-items/{item.pk}", given | {"state": "completed"})
    item.refresh_from_db()
    assert (item.state, item.owner) == ("completed", None)


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(
    drafted: PostMortem, tom: Client
) -> None:
    given = {"title": "", "kind": "code", "due_on": "soon"}
    answer = tom.post(f"{drafted.get_absolute_url()}/action-items", given)
    assert answer.status_code == 422
    assert b"Enter a valid date." in answer.content


def test_it_leads_nowhere_else_after_saving(drafted: PostMortem, tom: Client) -> None:
    given = {"title": "x", "kind": "code", "priority": "P1", "state": "pending"}
    answer = tom.post(
        f"{drafted.get_absolute_url()}/action-items", given | {"next": "https://evil.example/"}
    )
    assert answer.url == "/action-items"


def test_action_items_can_be_narrowed_to_mine(
    drafted: PostMortem, people: People, tom: Client
) -> None:
    _item(drafted.pk, people, title="Mine", owner=people.teammate)
    _item(drafted.pk, people, title="Hers", owner=people.commander)
    page = tom.get("/action-items?mine=1").content
    assert (b"Mine</a>" in page, b"Hers</a>" in page) == (True, False)


@pytest.mark.parametrize("count", [1, 12])
def test_lists_are_read_in_a_fixed_number_of_queries(
    declare: Declare,
    people: People,
    tom: Client,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, user; the rows (and those that wait); two counts in the navigation."""
    for n in range(count):
        incident = declare(f"Incident {n}", severity="P0")
        services.draft(incident_id=incident.pk, actor=Actor.of(people.commander))
        _item(incident.pk, people, owner=people.teammate)
    for address in ("/post-mortems", "/action-items"):
        with django_assert_max_num_queries(7):
            assert tom.get(address).status_code == 200


def test_the_document_is_read_in_a_fixed_number_of_queries(
    drafted: PostMortem,
    people: People,
    cara: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, user; incident; post-mortem, sections; facts, people, alerts, incidents alike;
    action items; owners to choose from; two counts in the navigation."""
    for _ in range(5):
        _item(drafted.pk, people, owner=people.teammate)
    with django_assert_max_num_queries(14):
        assert cara.get(drafted.get_absolute_url()).status_code == 200
