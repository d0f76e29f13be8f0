"""The verbs of a page itself: made, changed, removed. Whatever is set is checked here."""

import re
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Team
from statuspage.models import TAKEN, Audience, Language, StatusPage
from statuspage.rendering import colour, theme
from statuspage.services.listing import check_fields
from statuspage.services.snapshots import locked, raise_version

MOST_LINKS: Final = 8
MIN_PASSWORD: Final = 8
_MOST_NETWORKS: Final = 50
_HOST: Final = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_GROUNDS: Final = {
    "page_light": "light", "surface_light": "light", "page_dark": "dark", "surface_dark": "dark",
}  # fmt: skip


@transaction.atomic
def save_page(
    page: StatusPage, *, teams: Iterable[Team] | None = None, password: str | None = None
) -> StatusPage:
    """Save a new or changed page. `teams` and `password` stay where they are None; an empty
    password takes the old one away. Raises Invalid with the name of the field at fault."""
    held: StatusPage | None = None
    if page.pk is not None:
        held = locked(page.pk)
        page.version, page.edition = held.version, held.edition
    if password is not None:
        page.password = _hashed(password)
    check_page(page)
    _check_admission(page)
    if held is not None:
        hide_inside(page, held)
    page.save()
    if teams is not None:
        page.teams.set(teams)
    _only_default(page)
    raise_version(locked(page.pk), everything=True)
    page.refresh_from_db()
    return page


def hide_inside(page: StatusPage, before: StatusPage) -> None:
    """Before a changed page is saved: others may read it from now on, but not what was rendered
    for those inside. `before` is its row as it is kept."""
    if before.tells_inside and not page.tells_inside:
        page.snapshots.all().delete()
        page.rendered_at = None


def check_page(page: StatusPage) -> None:
    """All that can be said of it before it is saved; brings what was typed into one form."""
    page.name = page.name.strip()
    if not page.name:
        raise Invalid("Give it a name.", "Whose status it is.", field="name")
    _check_slug(page)
    _check_host(page)
    _check_look(page)
    _check_inside(page)
    page.networks = _networks(page.networks)
    page.languages = [code for code in page.languages if code != page.language]
    check_fields(page, "password")


@transaction.atomic
def remove_page(*, page_id: int, name: str) -> None:
    """Remove a page with all that it told. `name` is typed by whoever does it, to be sure.

    Raises Conflict for the default page.
    """
    page = locked(page_id)
    if page.is_default:
        raise Conflict("The default page cannot be removed.", "Make another one the default first.")
    if name.strip() != page.name:
        raise Invalid("That is not its name.", f"Write {page.name} to remove it.", field="name")
    page.delete()


def dns_hint(page: StatusPage) -> str:
    """The record that leads the page's own host here."""
    ours = urlsplit(settings.SITE_URL).hostname or "this server"
    return f"{page.host}. CNAME {ours}." if page.host else ""


def _check_slug(page: StatusPage) -> None:
    if page.slug in TAKEN:
        told = f"“{page.slug}” means something else in addresses."
        raise Invalid(told, "Choose another address.", field="slug")
    if StatusPage.objects.filter(slug=page.slug).exclude(pk=page.pk).exists():
        raise Invalid("There is a page at that address.", "Choose another one.", field="slug")


def _check_host(page: StatusPage) -> None:
    page.host = page.host.strip().lower().rstrip(".")
    if not page.host:
        return
    if not _HOST.fullmatch(page.host):
        hint = "Write a host name alone, such as status.example.com."
        raise Invalid(f"“{page.host}” is no host name.", hint, field="host")
    if page.host == urlsplit(settings.SITE_URL).hostname:
        hint = "Choose a name of its own, such as status.example.com."
        raise Invalid("The console is at that host.", hint, field="host")
    other = StatusPage.objects.filter(host=page.host).exclude(pk=page.pk).first()
    if other is not None:
        raise Invalid(f"{other.name} is at that host.", "Choose another one.", field="host")


def _check_look(page: StatusPage) -> None:
    for name in ("brand", "on_brand", *_GROUNDS):
        value = getattr(page, name).strip().lower()
        setattr(page, name, value)
        if value and not colour.is_colour(value):
            raise Invalid(f"“{value}” is no colour.", "Write it as #17456b.", field=name)
    _check_brand(page)
    for name in theme.refused(page):
        told = "The words of the page cannot be read on that colour."
        hint = f"A {'lighter' if _GROUNDS[name] == 'light' else 'darker'} one can."
        raise Invalid(told, hint, field=name)
    page.links = _links(page.links)
    page.support_url = _address(page.support_url, "support_url", mail_too=True)
    page.home_url = _address(page.home_url, "home_url")


def _check_brand(page: StatusPage) -> None:
    if bool(page.brand) != bool(page.on_brand):
        missing = "on_brand" if page.brand else "brand"
        raise Invalid("Colour and text colour belong together.", "Set both or none.", field=missing)
    if page.brand and (ratio := colour.contrast(page.brand, page.on_brand)) < colour.READABLE:
        told = f"That text cannot be read on that colour: {ratio:.1f} to 1."
        hint = f"It takes {colour.READABLE} to 1 at least."
        raise Invalid(told, hint, field="on_brand")


def _links(given: Any) -> list[dict[str, str]]:
    found = []
    for link in given if isinstance(given, list) else []:
        label, url = str(link.get("label", "")).strip(), str(link.get("url", "")).strip()
        if not label and not url:
            continue
        if not label or len(label) > 40:
            raise Invalid("A link needs a name of up to 40 characters.", field="links")
        found.append({"label": label, "url": _address(url, "links", mail_too=True)})
    if len(found) > MOST_LINKS:
        raise Invalid(f"There are {MOST_LINKS} links at most.", field="links")
    return found


def _address(url: str, field: str, *, mail_too: bool = False) -> str:
    url = url.strip()
    schemes = ("https", "http", *(("mailto",) if mail_too else ()))
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    whole = bool(parts.netloc) if parts.scheme != "mailto" else "@" in parts.path
    if parts.scheme not in schemes or not whole or len(url) > 300 or set(url) & set('\r\n\t "<>'):
        hint = f"Write it whole, beginning with {' or '.join(f'{s}:' for s in schemes)}."
        raise Invalid(f"“{url[:60]}” is no address.", hint, field=field)
    return url


def _networks(given: Iterable[str]) -> list[str]:
    found = []
    for text in given:
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError as error:
            hint = "Write for instance 10.0.0.0/8 or 2001:db8::/32."
            raise Invalid(f"“{text[:60]}” is no network.", hint, field="networks") from error
    if len(found) > _MOST_NETWORKS:
        raise Invalid(f"There are {_MOST_NETWORKS} networks at most.", field="networks")
    return list(dict.fromkeys(found))


def _hashed(password: str) -> str:
    if not password:
        return ""
    if len(password) < MIN_PASSWORD:
        told = f"The password has {MIN_PASSWORD} characters at least."
        raise Invalid(told, "Choose a longer one.", field="password")
    return make_password(password)


def _check_inside(page: StatusPage) -> None:
    if page.shows_inside and not page.is_internal:
        told = "Only people who are signed in may see the inside of incidents."
        hint = "Ask readers to sign in and set no password, or show less."
        raise Invalid(told, hint, field="shows_inside")


def _check_admission(page: StatusPage) -> None:
    """A page that is not for everybody says for whom it is."""
    if page.audience != Audience.RESTRICTED:
        return
    if not (page.asks_sign_in or page.password or page.networks):
        hint = "Ask people to sign in, set a password, or name networks."
        raise Invalid("Say who may read it.", hint, field="audience")


def _only_default(page: StatusPage) -> None:
    if not page.is_default and not StatusPage.objects.filter(is_default=True).exists():
        raise Invalid("One page has to be the default.", field="is_default")


@transaction.atomic
def make_default(*, page_id: int) -> StatusPage:
    """Its address is /status from now on; the one before moves to an address of its own."""
    page = StatusPage.objects.select_for_update().filter(pk=page_id).first()
    if page is None:
        raise NotFound("There is no such status page.")
    for other in StatusPage.objects.select_for_update().filter(is_default=True).exclude(pk=page_id):
        other.is_default = False
        other.save(update_fields=["is_default"])
        raise_version(other, everything=True)
    page.is_default = True
    page.save(update_fields=["is_default"])
    raise_version(page, everything=True)
    return page


def languages() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in Language.choices]
