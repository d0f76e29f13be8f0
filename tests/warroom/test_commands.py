"""Commands: what each does, refuses and says beforehand; a preview changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from incidents.access import Principal
from incidents.commands import REGISTRY, running
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, DomainError, Invalid, NotAllowed
from incidents.models import Fact, Incident, Service, Team, User
from incidents.pipeline import lifecycle
from runbooks import services as runbooks
from runbooks.models import Runbook
from statuspage.models import Component, PublicUpdate, StatusPage
from tests.conftest import Declare, People

Run = Callable[..., running.Done]


@pytest.fixture
def incident(declare: Declare, service: Service) -> Incident:
    return declare("Checkout is down", severity="P2", service=service)


@pytest.fixture
def run(incident: Incident, people: People) -> Run:
    """`run("/note x", by=people.teammate)`; the commander unless somebody else is named."""

    def run(text: str, *, by: User | None = None, **more: Any) -> running.Done:
        principal = Principal(user=by or people.commander)
        return running.run(principal=principal, incident=incident, text=text, **more)

    return run


@pytest.fixture
def said(incident: Incident, people: People) -> Callable[..., str]:
    """What a command says it would do; it must change nothing."""

    def said(text: str, *, by: User | None = None) -> str:
        before = Fact.objects.count()
        incident.refresh_from_db()
        principal = Principal(user=by or people.commander)
        found = running.preview(principal=principal, incident=incident, text=text)
        assert Fact.objects.count() == before
        return found.says if found.possible else f"refused: {found.says}"

    return said


def last(incident: Incident) -> Fact:
    return incident.facts.latest("seq")


@pytest.fixture
def runbook(people: People) -> Runbook:
    draft = runbooks.new(title="Disk is full", slug="disk-is-full", body="## Look\n\n## Clean")
    return runbooks.write(draft, actor=Actor.of(people.admin))


@pytest.fixture
def page(service: Service) -> StatusPage:
    page = StatusPage.objects.create(name="Acme Status", slug="acme", is_default=True)
    Component.objects.create(page=page, slug="checkout", name="Checkout", service=service)
    return page


def test_severity_is_changed_and_says_whom_it_tells(
    run: Run, said: Callable[..., str], incident: Incident, people: People
) -> None:
    for user in (people.teammate, people.stranger):
        lifecycle.assign(
            incident_id=incident.pk, role="responder", user=user, actor=Actor.of(people.commander)
        )
    assert said("/sev P0 money") == "Raises the severity from P2 to P0, and tells 2 people."
    assert said("/severity p3") == "Lowers the severity from P2 to P3."
    assert said("/severity critical").startswith("Raises the severity from P2 to P0")
    run("/sev P0 money is lost")
    assert last(incident).text == "raised the severity from P2 to P0: money is lost"
    assert set(last(incident).body.calls()) == {"stan", "tom"}
    assert said("/severity P0") == "It is at P0 already: nothing changes."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/severity", "Say which severity."),
        ("/severity P9", "P9"),
        ("/status", "Say which state."),
        ("/status nowhere", "There is no state 'nowhere'."),
        ("/status closed", "It is detected: it cannot become closed."),
        ("/note", "The note is empty."),
        ("/page", "Say whom to call."),
        ("/page @tomm", "Did you mean @tom?"),
        ("/page me", "You are here already."),
        ("/run", "Say which runbook."),
        ("/run nothing", "There is no runbook"),
        ("/statuspage", "Say which state customers read."),
        ("/assign", "Say whom, and at most one role."),
        ("/sevrity P1", "Did you mean /severity"),
        ("severity P1", "This is no command."),
    ],
)
def test_what_cannot_be_is_refused_with_the_same_reason_before_and_after(
    run: Run, said: Callable[..., str], text: str, reason: str
) -> None:
    assert said(text).startswith("refused: ")
    assert reason in said(text)
    with pytest.raises(DomainError) as refusal:
        run(text)
    assert reason in str(refusal.value)


def test_status_goes_by_states_moves_and_short_names(
    run: Run, said: Callable[..., str], incident: Incident
) -> None:
    assert said("/ack") == "Moves it from Detected to Acknowledged."
    run("/ack I am here")
    assert last(incident).text == "moved it to Acknowledged: I am here"
    run("/status investigating")
    run("/resolve the pool was full")
    assert last(incident).text == "moved it to Resolved: the pool was full"
    assert said("/status done") == "It is resolved already: nothing changes."


def test_a_note_is_put_on_the_timeline(
    run: Run, said: Callable[..., str], incident: Incident
) -> None:
    assert said("/note we rolled back") == "Puts this on the timeline."
    run("/note we rolled back")
    assert last(incident).text == "noted: we rolled back"


def test_page_calls_one_person_urgently(
    run: Run, said: Callable[..., str], incident: Incident
) -> None:
    assert said("/page @tom the cache") == "Calls Tom Teammate now, as urgent."
    assert run("/page @TOM the cache").reply == "Tom Teammate is called."
    fact = last(incident)
    assert (fact.kind, fact.body.calls(), fact.body.urgent) == ("person.paged", ("tom",), True)
    assert fact.text == "called Tom Teammate: the cache"


def test_page_calls_nobody_who_may_not_see_it(run: Run, incident: Incident, people: People) -> None:
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=Actor.of(people.commander))
    with pytest.raises(Invalid, match="may not see this incident"):
        run("/page @tom")


def test_escalate_calls_the_team_then_the_commander_then_all_commanders(
    run: Run, said: Callable[..., str], incident: Incident, people: People
) -> None:
    everybody = "Calls every commander now, as urgent: Cara Commander and Ada Admin."
    assert said("/escalate", by=people.teammate) == everybody
    lifecycle.assign(
        incident_id=incident.pk,
        role="commander",
        user=people.commander,
        actor=Actor.of(people.commander),
    )
    assert "the incident commander now" in said("/escalate", by=people.teammate)
    Team.objects.get().members.add(people.stranger, people.teammate)
    done = run("/escalate nobody knows this", by=people.teammate)
    assert done.reply == "Called the team Payments: Stan Stranger."
    assert last(incident).body.calls() == ("stan",)
    assert last(incident).body.urgent


def test_escalate_says_so_when_there_is_nobody(run: Run, people: People) -> None:
    User.objects.exclude(pk=people.commander.pk).update(is_active=False)
    with pytest.raises(Conflict, match="nobody to call"):
        run("/escalate")


def test_assign_gives_a_role(
    run: Run, said: Callable[..., str], incident: Incident, people: People
) -> None:
    assert said("/assign @tom ops").startswith("Makes Tom Teammate operations lead")
    run("/assign ops @tom")
    assert [row.user for row in incident.role_assignments.filter(role="operations")] == [
        people.teammate
    ]
    assert "already" in said("/assign @tom operations")


def test_run_starts_a_runbook_by_its_name_or_title(
    run: Run, said: Callable[..., str], incident: Incident, runbook: Runbook
) -> None:
    assert said("/run disk-is-full") == "Starts the runbook “Disk is full” (2 steps)."
    assert run("/run Disk is").reply == "Started: its 2 steps are under Runbooks."
    assert incident.runbook_runs.get().runbook == runbook
    assert said("/run disk-is-full") == "“Disk is full” is under way already: nothing changes."


def test_statuspage_tells_the_public_what_one_has_read_before(
    run: Run, said: Callable[..., str], page: StatusPage
) -> None:
    says = said("/statuspage investigating We look into it.")
    told = "Tells everybody on Acme Status “Investigating”, Checkout is degraded: We look into it."
    assert says == told
    assert said("/sp identified").count("found the cause") == 1
    assert not PublicUpdate.objects.exists()
    run("/statuspage investigating We look into it.")
    assert PublicUpdate.objects.get().body == "We look into it."


def test_statuspage_publishes_nothing_private(
    run: Run, said: Callable[..., str], page: StatusPage, incident: Incident, people: People
) -> None:
    lifecycle.set_private(incident_id=incident.pk, private=True, actor=Actor.of(people.commander))
    assert "is private" in said("/statuspage investigating")
    with pytest.raises(Conflict, match="is private"):
        run("/statuspage investigating Psst")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("/severity P0", "teammate"),
        ("/resolve", "teammate"),
        ("/statuspage investigating", "teammate"),
        ("/assign @stan ops", "teammate"),
        ("/note x", "observer"),
        ("/ack", "observer"),
        ("/page @tom", "observer"),
        ("/escalate", "observer"),
        ("/run disk-is-full", "observer"),
    ],
)
def test_it_is_refused_to_who_may_not(
    run: Run,
    said: Callable[..., str],
    people: People,
    page: StatusPage,
    runbook: Runbook,
    text: str,
    who: str,
) -> None:
    user = getattr(people, who)
    assert said(text, by=user).startswith("refused: Only a ")
    with pytest.raises(NotAllowed):
        run(text, by=user)


def test_help_lists_what_one_may_use(run: Run, people: People) -> None:
    assert "/severity severity [why]: Change the severity" in run("/help").reply
    assert "/severity" not in run("/help", by=people.teammate).reply
    assert run("/help sev").reply.endswith("Change the severity. Also: /sev.")


def test_no_name_stands_for_two_commands() -> None:
    names = [*REGISTRY.slugs(), *(a for _, c in REGISTRY.items() for a in c.aliases)]
    assert sorted(names) == sorted(set(names))
