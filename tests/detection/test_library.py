"""The rules that come with the product: each trips where it must, and only there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import DetectionRule, RuleMode, Severity, TelemetrySource
from incidents.sources.detection import evaluation, library
from incidents.sources.detection.writing import save_rule
from tests.detection import backfilled
from tests.detection.servers import Asked, Reply, Server, matrix, serving, vector
from tests.detection.test_clients import _certificate, _cluster

ENTRIES = library.entries()
BY_KIND = {
    kind: [slug for slug, entry in ENTRIES.items() if entry.source_kind == kind]
    for kind in ("prometheus", "loki", "kubernetes", "http")
}


@pytest.fixture
def shipped(severities: dict[str, Severity]) -> None:
    library.load_rules()


def _switched_on(slug: str, source: TelemetrySource) -> DetectionRule:
    rule = DetectionRule.objects.get(library_slug=slug)
    return save_rule(rule, {"source": source, "mode": "live", "hold_seconds": 0})


def _source(kind: str, url: str) -> TelemetrySource:
    return TelemetrySource.objects.create(name=kind, kind=kind, url=url)


def test_it_ships_every_rule_switched_off(shipped: None) -> None:
    rules = DetectionRule.objects.all()
    assert {rule.library_slug for rule in rules} == set(ENTRIES)
    assert {rule.mode for rule in rules} == {RuleMode.OFF}
    assert all(rule.description.endswith(".") for rule in rules)
    assert sum(len(slugs) for slugs in BY_KIND.values()) == len(ENTRIES)


def test_loading_again_changes_nothing_and_keeps_what_people_did(shipped: None) -> None:
    assert library.load_rules() == []
    edited = DetectionRule.objects.get(library_slug="low-disk-space")
    save_rule(edited, {"threshold": 0.2})
    DetectionRule.objects.get(library_slug="service-down").delete()
    assert library.load_rules() == []
    assert DetectionRule.objects.get(library_slug="low-disk-space").threshold == 0.2
    assert not DetectionRule.objects.filter(library_slug="service-down").exists()


def test_a_newer_release_brings_untouched_rules_up_to_date(shipped: None) -> None:
    rule = DetectionRule.objects.get(library_slug="low-disk-space")
    DetectionRule.objects.filter(pk=rule.pk).update(threshold=0.3)
    assert library.load_rules() == [rule]
    assert DetectionRule.objects.get(pk=rule.pk).threshold == 0.1


def test_it_leaves_a_rule_of_the_same_name_alone(severities: dict[str, Severity]) -> None:
    mine = {"name": "Low disk space", "severity": severities["P1"], "mode": "off"}
    DetectionRule.objects.create(**mine)
    library.load_rules()
    assert DetectionRule.objects.get(name="Low disk space").library_slug == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('kind = "threshold"\nseverity = "P1"', "'source' is missing"),
        ('kind = "tarot"\nsource = "http"\nseverity = "P1"', "'tarot' is missing or unknown"),
        ('kind = "threshold"\nsource = "http"\nseverity = "P1"\ncolour = 1', "no field 'colour'"),
    ],
)
def test_it_names_the_file_at_fault(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "odd.toml").write_text(text)
    with pytest.raises(library.LibraryError, match=f"odd.toml: .*{words}"):
        library.read(tmp_path / "odd.toml")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with backfilled.prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield url


@pytest.mark.flow
@pytest.mark.parametrize("slug", BY_KIND["prometheus"])
def test_it_trips_on_what_is_bad_and_not_on_what_is_good(
    shipped: None, history: str, slug: str
) -> None:
    rule = _switched_on(slug, _source("prometheus", history))
    run = evaluation.run(rule)
    assert (run.error, run.note, run.series) == ("", "", 2)
    (series,) = rule.series.all()
    assert "bad" in series.labels.values()


# What must trip each threshold that asks Prometheus, and what only just must not: runs everywhere,
# where the test above needs a Prometheus to judge the queries themselves.
EDGES = {
    "service-down": (0.0, 1.0),
    "workflow-failures": (0.201, 0.2),
    "memory-exhaustion": (0.049, 0.05),
    "low-disk-space": (0.099, 0.1),
    "high-error-rate": (0.0501, 0.05),
    "slow-answers": (1.001, 1.0),
    "very-slow-answers": (2.001, 2.0),
    "low-availability": (99.49, 99.5),
}


@pytest.mark.parametrize("slug", EDGES)
def test_it_trips_just_over_its_line_and_not_on_it(shipped: None, slug: str) -> None:
    bad, good = EDGES[slug]
    answer = vector(({"it": "bad"}, bad), ({"it": "good"}, good))
    with serving(lambda _: (200, answer)) as server:
        rule = _switched_on(slug, _source("prometheus", server.url))
        assert (evaluation.run(rule).series, rule.series.get().labels) == (2, {"it": "bad"})


def _burning(asked: Asked) -> Reply:
    """Of 99.9 %, 0.015 of errors burns at 15, over 14.4; 0.005 at 5, under both factors."""
    return 200, vector(({"it": "bad"}, 0.015), ({"it": "good"}, 0.005))


def _falling(asked: Asked) -> Reply:
    begun, ended = float(asked.params["start"]), float(asked.params["end"])
    rows = [({"it": name}, [(begun, 1.0), (ended, now)]) for name, now in _QUALITY.items()]
    return 200, matrix(*rows)


_QUALITY = {"bad": 0.79, "good": 0.81}


def _unusual(asked: Asked) -> Reply:
    """0.2 s in each of the last four weeks; 0.31 is half as much again and more, 0.29 is not."""
    if not asked.path.endswith("query_range"):
        return 200, vector(({"it": "bad"}, 0.31), ({"it": "good"}, 0.29))
    end = float(asked.params["end"])
    points = [(end - n * 900, 0.2) for n in range(4 * 672, 0, -1)]
    return 200, matrix(({"it": "bad"}, points), ({"it": "good"}, points))


@pytest.mark.parametrize(
    ("slug", "answer"),
    [
        ("slo-burn-rate", _burning),
        ("quality-drop", _falling),
        ("performance-degradation", _unusual),
    ],
)
def test_it_trips_where_its_formula_says_and_not_below(
    shipped: None, slug: str, answer: Callable[[Asked], Reply]
) -> None:
    with serving(answer) as server:
        rule = _switched_on(slug, _source("prometheus", server.url))
        run = evaluation.run(rule)
    assert (run.error, run.note, run.series) == ("", "", 2)
    assert rule.series.get().labels == {"it": "bad"}


def test_each_rule_of_the_list_is_tripped_by_a_test() -> None:
    formulas = {"slo-burn-rate", "quality-drop", "performance-degradation"}
    assert {*EDGES, *formulas} == set(BY_KIND["prometheus"])


@pytest.mark.parametrize(("count", "firing"), [(101.0, 1), (100.0, 0)])
def test_it_counts_the_errors_of_a_log(shipped: None, count: float, firing: int) -> None:
    with serving(lambda _: (200, vector(({"app": "shop"}, count)))) as server:
        rule = _switched_on("error-burst", _source("loki", server.url))
        assert evaluation.run(rule).firing == firing
    assert r"(?i)\\b(error|exception|fatal)\\b" in server.seen[0].params["query"]


@pytest.mark.parametrize("slug", BY_KIND["kubernetes"])
def test_it_trips_in_a_sick_cluster_and_not_in_a_healthy_one(shipped: None, slug: str) -> None:
    server: Server
    with serving(_cluster) as server:
        rule = _switched_on(slug, _source("kubernetes", server.url))
        assert evaluation.run(rule).firing == 1
        server.answer = _healthy
        assert evaluation.run(rule).firing == 0


def _healthy(asked: Asked) -> Reply:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    node: dict[str, Any] = {"metadata": {"name": "n1"}, "status": ready}
    return 200, {"items": [node] if asked.path.endswith("nodes") else []}


@pytest.mark.parametrize(("status", "firing"), [(200, 0), (503, 1)])
def test_it_trips_when_an_address_is_down(shipped: None, status: int, firing: int) -> None:
    with serving(lambda _: (status, b"")) as server:
        rule = _switched_on("address-down", _source("http", server.url))
        assert evaluation.run(rule).firing == firing


@pytest.mark.parametrize(("days", "firing"), [(13, 1), (15, 0)])
def test_it_trips_before_a_certificate_expires(
    shipped: None, tmp_path: Path, days: int, firing: int
) -> None:
    context = _certificate(tmp_path, clock.now() + timedelta(days=days))
    with serving(lambda _: (200, b""), context) as server:
        rule = _switched_on("certificate-expiry", _source("http", server.url))
        assert evaluation.run(rule).firing == firing
