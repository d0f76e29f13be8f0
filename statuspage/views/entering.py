"""Being let in to a page that is not for everybody: by who one is, or by what one knows.

What it ends with is a cookie; the door reads it from then on, and needs nobody.
"""

from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from incidents.kernel import clock
from incidents.models import User
from incidents.web.guard import public
from statuspage.models import StatusPage
from statuspage.rendering import pages, stamps
from statuspage.rendering.frame import spoken
from statuspage.rendering.stamps import Place
from statuspage.services import admission

# With `for=host` somebody comes from the page's own host, to be sent back there.
_FROM_HOST: Final = "host"
_WRONG: Final = gettext_noop("That is not the password.")
_OFTEN: Final = gettext_noop("Too many tries. Wait a quarter of an hour.")


@public
@never_cache
@sensitive_post_parameters("password")
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, slug: str) -> HttpResponse:
    page = StatusPage.objects.filter(slug=slug, enabled=True).first()
    address = str(request.META.get("REMOTE_ADDR", ""))
    if page is None or page.is_public or not _is_near(page, address):
        return nothing_here(request)
    place = _place(request, page)
    target = _target(request, place)
    if admission.is_pass(page, request.GET.get("pass", ""), clock.now()):
        return _admitted(page, admission.SIGNED_IN, target)
    user = request.user
    if isinstance(user, User) and admission.is_member(page, user):
        return _welcomed(request, page, target)
    return _asked(request, page, place, target)


def _welcomed(request: HttpRequest, page: StatusPage, target: str) -> HttpResponse:
    """Who one is suffices; on a host of its own the page does not know that yet."""
    if _comes_from_host(request) and page.host:
        wanted = _target(request, stamps.ROOT)
        query = urlencode({"pass": admission.pass_for(page, clock.now()), "next": wanted})
        return HttpResponseRedirect(f"https://{page.host}/enter?{query}")
    return _admitted(page, admission.SIGNED_IN, target)


def _asked(request: HttpRequest, page: StatusPage, place: Place, target: str) -> HttpResponse:
    if request.method == "POST" and page.password:
        return _tried(request, page, place, target)
    signs_in = page.asks_sign_in and (not page.password or _comes_from_host(request))
    if signs_in and not request.user.is_authenticated:
        return HttpResponseRedirect(_sign_in(request, page, place, target))
    return _form(request, page, place, target)


def _comes_from_host(request: HttpRequest) -> bool:
    return request.GET.get("for") == _FROM_HOST


def _is_near(page: StatusPage, address: str) -> bool:
    return admission.is_near(admission.terms_of(page), address)


def _place(request: HttpRequest, page: StatusPage) -> Place:
    return stamps.place_of(getattr(request, "scope", None), page.get_absolute_url())


def _target(request: HttpRequest, place: Place) -> str:
    """Where the reader wanted to go, if that is on this page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    parts = urlsplit(wanted.replace("\\", "/"))
    is_here = not parts.scheme and not parts.netloc and wanted.isprintable()
    within = f"{parts.path}/".startswith(f"{place.base}/") and not parts.path.startswith("//")
    return wanted if wanted and is_here and within else place.home


def _admitted(page: StatusPage, how: str, target: str) -> HttpResponse:
    response = HttpResponseRedirect(target)
    response.status_code = 303
    response.set_cookie(
        admission.cookie_name(page.slug),
        admission.cookie_for(page, how, clock.now()),
        max_age=round(admission.LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response


def _sign_in(request: HttpRequest, page: StatusPage, place: Place, target: str) -> str:
    """To sign in at the console and come back; from the page's own host first to this form there,
    where one may be signed in already."""
    own = reverse("statuspage_public:enter", args=[page.slug])
    if place == stamps.ROOT:
        query = urlencode({"for": _FROM_HOST, "next": target})
        return f"{settings.SITE_URL.rstrip('/')}{own}?{query}"
    query = request.GET.urlencode() or urlencode({"next": target})
    return f"{reverse('web:sign_in')}?{urlencode({'next': f'{own}?{query}'})}"


def _tried(request: HttpRequest, page: StatusPage, place: Place, target: str) -> HttpResponse:
    """Counted by page and address, as signing in is."""
    who = {"username": f"status page {page.slug}"}
    if not AxesProxyHandler.is_allowed(request, who):
        return _form(request, page, place, target, error=_OFTEN, status=429)
    if not page.knows_password(request.POST.get("password", "")[:200]):
        AxesProxyHandler.user_login_failed(__name__, who, request)
        request.axes_locked_out = False  # type: ignore[attr-defined]  # this page says it itself
        return _form(request, page, place, target, error=_WRONG, status=422)
    return _admitted(page, admission.PASSWORD, target)


def _form(
    request: HttpRequest,
    page: StatusPage,
    place: Place,
    target: str,
    **more: Any,
) -> HttpResponse:
    status = more.pop("status", 200)
    is_refused = request.user.is_authenticated and not page.password
    context: dict[str, Any] = {
        "page": page,
        "target": target,
        "sign_in": "" if request.user.is_authenticated else _sign_in(request, page, place, target),
        "is_refused": is_refused,
        "stamps": stamps.MARKS,
        "start": stamps.MARKS["home"],
        "language": page.language,
        "direction": "ltr",
    }
    with translation.override(page.language):
        context["error"] = gettext(more["error"]) if "error" in more else ""
        html = render_to_string("statuspage/public/enter.html", context, request=request)
    body = stamps.placed(html.encode(), place)
    return HttpResponse(body, status=403 if is_refused else status)


def nothing_here(request: HttpRequest) -> HttpResponse:
    place = stamps.place_of(getattr(request, "scope", None), "/status")
    language = spoken(request.headers.get("Accept-Language", ""))
    return HttpResponse(pages.not_found(pages.NO_STATUS_PAGE, place, language), status=404)
