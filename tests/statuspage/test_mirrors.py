"""Copies that live without us, written to a real directory, to storage and to a Git remote."""

import base64
import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import boto3
import brotli  # type: ignore[import-untyped]  # it brings no types
import pytest
from django.test import override_settings
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import WSGIRequestHandlerLogger, WSGIServerLogger, make_wsgi_chain
from moto.server import ThreadedMotoServer

from incidents.kernel import clock
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import Incident, Service
from statuspage.models import Component, Mirror, PublicIncident, StatusPage
from statuspage.services import mirroring, refresh
from tests.conftest import Declare
from tests.statuspage.conftest import Publish

pytestmark = pytest.mark.django_db

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI-not-a-real-one"
BUCKET = "status-test"
BRANCH = Ref(b"refs/heads/pages")


@pytest.fixture
def outage(declare: Declare, service: Service, publish: Publish, checkout: Component) -> Incident:
    incident = declare("db-7", severity="P0", service=service)
    publish(incident, "identified", "We found it.", {checkout: "major_outage"})
    return incident


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Where a web server would look."""
    with override_settings(MIRRORS_DIR=tmp_path):
        yield tmp_path / "status" / "current"


@pytest.fixture
def directory(page: StatusPage, site: Path) -> Mirror:
    return mirroring.add_mirror(page_id=page.pk, kind="directory", options={"folder": "status"})


@pytest.fixture
def skip() -> Iterator[Callable[[timedelta], None]]:
    def pass_by(time: timedelta) -> None:
        clock.replace(lambda: datetime.now(UTC) + time)

    yield pass_by
    clock.replace(None)


def written(mirror: Mirror) -> Mirror:
    mirroring.write_due()
    mirror.refresh_from_db()
    return mirror


def test_it_writes_the_whole_page_as_plain_files(
    directory: Mirror, site: Path, outage: Incident, page: StatusPage
) -> None:
    assert written(directory).error == ""
    key = PublicIncident.objects.get().key
    for name in ("index.html", "history/index.html", f"incidents/{key}/index.html"):
        html = (site / name).read_text()
        assert "Online checkout is not available" in html
        assert "/status/" not in html.replace(page.public_url, "").replace("/api/status/", "")
        assert "<!--" not in html
    for name in ("api/v2/summary.json", "history.rss", "history.atom", "maintenance.ics", "json"):
        assert (site / name).stat().st_size > 100
    for name in ("assets/status.css", "badge.svg", "embed/index.html", "widget.js", "404.html"):
        assert (site / name).is_file()
    assert directory.files == sum(1 for one in site.rglob("*") if one.suffix not in {".gz", ".br"}
                                  and one.is_file())  # fmt: skip


def test_it_says_as_of_when_it_was_written(directory: Mirror, site: Path, outage: Incident) -> None:
    written(directory)
    assert f"{clock.now():%H:%M} UTC" in (site / "index.html").read_text()


def test_it_lays_compressed_copies_beside(directory: Mirror, site: Path, outage: Incident) -> None:
    written(directory)
    plain = (site / "index.html").read_bytes()
    assert gzip.decompress((site / "index.html.gz").read_bytes()) == plain
    assert brotli.decompress((site / "index.html.br").read_bytes()) == plain


def test_it_turns_to_a_whole_new_version_on_each_change(
    directory: Mirror, site: Path, outage: Incident, publish: Publish
) -> None:
    written(directory)
    before, kept = site.readlink(), (site / "assets/status.css").stat().st_ino
    publish(outage, "resolved", "All is well.")
    written(directory)
    assert site.readlink() != before
    assert "Online checkout is operational" in (site / "index.html").read_text()
    assert (site / "assets/status.css").stat().st_ino == kept  # linked, not written
    publish(outage, "postmortem", "What we learnt.")
    written(directory)
    assert len(list((site.parent / "versions").iterdir())) == 2


def test_it_writes_only_what_is_behind_and_now_and_then_the_time(
    directory: Mirror, site: Path, outage: Incident, skip: Callable[[timedelta], None]
) -> None:
    assert mirroring.write_due() == 1
    assert mirroring.write_due() == 0
    skip(timedelta(minutes=11))
    assert mirroring.write_due() == 1


def test_it_takes_the_copy_away_of_a_page_that_is_no_longer_for_everybody(
    directory: Mirror, site: Path, outage: Incident, page: StatusPage
) -> None:
    written(directory)
    assert site.exists()
    StatusPage.objects.filter(pk=page.pk).update(audience="restricted", version=99)
    refresh(page.pk)
    assert written(directory).files == 0
    assert not site.exists()
    assert list(site.parent.rglob("*.html")) == []


def test_it_copies_nothing_of_a_private_incident(
    directory: Mirror, site: Path, outage: Incident, page: StatusPage
) -> None:
    Incident.objects.update(private=True)
    StatusPage.objects.filter(pk=page.pk).update(version=99)
    refresh(page.pk)
    written(directory)
    found = [one for one in site.rglob("*") if one.is_file() and b"We found it" in one.read_bytes()]
    assert found == []


def test_it_keeps_errors_and_tries_again_later_and_later(
    directory: Mirror, site: Path, outage: Incident, skip: Callable[[timedelta], None]
) -> None:
    site.parent.parent.joinpath("status").write_text("a file where a directory should be")
    failed = written(directory)
    assert "could not be written" in failed.error
    assert mirroring.write_due() == 0
    skip(timedelta(seconds=16))
    assert mirroring.write_due() == 1
    assert Mirror.objects.get().failures == 2
    site.parent.unlink()
    mirroring.write_again(directory.pk)
    assert written(directory).error == ""


@pytest.mark.parametrize("folder", ["", "..", "../etc", "/etc", "a/b", ".hidden", "x" * 99, "a..b"])
def test_it_writes_nowhere_else(page: StatusPage, site: Path, folder: str) -> None:
    with pytest.raises(Invalid):
        mirroring.add_mirror(page_id=page.pk, kind="directory", options={"folder": folder})


def test_it_lets_no_two_copies_overwrite_one_another(directory: Mirror, page: StatusPage) -> None:
    with pytest.raises(Conflict):
        mirroring.add_mirror(page_id=page.pk, kind="directory", options={"folder": "status"})


# Storage


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(storage: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=storage,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    with override_settings(OUTBOUND_ALLOWED=[storage.removeprefix("http://")]):
        yield client
    for row in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=row["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def bucket_of(page: StatusPage, storage: str, **more: str) -> Mirror:
    options = {"endpoint": storage, "bucket": BUCKET, "access_key_id": KEY, **more}
    return mirroring.add_mirror(page_id=page.pk, kind="s3", options=options, secret=SECRET)


def keys(s3: Any) -> set[str]:
    return {row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_it_writes_to_storage_with_types_and_lifetimes(
    page: StatusPage, outage: Incident, s3: Any, storage: str
) -> None:
    assert written(bucket_of(page, storage)).error == ""
    head = s3.get_object(Bucket=BUCKET, Key="index.html")
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["CacheControl"].startswith("public, max-age=15")
    assert b"Online checkout is not available" in head["Body"].read()
    assert s3.head_object(Bucket=BUCKET, Key="json")["ContentType"] == "application/json"


def test_it_puts_what_changed_and_takes_away_only_what_it_put_there(
    page: StatusPage, outage: Incident, s3: Any, storage: str, transfers: Component
) -> None:
    s3.put_object(Bucket=BUCKET, Key="status/of-others.txt", Body=b"theirs")
    s3.put_object(Bucket=BUCKET, Key="elsewhere.txt", Body=b"theirs")
    StatusPage.objects.filter(pk=page.pk).update(version=50)
    refresh(page.pk)
    mirror = written(bucket_of(page, storage, prefix="status"))
    when = s3.head_object(Bucket=BUCKET, Key="status/widget.js")["LastModified"]
    assert "status/badge/transfers.svg" in keys(s3)
    transfers.delete()
    StatusPage.objects.filter(pk=page.pk).update(version=99)
    refresh(page.pk)
    assert written(mirror).error == ""
    assert "status/badge/transfers.svg" not in keys(s3)
    assert {"status/of-others.txt", "elsewhere.txt"} <= keys(s3)
    assert s3.head_object(Bucket=BUCKET, Key="status/widget.js")["LastModified"] == when


def test_it_says_what_the_storage_refused(
    page: StatusPage, outage: Incident, s3: Any, storage: str
) -> None:
    mirror = mirroring.add_mirror(
        page_id=page.pk,
        kind="s3",
        options={"endpoint": storage, "bucket": "not-there", "access_key_id": KEY},
        secret=SECRET,
    )
    failed = written(mirror)
    assert failed.error.startswith("The storage refused it")
    assert SECRET not in failed.error


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://127.0.0.1:9", "file:///etc"])
def test_it_calls_nobody_inside_that_is_not_named(page: StatusPage, url: str) -> None:
    with pytest.raises(Invalid):
        bucket_of(page, url)
    options = {"url": url, "branch": "main"}
    with pytest.raises(Invalid):
        mirroring.add_mirror(page_id=page.pk, kind="git", options=options, secret="x")


def test_it_keeps_no_secret_in_the_open(page: StatusPage, s3: Any, storage: str) -> None:
    mirror = bucket_of(page, storage)
    assert SECRET not in mirror.secret
    assert SECRET not in str(mirror.options)


# Git


@dataclass
class Remote:
    url: str
    repo: Repo
    asked: list[str] = field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        tip = self.repo[self.repo.refs[BRANCH]]
        rows = self.repo.object_store.iter_tree_contents(tip.tree)
        return {row.path.decode(): self.repo[row.sha].data for row in rows}

    def commits(self) -> int:
        tip = self.repo.refs[BRANCH]
        return len(list(self.repo.get_walker(include=[tip])))


class _Silent(WSGIRequestHandlerLogger):
    def log_message(self, *args: object) -> None:
        pass

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    (tmp_path / "site.git").mkdir()
    repo = Repo.init_bare(str(tmp_path / "site.git"))
    served: Any = {"/site.git": repo}
    inner = make_wsgi_chain(DictBackend(served))
    wanted = "Basic " + base64.b64encode(f"bot:{SECRET}".encode()).decode()

    def guarded(environ: Any, start: Any) -> Any:
        if environ.get("HTTP_AUTHORIZATION") != wanted:
            start("401 Unauthorized", [("WWW-Authenticate", "Basic"), ("Content-Length", "0")])
            return [b""]
        return inner(environ, start)

    server = make_server(
        "127.0.0.1", 0, guarded, server_class=WSGIServerLogger, handler_class=_Silent
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = f"127.0.0.1:{server.server_port}"
    with override_settings(OUTBOUND_ALLOWED=[place]):
        yield Remote(f"http://{place}/site.git", repo)
    server.shutdown()
    thread.join()
    server.server_close()
    repo.close()


def pushed(page: StatusPage, remote: Remote, secret: str = SECRET, **more: str) -> Mirror:
    options = {"url": remote.url, "branch": "pages", "username": "bot", **more}
    return written(
        mirroring.add_mirror(page_id=page.pk, kind="git", options=options, secret=secret)
    )


def test_it_pushes_each_change_as_one_commit(
    page: StatusPage, outage: Incident, remote: Remote, publish: Publish
) -> None:
    mirror = pushed(page, remote, cname="status.example.com")
    assert mirror.error == ""
    assert b"Online checkout is not available" in remote.files()["index.html"]
    assert remote.files()["CNAME"] == b"status.example.com\n"
    publish(outage, "resolved", "All is well.")
    assert written(mirror).error == ""
    assert b"Online checkout is operational" in remote.files()["index.html"]
    assert remote.commits() == 2


def test_it_makes_no_commit_to_say_that_nothing_changed(
    page: StatusPage, outage: Incident, remote: Remote, skip: Callable[[timedelta], None]
) -> None:
    pushed(page, remote)
    skip(timedelta(hours=2))
    assert mirroring.write_due() == 0


def test_it_says_that_the_remote_did_not_let_it_in(
    page: StatusPage, outage: Incident, remote: Remote
) -> None:
    failed = pushed(page, remote, secret="wrong-one")
    assert failed.error.startswith("The remote refused it")
    assert "wrong-one" not in failed.error
