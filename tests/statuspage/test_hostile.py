"""Whatever people write into a field that customers read, nothing of it runs."""

import pytest
from django.db import models

from bench.smtp_sink import Sink
from statuspage.models import Component, ComponentGroup, PublicUpdate, StatusPage
from statuspage.services import refresh
from statuspage.services.snapshots import changed
from tests.conftest import Declare
from tests.statuspage.conftest import Publish
from tests.statuspage.subscribed import Follow, tell_all
from tests.statuspage.test_private import PUBLIC, surroundings
from tests.statuspage.test_telling import read, text_of

__all__ = ["surroundings"]

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[x](javascript:alert(1))",
    "<!--stale-en--><!--as-of-->",
    "'-alert(1)-' onfocus=alert(1) autofocus",
    "<a href='data:text/html,x'>x</a>",
    "</title><iframe src=x>",
)
# Addresses and colours have tests of their own.
NOT_WORDS = {"slug", "host", "key", "home_url", "brand", "on_brand", "page_light", "page_dark",
             "surface_light", "surface_dark"}  # fmt: skip
RUNS = ("<script>", "<img src=x", "<svg onload", "<iframe", 'href="java', 'href="data', "<a href='")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_any_public_field_runs(
    surroundings: list[models.Model], page: StatusPage, attack: str
) -> None:
    for row in surroundings:
        names = PUBLIC.get(row._meta.model_name or "", set()) - NOT_WORDS
        words: dict[str, object] = {}
        for field in row._meta.concrete_fields:
            if field.name in names:
                words[field.name] = attack[: field.max_length or 500]
        if "links" in words:
            words["links"] = [{"label": attack, "url": attack}, {"label": attack, "url": "http:x"}]
        if "changes" in words:
            change = {"slug": "x", "name": attack, "old": "operational", "new": "degraded"}
            words["changes"] = [change]
        type(row)._default_manager.filter(pk=row.pk).update(**words)
    group = ComponentGroup.objects.create(page=page, name=attack[:80])
    page.components.update(group=group)
    told = PublicUpdate.objects.select_related("public_incident")[0]
    told.pk, told.state, told.body = None, "postmortem", f"## {attack}\n\n{attack}"
    told.save()
    changed([page])
    refresh(page.pk)
    for path, body in page.snapshots.filter(content_type__startswith="text/html").values_list(
        "path", "body"
    ):
        text = bytes(body).decode()
        for run in RUNS:
            assert run not in text, (path, run)
        assert text.count("<!--stale-en-->") <= 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_a_message_to_a_subscriber_runs(
    sink: Sink, follow: Follow, publish: Publish, declare: Declare,
    page: StatusPage, checkout: Component, attack: str,
) -> None:  # fmt: skip
    follow("ana@example.com")
    page.name = page.footer = attack
    page.save()
    Component.objects.filter(pk=checkout.pk).update(name=attack[:80])
    checkout.refresh_from_db()
    publish(declare(), body=attack, effects={checkout: "degraded"}, title=attack)
    tell_all()
    html = text_of(read(sink), "html")
    assert [run for run in RUNS if run in html] == []
