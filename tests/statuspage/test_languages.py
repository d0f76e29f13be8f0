"""The page in several languages: what the product says is translated, what people wrote is not."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from incidents.kernel import clock
from statuspage.models import Component, StatusPage
from statuspage.rendering import pages, stamps, words
from statuspage.rendering.frame import spoken
from statuspage.services import refresh
from statuspage.services.snapshots import changed
from tests.conftest import Declare, FrozenClock
from tests.statuspage.conftest import Publish

BytesOf = Callable[[str], str]
ROOT = Path(settings.BASE_DIR)
# Templates that customers read.
SPOKEN = ("public", "subscribe", "mail")
CALLS = {"gettext": 0, "gettext_noop": 0, "ngettext": 0, "pgettext": 1}


@pytest.fixture
def german_too(page: StatusPage, checkout: Component) -> StatusPage:
    page.languages = ["de"]
    page.save()
    changed([page])
    refresh(page.pk)
    return page


def test_a_page_is_read_in_each_of_its_languages(
    german_too: StatusPage, declare: Declare, publish: Publish, checkout: Component,
    bytes_of: BytesOf, frozen: FrozenClock,
) -> None:  # fmt: skip
    update = publish(
        declare(), body="Written by hand.", effects={checkout: "major_outage"}, title="Card"
    )
    path = update.public_incident.path
    for found in (bytes_of("de"), bytes_of(f"de/{path}")):
        assert '<html lang="de" dir="ltr"' in found
        assert "Ausfall" in found
        assert "Wird untersucht" in found
        assert "Written by hand." in found
        assert f'href="{stamps.BASE}/de/history"' in found
    assert "3. Nov 2026" in bytes_of(f"de/{path}")
    assert "November 2026" in bytes_of("de/history")
    assert '<html lang="en"' in bytes_of(path)


def test_each_language_leads_to_the_other_and_says_so_to_search_engines(
    german_too: StatusPage, bytes_of: BytesOf
) -> None:
    english, german = bytes_of("history"), bytes_of("de/history")
    assert f'href="{stamps.BASE}/de/history" lang="de" hreflang="de">Deutsch</a>' in english
    assert f'href="{stamps.BASE}/history" lang="en" hreflang="en">English</a>' in german
    url = german_too.public_url
    for html in (english, german):
        assert f'hreflang="en" href="{url}/history"' in html
        assert f'hreflang="de" href="{url}/de/history"' in html
    assert f'<link rel="canonical" href="{url}/de/history">' in german


def test_a_page_may_be_german_alone(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    page.language, page.languages = "de", ["de"]
    page.save()
    changed([page])
    refresh(page.pk)
    assert "Online checkout funktioniert" in bytes_of("")
    assert "hreflang" not in bytes_of("")
    assert not page.snapshots.filter(path__startswith="de").exists()


def test_a_language_that_is_given_up_leaves_nothing_behind(
    german_too: StatusPage, declare: Declare, publish: Publish
) -> None:
    publish(declare())
    assert german_too.snapshots.filter(path__startswith="de/incidents/").exists()
    StatusPage.objects.filter(pk=german_too.pk).update(languages=[])
    changed([german_too])
    refresh(german_too.pk)
    assert not german_too.snapshots.filter(path__startswith="de").exists()


def test_the_door_says_how_fresh_it_is_in_the_language_of_the_page(
    german_too: StatusPage, bytes_of: BytesOf, frozen: FrozenClock
) -> None:
    body = bytes_of("de").encode()
    late = stamps.fill(body, stamps.ROOT, as_of=clock.now(), stale=True, etag="x").decode()
    assert "Diese Seite ist nicht aktuell." in late
    assert "3. Nov 2026, 03:10 UTC" in late
    assert 'href="/de/history"' in late
    assert "<!--" not in late


def test_an_address_that_leads_nowhere_says_so_in_the_language_of_the_reader() -> None:
    asked = {"de-CH, en;q=0.5": "gibt es nicht", "fr, *": "no such", "": "no such"}
    for accepted, words_of_it in asked.items():
        html = pages.not_found(pages.NO_STATUS_PAGE, stamps.ROOT, spoken(accepted)).decode()
        assert words_of_it in html


def test_dates_and_figures_are_written_as_the_language_does(frozen: FrozenClock) -> None:
    with translation.override("de"):
        assert words.short_date(clock.now()) == "3. Nov"
        assert words.percent(99.95) == "99,95\xa0%"
        assert words.join(["A", "B", "C"]) == "A, B und C"
        assert words.few("ABCDEF") == "A, B, C, D und 2 weitere"
    assert words.few("ABCDE") == "A, B, C, D, E"
    assert words.percent(99.95) == "99.95\xa0%"


def test_everything_that_the_page_says_is_there_in_german() -> None:
    catalogue = trans_real.translation("de")
    missing = [text for text in said() if text not in catalogue._catalog]
    assert missing == []


def test_the_compiled_words_are_those_that_were_written() -> None:
    """Otherwise: make messages."""
    folder = ROOT / "locale" / "de" / "LC_MESSAGES"
    written = (folder / "django.po").read_text()
    compiled = (folder / "django.mo").read_bytes().decode(errors="replace")
    told = re.findall(r'^msgstr(?:\[\d\])? "(.+)"$', written, re.MULTILINE)
    assert len(told) > 100
    assert [one for one in told if one.replace('\\"', '"') not in compiled] == []


def said() -> Iterator[str]:
    """All that renderer and templates have translated; of plurals, the singular's entry."""
    sources = [*(ROOT / "statuspage").rglob("*.py"),
               *(ROOT / "incidents/reactions/notifications/channels").glob("*.py")]  # fmt: skip
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(
                getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", "")
            )
            if isinstance(node, ast.Call) and name in CALLS:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if name == "pgettext":
                    yield "\x04".join(map(str, texts))
                elif name != "ngettext" and texts:
                    yield str(texts[0])
    templates = ROOT / "templates/statuspage"
    for template in [path for name in SPOKEN for path in (templates / name).glob("*")]:
        text = templatize(template.read_text())
        for match in re.finditer(r"gettext\(u?(['\"])(.*?)(?<!\\)\1\)|_\((\"|')(.*?)\3\)", text):
            yield match[2] or match[4]
