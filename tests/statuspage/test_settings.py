"""Making and changing pages, their look and what they list."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from incidents.kernel.errors import Conflict, Invalid
from incidents.models import User
from statuspage.models import Component, ComponentGroup, StatusPage
from statuspage.services import images, listing, page_settings
from tests.conftest import People

SignIn = Callable[[User], Client]


@pytest.fixture
def admin(people: People, sign_in: SignIn) -> Client:
    return sign_in(people.admin)


def refused(page: StatusPage, **values: Any) -> str:
    """The field that is at fault."""
    for name, value in values.items():
        setattr(page, name, value)
    with pytest.raises(Invalid) as error:
        page_settings.save_page(page)
    return error.value.field


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"slug": "history"}, "slug"), ({"host": "no host"}, "host"),
     ({"host": "status"}, "host"), ({"host": "https://x.example.com"}, "host"),
     ({"brand": "red", "on_brand": "#ffffff"}, "brand"), ({"brand": "#17456b"}, "on_brand"),
     ({"brand": "#17456b", "on_brand": "#224466"}, "on_brand"),
     ({"page_light": "#000000"}, "page_light"), ({"surface_dark": "#ffffff"}, "surface_dark"),
     ({"home_url": "javascript:alert(1)"}, "home_url"), ({"support_url": "//evil"}, "support_url"),
     ({"links": [{"label": "x", "url": "data:text/html,x"}]}, "links"),
     ({"networks": ["10.0.0.0/33"]}, "networks"), ({"audience": "restricted"}, "audience"),
     ({"partial_weight": 101}, "partial_weight")],
)  # fmt: skip
def test_it_refuses_what_would_not_work(
    page: StatusPage, values: dict[str, Any], field: str
) -> None:
    assert refused(page, **values) == field


def test_two_pages_share_neither_address_nor_host(page: StatusPage) -> None:
    page.host = "status.example.com"
    page_settings.save_page(page)
    assert refused(StatusPage(slug="main", name="Other")) == "slug"
    assert refused(StatusPage(slug="other", name="Other"), host="STATUS.example.com.") == "host"


def test_a_change_of_settings_renders_everything_anew(page: StatusPage) -> None:
    page.name = "Ferrybank Ltd"
    saved = page_settings.save_page(page)
    assert (saved.version, saved.edition) == (2, "")


def test_a_password_is_kept_as_a_hash_and_stays_until_it_is_changed(page: StatusPage) -> None:
    page.audience = "restricted"
    page_settings.save_page(page, password="long enough")
    saved = page_settings.save_page(page)
    assert saved.knows_password("long enough")
    assert "long" not in saved.password
    with pytest.raises(Invalid):
        page_settings.save_page(page, password="short")


def test_the_default_page_is_not_removed_and_another_only_by_its_name(page: StatusPage) -> None:
    with pytest.raises(Conflict):
        page_settings.remove_page(page_id=page.pk, name=page.name)
    other = page_settings.save_page(StatusPage(slug="other", name="Other"))
    with pytest.raises(Invalid):
        page_settings.remove_page(page_id=other.pk, name="Another")
    page_settings.make_default(page_id=other.pk)
    page_settings.remove_page(page_id=page.pk, name=page.name)
    assert StatusPage.objects.get().get_absolute_url() == "/status"


def picture(size: tuple[int, int] = (900, 300), form: str = "JPEG") -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#17456b").save(written, form, comment=b"secret <script>")
    return written.getvalue()


def test_a_picture_is_drawn_anew_without_what_hides_in_it(page: StatusPage) -> None:
    image = images.set_image(page_id=page.pk, kind="logo", content=picture())
    assert bytes(image.body).startswith(b"\x89PNG")
    assert b"secret" not in bytes(image.body)
    assert (image.width, image.height) == (480, 160)


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='x()'/>", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a" + b"\0" * 40]
)
def test_what_is_no_picture_is_refused(page: StatusPage, content: bytes) -> None:
    with pytest.raises(Invalid, match="no picture"):
        images.set_image(page_id=page.pk, kind="logo", content=content)


def test_a_picture_that_is_too_large_is_refused(page: StatusPage) -> None:
    for content in (b"\0" * 600_000, picture((4000, 4000), "PNG")):
        with pytest.raises(Invalid):
            images.set_image(page_id=page.pk, kind="logo", content=content)


def group(page: StatusPage, name: str, parent: ComponentGroup | None = None) -> ComponentGroup:
    return listing.save_group(ComponentGroup(page=page, name=name, parent=parent))


def test_a_group_does_not_stand_in_itself_however_far_around(page: StatusPage) -> None:
    top = group(page, "Top")
    below = group(page, "Below", group(page, "Middle", top))
    top.parent = below
    with pytest.raises(Invalid, match="in itself"):
        listing.save_group(top)


def test_groups_stand_four_deep_at_most(page: StatusPage) -> None:
    at: ComponentGroup | None = None
    for name in "abcd":
        at = group(page, name, at)
    with pytest.raises(Invalid, match="4 deep"):
        group(page, "e", at)


def test_what_stands_in_a_removed_group_moves_up(page: StatusPage, checkout: Component) -> None:
    top = group(page, "Top")
    middle = group(page, "Middle", top)
    checkout.group = middle
    listing.save_component(checkout)
    listing.remove_group(group_id=middle.pk)
    checkout.refresh_from_db()
    assert checkout.group == top


def test_components_keep_their_order_among_those_beside_them(
    page: StatusPage, checkout: Component, transfers: Component
) -> None:
    listing.shift(transfers, by=-1)
    assert [row.name for row in page.components.all()] == ["Bank transfers", "Online checkout"]
    transfers.refresh_from_db()
    listing.shift(transfers, by=-1)
    assert page.components.all()[0] == transfers


def test_a_component_gets_an_address_of_its_own(page: StatusPage) -> None:
    slugs = [
        listing.save_component(Component(page=page, name=name)).slug
        for name in ("Pay & Go", "Pay, go", "支付")
    ]
    assert slugs == ["pay-go", "pay-go-2", "component"]


def test_it_follows_only_where_there_is_a_service(page: StatusPage) -> None:
    with pytest.raises(Invalid) as error:
        listing.save_component(Component(page=page, name="X", follows_service=True))
    assert error.value.field == "follows_service"


def settings_of(page: StatusPage, **more: str) -> dict[str, str]:
    same = ("name", "slug", "language", "audience", "partial_weight", "degraded_weight")
    return {**{name: str(getattr(page, name)) for name in same}, "enabled": "on", **more}


def test_a_form_saves_the_settings(admin: Client, page: StatusPage) -> None:
    values = settings_of(page, host="status.example.com", networks="10.0.0.0/8\n", name="Bank")
    answer = admin.post("/status-page/main/settings", values)
    assert answer.status_code == 302
    page.refresh_from_db()
    assert (page.name, page.host, page.networks) == ("Bank", "status.example.com", ["10.0.0.0/8"])
    assert "status.example.com. CNAME" in admin.get("/status-page/main/settings").content.decode()


def test_what_is_refused_stands_beside_its_field(admin: Client, page: StatusPage) -> None:
    answer = admin.post("/status-page/main/look", {"brand": "#eeeeee", "on_brand": "#ffffff",
                        "font": "sans", "corners": "soft", "theme": "system"})  # fmt: skip
    assert answer.status_code == 422
    assert "cannot be read on that colour: 1.2 to 1" in answer.content.decode()


def test_the_preview_shows_what_is_typed_and_saves_nothing(
    admin: Client, page: StatusPage, checkout: Component
) -> None:
    values = settings_of(page, name="Another name", part="settings")
    answer = admin.post("/status-page/main/preview", values)
    assert "Another name" in answer.content.decode()
    assert b"<script" not in answer.content
    page.refresh_from_db()
    assert (page.name, page.version) == ("Ferrybank", 1)


def test_the_preview_wears_the_colours_that_are_typed(admin: Client, page: StatusPage) -> None:
    values = {"part": "look", "brand": "#17456b", "on_brand": "#ffffff", "font": "serif",
              "corners": "sharp", "theme": "light"}  # fmt: skip
    answer = admin.post("/status-page/main/preview", values)
    assert 'href="data:text/css' in answer.content.decode()
    assert "data:" in answer["Content-Security-Policy"].split("style-src")[1].split(";")[0]
    page.refresh_from_db()
    assert page.brand == ""


def test_only_admins_change_pages(people: People, sign_in: SignIn, page: StatusPage) -> None:
    client = sign_in(people.commander)
    for path in ("settings", "look", "list", "preview", "list/components/new"):
        assert client.get(f"/status-page/main/{path}").status_code == 403
