"""The API describes itself, truthfully and completely."""

from typing import Any

import pytest
from django.test import Client

from incidents.api.description import document

# The paths of the requirements that there is something behind so far.
PROMISED = {
    "/api/incidents": {"get", "post"},
    "/api/incidents/{ref}": {"get", "patch", "delete"},
    **{
        f"/api/incidents/{{ref}}/{verb}": {"post"}
        for verb in ("acknowledge", "assign", "mitigate", "resolve", "close", "reopen")
    },
    "/api/incidents/{ref}/timeline": {"get"},
    "/api/incidents/{ref}/messages": {"get", "post"},
    "/api/incidents/{ref}/alerts": {"get"},
    "/api/incidents/{ref}/roles": {"get"},
    "/api/incidents/{ref}/postmortem": {"get", "post"},
    "/api/postmortems": {"get"},
    "/api/postmortems/{ref}/markdown": {"get"},
    "/api/postmortems/{ref}/html": {"get"},
    "/api/postmortems/{ref}/pdf": {"get"},
    "/api/action-items": {"get"},
    "/api/events": {"post"},
    "/api/alerts": {"get"},
    "/api/services": {"get", "post"},
    "/api/teams": {"get", "post"},
    "/api/integrations": {"get", "post"},
    "/api/runbooks": {"get", "post"},
    "/api/runbooks/{runbook}": {"get"},
    "/api/runbooks/{runbook}/execute": {"post"},
    "/api/status": {"get"},
    "/api/status/public": {"get"},
    "/api/metrics/mttr": {"get"},
    "/api/metrics/dashboard": {"get"},
    "/api/detection/rules": {"get", "post"},
    "/api/detection/status": {"get"},
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_serves_openapi_3_1_to_anybody(client: Client) -> None:
    response = client.get("/api/schema")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", PROMISED)
def test_it_has_the_paths_that_were_promised(path: str) -> None:
    assert document()["paths"].get(path, {}).keys() >= PROMISED[path]


def test_it_says_of_each_operation_who_may_call_it_and_how_it_may_fail() -> None:
    for path, method, operation in operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        public = operation["description"] == "Anybody may call this."
        assert public or "scope" in operation["description"], where
        assert public or {"bearerAuth": []} in operation["security"], where
        failures = {code for code in operation["responses"] if code >= "400"}
        assert failures >= ({"429"} if public else {"401", "403", "429"}), where
        for code in failures:
            (media,) = operation["responses"][code]["content"]
            assert media == "application/problem+json", where


def test_it_gives_each_operation_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))


def test_it_shows_itself_to_people_without_inline_script(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 3
    script = client.get("/api/docs?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema" in script.content.decode().replace("\\u002D", "-").replace("\\/", "/")
