"""A page's own look: a few tokens, and whatever is chosen can be read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from statuspage.models import Component, PageImage, StatusPage
from statuspage.rendering import stamps, theme
from statuspage.rendering.colour import contrast, is_readable
from statuspage.services import refresh
from statuspage.services.snapshots import changed

BytesOf = Callable[[str], str]
STYLE = Path(settings.BASE_DIR) / "static" / "status" / "status.css"


def tokens(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):([^;]+);", sheet))


def test_contrast_is_counted_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == pytest.approx(1)


def test_the_colours_that_themes_are_checked_against_are_those_of_the_style() -> None:
    written = dict(
        re.findall(r"--([a-z-]+): light-dark\(([^)]+)\)", STYLE.read_text().split("@supports")[0])
    )
    pairs = [one.replace("#fff,", "#ffffff,").split(", ") for one in written.values()]
    names = ("ink", "muted", "ok", "degraded", "partial", "major", "info")
    assert theme.TEXT["light"] == tuple(written[name].split(", ")[0] for name in names)
    assert theme.TEXT["dark"] == tuple(written[name].split(", ")[1] for name in names)
    assert [theme.OWN["light"]["surface"], theme.OWN["dark"]["surface"]] in pairs
    assert written["page"] == f"{theme.OWN['light']['page']}, {theme.OWN['dark']['page']}"


def test_a_page_without_a_look_of_its_own_asks_for_no_style(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    refresh(page.pk)
    assert "theme.css" not in bytes_of("")
    assert not page.snapshots.filter(path="theme.css").exists()


def test_a_look_is_one_small_style_sheet(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    page.brand, page.on_brand, page.font, page.corners = "#7A1FA2", "#ffffff", "serif", "sharp"
    page.theme = "dark"
    page.save()
    changed([page])
    refresh(page.pk)
    found = tokens(bytes_of("theme.css"))
    assert found["brand"] == "#7a1fa2"
    assert found["on-brand"] == "#ffffff"
    assert found["radius"] == "2px"
    assert "serif" in found["font"]
    assert 'data-theme="dark"' in bytes_of("")
    assert re.search(rf'href="{stamps.BASE}/theme.css\?v=[0-9a-f]{{8}}"', bytes_of(""))
    StatusPage.objects.update(brand="", on_brand="", font="sans", corners="soft")
    changed([page])
    refresh(page.pk)
    assert not page.snapshots.filter(path="theme.css").exists()


@pytest.mark.parametrize("brand", ["#ffe600", "#17456b", "#000000", "#ffffff", "#808080"])
def test_links_and_buttons_can_be_read_whatever_the_brand(brand: str) -> None:
    page = StatusPage(name="x", slug="x", brand=brand, on_brand=brand)
    found = tokens(theme.style(page))
    light, dark = re.findall(r"#[0-9a-f]{6}", found["link"])
    assert is_readable(light, [theme.OWN["light"]["page"], theme.OWN["light"]["surface"]])
    assert is_readable(dark, [theme.OWN["dark"]["page"], theme.OWN["dark"]["surface"]])
    assert is_readable(found["on-brand"], [brand])


def test_a_ground_on_which_nothing_could_be_read_is_not_taken() -> None:
    page = StatusPage(name="x", slug="x", page_light="#888888", surface_dark="#05070a")
    assert theme.refused(page) == ["page_light"]
    assert "--surface:light-dark(#ffffff,#05070a)" in theme.style(page)
    assert "#888888" not in theme.style(page)


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#000000;}body{display:none", "url(x)", "#12345g"]
)
def test_nothing_but_a_colour_gets_into_the_style(colour: str) -> None:
    page = StatusPage(name="x", slug="x", brand=colour, page_light=colour, on_brand=colour)
    assert theme.style(page) == ""


def test_a_logo_for_each_ground_and_an_icon(
    page: StatusPage, checkout: Component, bytes_of: BytesOf
) -> None:
    for kind in ("logo", "logo-dark", "favicon"):
        PageImage.objects.create(
            page=page, kind=kind, content_type="image/png", body=b"\x89PNG", digest=f"d{kind}",
            width=120, height=40,
        )  # fmt: skip
    changed([page])
    refresh(page.pk)
    html = bytes_of("")
    assert f'<img src="{stamps.BASE}/logo-dlogo.png" width="120" height="40" alt="">' in html
    assert f'srcset="{stamps.BASE}/logo-dark-dlogo-dark.png"' in html
    assert f'<link rel="icon" type="image/png" href="{stamps.BASE}/favicon-dfavicon.png">' in html
    assert bytes(page.snapshots.get(path="logo-dlogo.png").body) == b"\x89PNG"
    PageImage.objects.all().delete()
    changed([page])
    refresh(page.pk)
    assert not page.snapshots.filter(content_type="image/png").exists()
