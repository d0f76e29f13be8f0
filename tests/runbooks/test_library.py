"""The runbooks that come with the product."""

from pathlib import Path

import pytest

from incidents.kernel.actor import Actor
from incidents.models import Severity
from runbooks import services
from runbooks.models import Runbook
from runbooks.rendering import outline
from runbooks.services.library import FOLDER, LibraryError, load_library, read
from tests.conftest import Declare, People

pytestmark = pytest.mark.usefixtures("severities")
HEAD = "---\ntitle: Disk\nminutes: 5\nmatch title: disk\n---\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "disk.md").write_text(f"{HEAD}## Look\n")
    return tmp_path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_each_is_complete(path: Path) -> None:
    entry = read(path)
    parts = outline(entry.fields["body"])
    assert entry.fields["summary"]
    assert entry.fields["estimated_minutes"]
    assert entry.patterns
    assert parts.introduction
    assert len(parts.steps) >= 5
    assert all(step.body for step in parts.steps)
    assert "```" in entry.fields["body"]


def test_loading_twice_changes_nothing(severities: dict[str, Severity]) -> None:
    assert len(load_library()) == len(list(FOLDER.glob("*.md"))) >= 8
    assert load_library() == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Error rate above 5 % on checkout", "High error rate"),
        ("p99 latency of search is 8 s", "Slow responses"),
        ("Checkout is down", "Service outage"),
        ("OOMKilled: api", "Memory exhausted"),
        ("FATAL: too many connections", "Database connections exhausted"),
        ("Disk usage over 90 % on db-1", "Disk is filling up"),
        ("TLS certificate of shop.example.com expires", "Certificate expires"),
        ("429 from the card network", "Rate limits hit"),
    ],
)
def test_each_is_suggested_for_what_it_is_for(declare: Declare, title: str, expected: str) -> None:
    load_library()
    assert services.match(declare(title))[0].runbook.title == expected


def test_it_brings_a_new_text_of_the_product(folder: Path) -> None:
    load_library(folder)
    (folder / "disk.md").write_text(f"{HEAD}## Look closely\n")
    (updated,) = load_library(folder)
    assert (updated.version, updated.body) == (2, "## Look closely")


def test_it_leaves_what_people_have_edited(folder: Path, people: People) -> None:
    (runbook,) = load_library(folder)
    runbook.body = "## Ours"
    services.write(runbook, actor=Actor.of(people.admin))
    (folder / "disk.md").write_text(f"{HEAD}## Look closely\n")
    assert load_library(folder) == []
    assert Runbook.objects.get().body == "## Ours"


def test_it_does_not_bring_back_what_people_have_deleted(folder: Path, people: People) -> None:
    (runbook,) = load_library(folder)
    services.remove(runbook_id=runbook.pk, actor=Actor.of(people.admin))
    assert load_library(folder) == []


@pytest.mark.parametrize("text", ["## Look", "---\ncolour: red\n---\nx", "---\ntitle: Disk\n---\n"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.md").write_text(text)
    with pytest.raises(LibraryError, match=r"odd\.md"):
        load_library(tmp_path)
