"""Copies of a page, in the console: where they are put, whether they are there, and why not."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage.models import Mirror, MirrorKind, StatusPage
from statuspage.services import mirroring
from statuspage.views import frame

_WORDS: Final = {
    "folder": ("Folder", "Below the directory for copies on the server, such as status."),
    "endpoint": ("Address of the storage", "Empty for Amazon's own, else https://…"),
    "bucket": ("Bucket", ""),
    "region": ("Region", "Such as eu-central-1."),
    "prefix": ("Prefix", "What the names in the bucket begin with; may be empty."),
    "access_key_id": ("Id of the access key", ""),
    "url": ("Address of the repository", "https://…"),
    "branch": ("Branch", "One that is for this alone, such as gh-pages."),
    "username": ("User name", "Where the token needs one."),
    "cname": ("Host name", "For hosts that want a CNAME file; may be empty."),
    "base": ("Begins at", "Such as /status; empty where the copy has a host to itself."),
    "secret": ("Secret", "The secret key or the token. It is kept encrypted and never shown."),
}
_SHOWN: Final = {
    MirrorKind.DIRECTORY: ("folder", "base"),
    MirrorKind.S3: ("endpoint", "bucket", "region", "prefix", "access_key_id", "secret", "base"),
    MirrorKind.GIT: ("url", "branch", "username", "secret", "cname", "base"),
}
_NEEDED: Final = {"folder", "bucket", "access_key_id", "url", "branch", "secret"}


class CopyForm(forms.Form):
    """The fields of one kind of place."""

    def __init__(self, kind: MirrorKind, data: Any = None) -> None:
        super().__init__(data)
        for name in _SHOWN[kind]:
            label, hint = _WORDS[name]
            needed = name in _NEEDED
            widget = forms.PasswordInput if name == "secret" else forms.TextInput
            self.fields[name] = forms.CharField(
                label=label,
                help_text=hint,
                required=needed,
                max_length=500,
                widget=widget(attrs={"class": "input", "autocomplete": "off"}),
            )

    def say(self, error: DomainError) -> None:
        field = error.field if isinstance(error, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(error))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def listing(request: Request, slug: str) -> HttpResponse:
    """With `add=s3` in the address, the form for one more."""
    page = frame.page_at(slug)
    wanted = request.GET.get("add", "")
    form = None
    if wanted in MirrorKind.values:
        kind = MirrorKind(wanted)
        form = CopyForm(kind, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid() and _added(page, kind, form):
            messages.success(request, "It is written within seconds.")
            return redirect(_address(page))
    context = {
        **frame.of(request, page, "copies"),
        "mirrors": page.mirrors.all(),
        "kinds": MirrorKind.choices,
        "form": form,
        "adding": MirrorKind(wanted).label if form else "",
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "statuspage/copies.html", context, status=status)


def _added(page: StatusPage, kind: MirrorKind, form: CopyForm) -> bool:
    given = dict(form.cleaned_data)
    secret = given.pop("secret", "")
    try:
        mirroring.add_mirror(page_id=page.pk, kind=kind, options=given, secret=secret)
    except DomainError as error:
        form.say(error)
        return False
    return True


@require_POST
@requires("config.write")
def change(request: Request, slug: str, number: int) -> HttpResponse:
    page = frame.page_at(slug)
    mirror = Mirror.objects.filter(page=page, pk=number).first()
    if mirror is None:
        raise NotFound("There is no such copy.", "It may have been removed.")
    action = request.POST.get("action", "")
    if action == "remove":
        mirroring.remove_mirror(mirror_id=mirror.pk)
        messages.success(request, "Removed. What was written stays where it is.")
    elif action == "again":
        mirroring.write_again(mirror.pk)
        messages.success(request, "It is written anew within seconds.")
    elif action in {"pause", "resume"}:
        is_on = action == "resume"
        mirroring.change_mirror(mirror_id=mirror.pk, options=mirror.options, enabled=is_on)
    else:
        raise Invalid("Choose what to do.", "Remove, again, pause or resume.")
    return redirect(_address(page))


def _address(page: StatusPage) -> str:
    return reverse("statuspage:copies", args=[page.slug])
