"""From the answer of the door to what has become of the message, and why."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client
from httpx import Response

from incidents.kernel.errors import Conflict
from incidents.models import Alert, Integration, Signal, User
from incidents.pipeline import intake
from tests.conftest import People
from tests.intake.conftest import Fold, Visitor

SignIn = Callable[[User], Client]


@pytest.fixture
def observer(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.observer)


def address_of(answer: Response) -> str:
    return str(urlsplit(answer.json()["trace"]).path)


def read(browser: Client, answer: Response) -> str:
    return browser.get(address_of(answer), follow=True).content.decode()


def test_it_leads_from_the_wire_to_the_alert_and_back(
    visitor: Visitor, fold: Fold, observer: Client
) -> None:
    answer = visitor.event(source="db-2")
    assert "Not looked at yet" in read(observer, answer)
    fold()
    alert = Alert.objects.get()
    assert f'href="/alerts/{alert.pk}"' in read(observer, answer)
    assert (
        f"/signals/{alert.first_signal_id}" in observer.get(f"/alerts/{alert.pk}").content.decode()
    )


def test_strangers_must_sign_in_first(visitor: Visitor) -> None:
    assert Client().get(address_of(visitor.event())).status_code in {302, 401}


def test_it_tells_a_repeat_from_a_duplicate_and_an_end_from_nothing(
    visitor: Visitor, fold: Fold, observer: Client
) -> None:
    answers = [
        visitor.event(),
        visitor.event(message="Fuller than before"),
        visitor.event(message="Fuller than before"),
        visitor.event(action="resolve"),
        visitor.event(action="resolve"),
    ]
    fold()
    told = ("1 new alert", "1 repeat", "1 duplicate", "1 resolved", "1 nothing open")
    for answer, words in zip(answers, told, strict=True):
        assert words in read(observer, answer).lower()


def test_it_counts_what_is_past_the_limit(
    visitor: Visitor, fold: Fold, observer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.pipeline.alert_rows.full", lambda senders: senders)
    answer = visitor.event()
    fold()
    assert "1 counted" in read(observer, answer).lower()


def test_it_lists_the_signals_of_an_alert(visitor: Visitor, fold: Fold, observer: Client) -> None:
    for text in ("full", "fuller", "fullest"):
        visitor.event(message=text)
    visitor.event(source="another")
    fold()
    alert = Alert.objects.order_by("pk")[0]
    page = observer.get(f"/alerts/{alert.pk}/signals")
    assert [told for _, told in page.context["rows"]] == ["repeat", "repeat", "new alert"]


def test_it_never_shows_a_key(visitor: Visitor, fold: Fold, observer: Client) -> None:
    answer = visitor.event()
    fold()
    page = read(observer, answer)
    assert visitor.keys["native"] not in page
    assert "YOUR-KEY" in page


@pytest.fixture
def misread(visitor: Visitor, fold: Fold) -> Signal:
    """Any JSON, sent before its integration has a mapping."""
    visitor.post(f"/hooks/generic/{visitor.keys['generic']}", {"what": "Disk", "state": "bad"})
    fold()
    return Signal.objects.get()


def test_it_says_why_a_message_was_not_understood_and_who_can_mend_it(
    misread: Signal, observer: Client, people: People, sign_in: SignIn
) -> None:
    page = observer.get(f"/signals/{misread.pk}").content.decode()
    assert "this integration has no mapping yet" in page
    assert "An admin can mend" in page
    assert "Read again" not in page
    assert (
        "Mend the mapping" in sign_in(people.admin).get(f"/signals/{misread.pk}").content.decode()
    )


def test_a_message_is_read_again_once_the_mapping_is_there(
    misread: Signal, fold: Fold, people: People, sign_in: SignIn
) -> None:
    mapping = {"mapping": {"title": "what"}}
    Integration.objects.filter(kind="generic").update(options=mapping)
    for _ in range(2):  # asked twice, read once
        assert sign_in(people.admin).post(f"/signals/{misread.pk}/read-again").status_code == 302
    fold()
    assert (Alert.objects.get().title, Alert.objects.get().count) == ("Disk", 1)


def test_what_was_understood_is_not_read_again(visitor: Visitor, fold: Fold) -> None:
    visitor.event()
    fold()
    with pytest.raises(Conflict):
        intake.read_again(signal_id=Signal.objects.get().pk)


def test_only_admins_have_it_read_again(misread: Signal, people: People, sign_in: SignIn) -> None:
    answer = sign_in(people.commander).post(f"/signals/{misread.pk}/read-again")
    misread.refresh_from_db()
    assert (answer.status_code, misread.state) == (403, "rejected")
