"""Merging, splitting and linking over the API."""

from incidents.kernel import clock
from incidents.models import Alert, Incident, IncidentLink, Integration, State
from tests.api.conftest import MakeProgram
from tests.conftest import Declare


def _alert(incident: Incident, integration: Integration) -> Alert:
    return Alert.objects.create(
        integration=integration,
        fingerprint=f"of {incident.pk}",
        title="Slow queries",
        severity=incident.severity,
        incident=incident,
        started_at=clock.now(),
        last_seen_at=clock.now(),
    )


def test_it_merges_and_takes_apart(
    program: MakeProgram, declare: Declare, integration: Integration
) -> None:
    target, source = declare("Down"), declare("Slow")
    _alert(source, integration)
    bot = program("incidents", "read")
    body = {"incidents": [source.reference], "title": "Both", "severity": "P0"}
    merged = bot.post(f"/api/incidents/{target.reference}/merge", body)
    assert merged.status_code == 200
    assert (merged.json()["title"], merged.json()["severity"]) == ("Both", "P0")
    shown = bot.get(f"/api/incidents/{source.reference}").json()
    assert (shown["state"], shown["merged_into"]) == ("merged", target.reference)
    parted = bot.post(f"/api/incidents/{source.reference}/unmerge", {}).json()
    assert (parted["incident"]["state"], parted["alerts"], parted["notes"]) == ("detected", 1, [])


def test_it_says_why_it_merges_nothing(program: MakeProgram, declare: Declare) -> None:
    target, source = declare("Down"), declare("Slow")
    address = f"/api/incidents/{target.reference}/merge"
    bot = program("incidents")
    assert bot.post(address, {"incidents": [target.reference]}).status_code == 422
    assert bot.post(address, {"incidents": []}).status_code == 422
    assert bot.post(address, {"incidents": ["INC-999999"]}).status_code == 404
    assert program("read").post(address, {"incidents": [source.reference]}).status_code == 403
    assert bot.post(f"/api/incidents/{target.reference}/unmerge", {}).status_code == 409
    assert not Incident.objects.filter(state=State.MERGED).exists()


def test_it_splits(program: MakeProgram, declare: Declare, integration: Integration) -> None:
    origin = declare("Everything")
    alert = _alert(origin, integration)
    body = {"alerts": [alert.pk], "title": "Slow queries", "severity": "P3"}
    answer = program("incidents").post(f"/api/incidents/{origin.reference}/split", body)
    assert answer.status_code == 201
    alert.refresh_from_db()
    assert alert.incident is not None
    assert answer.json()["reference"] == alert.incident.reference


def test_it_links_and_unlinks(program: MakeProgram, declare: Declare) -> None:
    one, other = declare("Down"), declare("Slow")
    bot = program("incidents", "read")
    address = f"/api/incidents/{one.reference}/links"
    made = bot.post(address, {"relation": "caused_by", "incident": other.reference})
    assert made.status_code == 201
    (link,) = bot.get(address).json()["links"]
    assert (link["relation"], link["reference"]) == ("Caused by", other.reference)
    assert bot.delete(f"{address}/{link['id']}").status_code == 204
    assert not IncidentLink.objects.exists()


def test_a_private_target_has_no_name_in_answers(program: MakeProgram, declare: Declare) -> None:
    source, target = declare("Odd log-ins"), declare("Break-in", private=True)
    body = {"incidents": [source.reference]}
    merged = program("admin").post(f"/api/incidents/{target.reference}/merge", body)
    assert merged.status_code == 200
    shown = program("read").get(f"/api/incidents/{source.reference}").json()
    assert (shown["state"], shown["merged_into"]) == ("merged", None)
    refused = program("incidents").post(f"/api/incidents/{source.reference}/unmerge", {})
    assert refused.status_code == 409
    assert target.reference not in refused.content.decode()
