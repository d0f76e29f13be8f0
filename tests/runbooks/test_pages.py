"""The pages of runbooks as plain forms: what each person sees, and what their buttons do."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.events import timeline
from incidents.kernel.actor import Actor
from incidents.models import User
from runbooks import services
from runbooks.models import Runbook, RunbookRun
from tests.conftest import Declare, People
from tests.runbooks.conftest import Write

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def text_of(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


@pytest.fixture
def run(write: Write, declare: Declare, people: People) -> RunbookRun:
    return services.start(
        incident_id=declare("Disk full").pk,
        runbook_id=write("Disk", "title: disk").pk,
        actor=Actor.of(people.commander),
    )


def test_the_library_is_searched_and_narrowed(
    write: Write, people: People, sign_in: SignIn
) -> None:
    write("Disk is full", category="capacity", tags=["storage"])
    write("Slow answers", category="performance", body="## Look")
    client = sign_in(people.observer)
    for query in ("q=storage", "q=DISK+is", "category=capacity", "tag=storage"):
        page = text_of(client, f"/runbooks?{query}")
        assert "Disk is full" in page, query
        assert "Slow answers" not in page, query
    assert "No runbook matches" in text_of(client, "/runbooks?q=zebra")


def test_the_library_asks_one_query_for_its_rows(
    write: Write, people: People, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        write(f"Disk {number}")
    client = sign_in(people.observer)
    with django_assert_num_queries(
        7
    ):  # session, user, rows, categories, two counts beside the links, the bell
        client.get("/runbooks")


def test_only_admins_are_offered_to_write(write: Write, people: People, sign_in: SignIn) -> None:
    write()
    for user, offered in ((people.commander, False), (people.admin, True)):
        client = sign_in(user)
        assert ("New runbook" in text_of(client, "/runbooks")) == offered
        assert ("Edit" in text_of(client, "/runbooks/disk-is-full")) == offered


def test_a_runbook_is_read_step_by_step(write: Write, people: People, sign_in: SignIn) -> None:
    write("Disk is full", "title: disk full | no space", severities=["P0"])
    page = text_of(sign_in(people.observer), "/runbooks/disk-is-full")
    assert page.index("Do not wait for 100 %.") < page.index("See which disk") < page.index("df -h")
    assert "title has “disk full” or “no space”" in page
    assert "for P0 only" in page
    assert "Start the steps" not in page


def test_a_runbook_is_started_from_its_page(
    write: Write, declare: Declare, people: People, sign_in: SignIn
) -> None:
    write()
    incident = declare()
    answer = sign_in(people.teammate).post(
        "/runbooks/disk-is-full/start", {"incident": incident.reference}
    )
    run = RunbookRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/runbooks/runs/{run.pk}")
    assert run.started_by == people.teammate


def test_the_panel_suggests_with_the_reason(
    write: Write, declare: Declare, people: People, sign_in: SignIn
) -> None:
    write("Disk", "title: disk")
    write("Other", "title: memory")
    incident = declare("Disk full")
    path = f"/runbooks/incident/{incident.reference}"
    page = text_of(sign_in(people.teammate), path, **HTMX)
    assert "Why: the title has “disk”" in page
    assert "<html" not in page
    assert "Start another runbook" in page
    assert "<html" in text_of(sign_in(people.teammate), path)


def test_the_panel_asks_the_same_queries_for_any_number_of_runs(
    run: RunbookRun,
    write: Write,
    people: People,
    sign_in: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        runbook = write(f"Disk {number}", "title: disk")
        actor = Actor.of(people.commander)
        services.start(incident_id=run.incident_id, runbook_id=runbook.pk, actor=actor)
    client = sign_in(people.teammate)
    # session, user, incident; runs, ticks; patterns, alerts; what else may be started
    with django_assert_num_queries(8):
        client.get(f"/runbooks/incident/{run.incident.reference}", headers=HTMX)


def test_a_step_is_ticked_and_unticked_by_a_plain_form(
    run: RunbookRun, people: People, sign_in: SignIn
) -> None:
    client = sign_in(people.teammate)
    answer = client.post(
        f"/runbooks/runs/{run.pk}/steps/1", {"done": "on", "note": "98 %", "panel": "yes"}
    )
    assert answer["Location"] == f"/incidents/{run.incident.reference}?tab=runbooks"
    page = text_of(client, f"/runbooks/runs/{run.pk}")
    assert "1 of 3 done" in page
    assert "Tom Teammate" in page
    assert "98 %" in page
    client.post(f"/runbooks/runs/{run.pk}/steps/1", {})
    assert "0 of 3 done" in text_of(client, f"/runbooks/runs/{run.pk}")


def test_htmx_gets_the_part_that_the_form_stands_in(
    run: RunbookRun, people: People, sign_in: SignIn
) -> None:
    client = sign_in(people.teammate)
    path = f"/runbooks/runs/{run.pk}/steps/1"
    alone = client.post(path, {"done": "on"}, headers=HTMX).content.decode()
    assert f'id="run-{run.pk}"' in alone
    assert "runbook-panel" not in alone
    inside = client.post(path, {"panel": "yes"}, headers=HTMX).content.decode()
    assert 'id="runbook-panel"' in inside


def test_observers_look_on(run: RunbookRun, people: People, sign_in: SignIn) -> None:
    client = sign_in(people.observer)
    page = text_of(client, f"/runbooks/runs/{run.pk}")
    assert "See which disk" in page
    assert "<input class=" not in page
    for path, fields in (
        (f"/runbooks/runs/{run.pk}/steps/1", {"done": "on"}),
        (f"/runbooks/runs/{run.pk}/finish", {}),
        (f"/runbooks/incident/{run.incident.reference}/start", {"runbook": "disk"}),
    ):
        assert client.post(path, fields).status_code == 403
    assert not run.ticks.exists()


def test_a_private_run_is_not_there_for_strangers(
    write: Write, declare: Declare, people: People, sign_in: SignIn
) -> None:
    incident = declare("Breach", private=True, by=people.commander)
    run = services.start(
        incident_id=incident.pk, runbook_id=write().pk, actor=Actor.of(people.commander)
    )
    client = sign_in(people.stranger)
    assert client.get(f"/runbooks/runs/{run.pk}").status_code == 404
    assert client.post(f"/runbooks/runs/{run.pk}/steps/1", {"done": "on"}).status_code == 404
    assert "Breach" not in text_of(client, "/runbooks/disk-is-full")
    assert not run.ticks.exists()


def test_finishing_keeps_the_run_to_look_at(
    run: RunbookRun, people: People, sign_in: SignIn
) -> None:
    client = sign_in(people.teammate)
    client.post(f"/runbooks/runs/{run.pk}/finish", {"panel": "yes"})
    page = text_of(client, f"/runbooks/incident/{run.incident.reference}", **HTMX)
    assert "0 of 3 steps, finished by Tom Teammate" in page
    assert "Why: the title has “disk”" in page
    assert timeline.since(run.incident_id)[-1].kind == "runbook.finished"


def test_the_history_shows_what_changed_and_restores(
    write: Write, people: People, sign_in: SignIn
) -> None:
    runbook = write()
    runbook.body, runbook.title = runbook.body.replace("df -h", "df -hT"), "Disk fills"
    services.write(runbook, actor=Actor.of(people.commander), reason="Show the type")
    client = sign_in(people.admin)
    page = text_of(client, "/runbooks/disk-is-full/history")
    assert '<span class="sr">Removed: </span><span class="text">df -h</span>' in page
    assert '<span class="sr">Added: </span><span class="text">df -hT</span>' in page
    assert "<del>Disk is full</del>" in page
    assert "by Cara Commander: Show the type" in page
    client.post("/runbooks/disk-is-full/restore", {"version": "1"})
    assert Runbook.objects.get().title == "Disk is full"
    assert "Version 1 restored" in text_of(client, "/runbooks/disk-is-full/history?to=3")


def test_only_admins_restore(write: Write, people: People, sign_in: SignIn) -> None:
    write()
    client = sign_in(people.commander)
    assert client.post("/runbooks/disk-is-full/restore", {"version": "1"}).status_code == 403


@pytest.mark.parametrize("asked", ["to=99", "to=zebra", "from=-1"])
def test_a_version_that_is_not_there_is_an_answer_not_a_fault(
    write: Write, people: People, sign_in: SignIn, asked: str
) -> None:
    write()
    client = sign_in(people.observer)
    assert client.get(f"/runbooks/disk-is-full/history?{asked}").status_code in {404, 422}
