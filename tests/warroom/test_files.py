"""Files of a room: added, shown, downloaded, removed, and never half there."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from incidents.access import Principal
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotAllowed, Unavailable
from incidents.models import Fact, Incident, User
from tests.conftest import Declare, FrozenClock, People
from tests.warroom import samples
from tests.warroom.samples import HTML, SVG, archive, picture, sent, upload
from warroom.models import Attachment, Message
from warroom.services import chat, files
from warroom.services.files import shelf
from warroom.services.sharing import share

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def shelf_of_its_own(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def add(incident: Incident, by: User, *uploads: files.Upload) -> list[Attachment]:
    given = list(uploads) or [upload()]
    return files.add(incident_id=incident.pk, uploads=given, actor=Actor.of(by))


def test_it_adds_a_file_and_tells_of_it(
    incident: Incident, people: People, shelf_of_its_own: Path
) -> None:
    [row] = add(incident, people.teammate, upload(picture(), "cpu.png"))
    fact = Fact.objects.get(incident=incident, seq=row.seq)
    assert (fact.kind, fact.text) == ("file.added", "added the file cpu.png")
    assert fact.data["id"] == str(row.pk)
    assert fact.data["media_type"] == "image/png"
    assert (row.width, row.height, row.uploaded_by_handle) == (900, 300, "tom")
    assert lying(shelf_of_its_own) == [row.pk.hex, f"{row.pk.hex}.preview"]
    assert shelf.place_of(row.pk).read_bytes() == picture()


def test_a_message_carries_files_and_may_be_only_files(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    client = sign_in(people.teammate)
    address = f"/incidents/{incident.reference}/files/share"
    both = {"text": "Look", "file": [sent(picture(), "a.png"), sent()]}
    assert client.post(address, both, headers={"HX-Request": "true"}).json() == {"seq": 3}
    assert client.post(address, {"file": sent(name="b.txt")}).status_code == 302
    said = [(m.body, m.attachments.count()) for m in Message.objects.order_by("seq")]
    assert said == [("Look", 2), ("", 1)]
    kinds = Fact.objects.filter(incident=incident, seq__gt=2).values_list("kind", flat=True)
    assert list(kinds) == ["chat.posted", "file.added", "file.added", "chat.posted", "file.added"]
    assert Fact.objects.get(incident=incident, seq=6).text == "sent a file"
    page = client.get(f"/incidents/{incident.reference}").content.decode()
    assert [page.count(f'id="m-{seq}"') for seq in (3, 4, 5, 6, 7)] == [1, 0, 0, 1, 0]
    assert page.count('class="picture"') == 1
    assert page.count('class="file-chip" href') == 2


def test_what_is_sent_again_is_there_once(
    incident: Incident, people: People, shelf_of_its_own: Path
) -> None:
    again, lone = uuid.uuid4(), uuid.uuid4()
    for _ in range(2):
        message = share(
            principal=Principal(user=people.teammate),
            incident=incident,
            text="",
            uploads=[upload()],
            envelope=chat.Envelope(client_id=again),
        )
        [row] = files.add(
            incident_id=incident.pk,
            uploads=[upload()],
            actor=Actor.of(people.teammate),
            client_id=lone,
        )
    assert Message.objects.get() == message
    assert Attachment.objects.count() == 2
    assert lying(shelf_of_its_own) == sorted(
        pk.hex for pk in Attachment.objects.values_list("pk", flat=True)
    )
    assert row.message is None


def test_the_log_is_read_by_as_many_queries_however_many_files_there_are(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    client, asked = sign_in(people.observer), []
    for _ in range(2):
        for _ in range(3):
            add(incident, people.teammate, upload(picture(size=(8, 8)), "a.png"), upload())
            _share(incident, people.teammate, upload(), upload())
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/incidents/{incident.reference}")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def _share(incident: Incident, by: User, *uploads: files.Upload, text: str = "") -> Message:
    return share(principal=Principal(user=by), incident=incident, text=text, uploads=list(uploads))


def test_a_command_takes_no_files(incident: Incident, people: People) -> None:
    with pytest.raises(Invalid, match="A command takes no files"):
        _share(incident, people.teammate, upload(), text="/note see the graph")
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "type_", "disposition"),
    [
        (picture(), "cpu.png", "image/png", 'inline; filename="cpu.png"'),
        (SVG, "cpu.svg", "text/plain; charset=utf-8", 'attachment; filename="cpu.svg.txt"'),
        (HTML, "a.html", "text/plain; charset=utf-8", 'attachment; filename="a.html.txt"'),
        (archive(), "logs.zip", "application/zip", 'attachment; filename="logs.zip"'),
    ],
    ids=samples.words,
)
def test_a_download_can_do_nothing_but_be_a_file(
    sign_in: SignIn,
    incident: Incident,
    people: People,
    content: bytes,
    name: str,
    type_: str,
    disposition: str,
) -> None:
    [row] = add(incident, people.teammate, upload(content, name))
    answer = sign_in(people.observer).get(row.get_absolute_url())
    assert answer.content == content
    assert answer.headers["Content-Type"] == type_
    assert answer.headers["Content-Disposition"] == disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_it_is_not_sent_again_to_who_has_it(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    [row] = add(incident, people.teammate, upload(picture(), "cpu.png"))
    client = sign_in(people.observer)
    for address in (row.get_absolute_url(), row.preview_url):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(row.preview_url).headers["Content-Type"] == "image/webp"


def test_a_private_file_is_not_there_for_strangers(
    sign_in: SignIn, declare: Declare, incident: Incident, people: People
) -> None:
    hidden = declare("Secret", by=people.commander, private=True)
    [row] = add(hidden, people.commander, upload(picture(), "a.png"))
    stranger = sign_in(people.stranger)
    for address in (row.get_absolute_url(), row.preview_url):
        assert sign_in(people.commander).get(address).status_code == 200
        assert stranger.get(address).status_code == 404
        elsewhere = address.replace(hidden.reference, incident.reference)
        assert stranger.get(elsewhere).status_code == 404
    assert stranger.post(row.remove_url).status_code == 404


def test_it_is_removed_by_who_added_it_or_by_a_commander(
    incident: Incident,
    people: People,
    shelf_of_its_own: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rows = add(incident, people.teammate, upload(picture(), "a.png"), upload())
    with pytest.raises(NotAllowed):
        _remove(incident, people.stranger, rows[0])
    for person, row in zip((people.teammate, people.commander), rows, strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            _remove(incident, person, row)
            _remove(incident, person, row)
    assert lying(shelf_of_its_own) == []
    facts = Fact.objects.filter(incident=incident, kind="file.removed")
    assert [fact.text for fact in facts] == [
        "removed the file a.png",
        "removed the file notes.txt",
    ]


def _remove(incident: Incident, by: User, row: Attachment) -> None:
    files.remove(principal=Principal(user=by), incident=incident, file_id=row.pk)


def test_a_removed_file_is_gone_and_its_row_says_so(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    message = _share(incident, people.teammate, upload(picture(), "a.png"))
    row = message.attachments.get()
    client = sign_in(people.teammate)
    tag = client.get(row.get_absolute_url()).headers["ETag"]
    assert client.post(row.remove_url).status_code == 302
    gone = client.get(row.get_absolute_url(), headers={"If-None-Match": tag})
    assert gone.status_code == 404
    page = client.get(f"/incidents/{incident.reference}").content.decode()
    assert "a.png was removed" in page
    assert row.preview_url not in page
    tab = client.get(f"/incidents/{incident.reference}/files").content.decode()
    assert row.preview_url not in tab


def test_there_is_a_most_of_files_in_an_incident(
    settings: Settings, incident: Incident, people: People, shelf_of_its_own: Path
) -> None:
    settings.UPLOADS_PER_INCIDENT = 3
    rows = add(incident, people.teammate, upload(), upload(), upload())
    with pytest.raises(Conflict, match="The incident has 3 files; 3 are the most"):
        add(incident, people.teammate)
    _remove(incident, people.teammate, rows[0])
    add(incident, people.teammate)
    with pytest.raises(Invalid, match="These are 6 files; 5 at once are the most"):
        add(incident, people.teammate, *(upload() for _ in range(6)))


def test_a_file_that_is_refused_takes_the_others_with_it(
    incident: Incident, people: People, shelf_of_its_own: Path
) -> None:
    with pytest.raises(Invalid, match=r"“a\.exe” is of a kind that cannot be attached"):
        add(incident, people.teammate, upload(), upload(b"MZ\x90\x00\x03", "a.exe"))
    assert lying(shelf_of_its_own) == []
    assert not Attachment.objects.exists()


def test_there_is_never_a_row_without_its_content(
    incident: Incident, people: People, shelf_of_its_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between content and row: what is left is a content, and the sweep takes it."""

    def killed(*_: object, **__: object) -> None:
        raise OperationalError("the database went away, nobody knows whether it committed")

    monkeypatch.setattr("incidents.events.bus.emit", killed)
    with pytest.raises(OperationalError):
        add(incident, people.teammate)
    assert not Attachment.objects.exists()
    assert len(lying(shelf_of_its_own)) == 1
    assert files.sweep() == 0


def test_the_sweep_takes_only_what_no_row_knows(
    incident: Incident, people: People, shelf_of_its_own: Path, frozen: FrozenClock
) -> None:
    frozen.at = clock.datetime.now(clock.UTC)
    rows = add(incident, people.teammate, upload(picture(), "a.png"), upload())
    for path in (shelf.place_of(uuid.uuid4()), shelf_of_its_own / "arriving" / uuid.uuid4().hex):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left behind")
    _remove(incident, people.teammate, rows[1])
    assert files.sweep() == 0
    frozen.fast_forward(minutes=61)
    assert files.sweep() == 3
    assert lying(shelf_of_its_own) == [rows[0].pk.hex, f"{rows[0].pk.hex}.preview"]


def test_it_takes_no_files_when_the_disk_is_nearly_full(
    incident: Incident, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shelf.shutil._ntuple_diskusage(10 << 30, (10 << 30) - 1000, 1000)
    monkeypatch.setattr(shelf.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(Unavailable, match="disk is nearly full"):
        add(incident, people.teammate)


def test_a_file_by_itself_has_a_row_of_its_own_in_the_log(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    [row] = add(incident, people.teammate, upload(picture(), "a.png"))
    chat.post(incident_id=incident.pk, body="Thanks", actor=Actor.of(people.commander))
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert f'id="m-{row.seq}"' in page
    assert row.preview_url in page


def test_the_tab_lists_and_finds_files(sign_in: SignIn, incident: Incident, people: People) -> None:
    client, address = sign_in(people.teammate), f"/incidents/{incident.reference}/files"
    assert "No files yet" in client.get(address).content.decode()
    both = [sent(picture(), "cpu.png"), sent(name="slow.log")]
    answer = client.post(address, {"file": both}, follow=True)
    assert "Added: cpu.png, slow.log" in answer.content.decode()
    found = client.get(address, {"q": "SLOW"}, headers={"HX-Request": "true"}).content.decode()
    assert "slow.log" in found
    assert "cpu.png" not in found
    assert "<html" not in found
    room = client.get(f"/incidents/{incident.reference}?tab=files").content.decode()
    assert 'id="n-files">2</span>' in room
    assert "No file is called that" in client.get(address, {"q": "nothing"}).content.decode()


def test_an_observer_adds_and_removes_nothing(
    sign_in: SignIn, incident: Incident, people: People
) -> None:
    [row] = add(incident, people.teammate)
    client = sign_in(people.observer)
    for last in ("files", "files/share", f"files/{row.pk}/remove"):
        address = f"/incidents/{incident.reference}/{last}"
        assert client.post(address, {"file": sent()}).status_code == 403
    assert "Add files" not in client.get(f"/incidents/{incident.reference}/files").content.decode()


def test_the_files_of_a_message_go_with_it(
    sign_in: SignIn,
    incident: Incident,
    people: People,
    shelf_of_its_own: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    message = _share(incident, people.teammate, upload(picture(), "a.png"), text="Look")
    with django_capture_on_commit_callbacks(execute=True):
        chat.delete(message_id=message.pk, principal=Principal(user=people.commander))
    assert lying(shelf_of_its_own) == []
    page = sign_in(people.observer).get(f"/incidents/{incident.reference}").content.decode()
    assert "message deleted by Cara Commander" in page
    assert "a.png" not in page.partition('<ol id="log"')[2].partition("</ol>")[0]


def test_the_words_of_a_message_may_go_while_its_files_stay(
    incident: Incident, people: People
) -> None:
    actor = Actor.of(people.teammate)
    message = _share(incident, people.teammate, upload(), text="Look")
    assert chat.edit(message_id=message.pk, body="", actor=actor).body == ""
