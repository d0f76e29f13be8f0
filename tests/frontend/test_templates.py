"""What the content security policy, the sprite and the size limits ask of every template."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from incidents.kernel.fact_types import FACTS
from incidents.templatetags import console

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# An exported post-mortem and a mail are no pages of the site: they carry their styles with them.
OWN_STYLE = ("postmortems/*document.html", "statuspage/mail/*.html")
PAGES = [path for path in TEMPLATES if not any(map(path.match, OWN_STYLE))]
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/vendor/icons.svg").read_text()))
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|<script(?![^>]*\ssrc=)", re.IGNORECASE
)
ICON = re.compile(r"{%\s*icon\s+['\"]([\w-]+)['\"]")


def _name(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_it_compiles(path: Path) -> None:
    get_template(_name(path))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_it_keeps_to_the_content_security_policy(path: Path) -> None:
    assert not INLINE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_it_asks_only_for_icons_that_the_sprite_has(path: Path) -> None:
    assert set(ICON.findall(path.read_text(encoding="utf-8"))) <= SPRITE


def test_it_has_an_icon_for_each_fact_and_state() -> None:
    facts = {fact.icon for _, fact in FACTS.items()}
    states = {symbol for _, symbol, _ in console.STATES.values()}
    assert facts | states <= SPRITE


def test_it_serves_every_module_that_a_script_imports() -> None:
    scripts = ROOT / "static" / "js"
    for script in scripts.rglob("*.js"):
        for name in re.findall(r'(?:from|import) "(\./[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"
