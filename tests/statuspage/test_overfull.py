"""Sixty components, two hundred incidents: still light, still quick, still whole."""

import time
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it brings no types
import pytest
from pytest_django import DjangoAssertNumQueries

from incidents.models import Severity
from statuspage.models import PublicIncident, StatusPage
from statuspage.rendering import view
from statuspage.rendering.assets import assets
from statuspage.rendering.pages import overview
from statuspage.services import refresh
from statuspage.services.snapshots import changed
from tests.conftest import Declare
from tests.statuspage import overfull
from tests.statuspage.conftest import Publish

BytesOf = Callable[[str], str]
MOST_BYTES = 40_000
# Both languages, on a machine that has other things to do.
MOST_SECONDS = 3.0


@pytest.fixture
def full(page: StatusPage, severities: dict[str, Severity]) -> StatusPage:
    overfull.fill(page, severities["P1"])
    return page


def weight(text: str) -> int:
    return len(brotli.compress(text.encode(), quality=5))


def test_it_stays_under_forty_kilobytes_with_all_that_belongs_to_it(
    full: StatusPage, bytes_of: BytesOf
) -> None:
    changed([full])
    refresh(full.pk)
    style = sum(weight(assets()[name].body.decode()) for name in ("status.css", "status.js"))
    for path in ("", "history"):
        html = bytes_of(path)
        assert html.count("<li") > 200
        assert weight(html) + style < MOST_BYTES, path


def test_it_is_read_in_a_fixed_number_of_queries(
    full: StatusPage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(13):
        seen = view.load(full)
    assert len(seen.components) == overfull.COMPONENTS
    assert len(seen.active) + len(seen.past) >= overfull.INCIDENTS


def test_it_is_rendered_quickly(full: StatusPage) -> None:
    full.languages = ["de"]
    overview(view.load(full))  # templates are read once
    began = time.perf_counter()
    overview(view.load(full))
    assert time.perf_counter() - began < MOST_SECONDS


def test_the_years_before_are_pages_of_their_own(full: StatusPage, bytes_of: BytesOf) -> None:
    changed([full])
    refresh(full.pk)
    years = {at.year for at in PublicIncident.objects.values_list("started_at", flat=True)}
    assert len(years) >= 2
    for year in years:
        assert f"/history/{year}" in bytes_of("history")
        told = [p for p in PublicIncident.objects.all() if p.started_at.year == year]
        assert all(public.path in bytes_of(f"history/{year}") for public in told)


def test_a_publication_renders_only_the_years_that_it_changes(
    full: StatusPage, declare: Declare, publish: Publish
) -> None:
    changed([full])
    refresh(full.pk)
    written = dict(full.snapshots.values_list("path", "rendered_at"))
    publish(declare(), title="New")
    again = dict(full.snapshots.values_list("path", "rendered_at"))
    oldest = min(path for path in written if path.startswith("history/"))
    newest = max(path for path in written if path.startswith("history/"))
    assert again[oldest] == written[oldest]
    assert again[newest] > written[newest]


def test_what_is_hidden_is_gone_from_its_year_too(full: StatusPage, bytes_of: BytesOf) -> None:
    changed([full])
    refresh(full.pk)
    oldest = PublicIncident.objects.order_by("started_at").first()
    assert oldest is not None
    path = f"history/{oldest.started_at.year}"
    assert oldest.key in bytes_of(path)
    oldest.delete()
    refresh(full.pk)
    assert oldest.key not in bytes_of(path)
