"""Who gets into the Django admin, and that every page of it opens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import User
from tests.conftest import People

SignIn = Callable[[User], Client]
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_it_sends_whoever_is_not_signed_in_to_our_page(client: Client, db: None) -> None:
    wanted = reverse("admin:incidents_severity_changelist")
    response = client.get(wanted, follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('web:sign_in')}?next={wanted}"


@pytest.mark.parametrize("role", ["observer", "teammate", "commander"])
def test_it_lets_nobody_in_who_is_not_an_admin(people: People, sign_in: SignIn, role: str) -> None:
    client = sign_in(getattr(people, role))
    for path in (reverse("admin:index"), reverse("admin:incidents_user_changelist")):
        response = client.get(path, follow=True)
        assert response.status_code == 403
        assert "Only an admin may open this" in response.content.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_it_lists_in_few_queries_and_counts_no_whole_table(
    people: People, sign_in: SignIn, model: type[Model]
) -> None:
    client = sign_in(people.admin)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address(model, "changelist"))
    assert response.status_code == 200
    counts = [q["sql"] for q in queries if q["sql"].startswith("SELECT COUNT(")]
    assert [sql for sql in counts if "LIMIT" not in sql] == []
    assert len(queries) <= 12


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_it_opens_the_form_of_whatever_can_be_added(
    people: People, sign_in: SignIn, model: type[Model]
) -> None:
    response = sign_in(people.admin).get(address(model, "add"))
    assert response.status_code in {200, 302, 403}
    if response.status_code == 302:
        assert response["Location"].startswith("/settings/")


def test_it_keeps_the_security_policy_but_for_what_the_theme_needs(
    people: People, sign_in: SignIn
) -> None:
    client = sign_in(people.admin)
    policy = client.get(reverse("admin:index"))["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
