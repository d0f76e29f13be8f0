"""People and teams. A person signs in by a one-time link and may then choose a password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from incidents.admin.lists import Kept, Rows
from incidents.admin.site import shown_once
from incidents.models import Role, SignInLink, Team, User


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "time_zone", "is_active")
        labels = {"username": "Handle", "is_active": "May sign in"}
        help_texts = {
            "username": "What mentions and commands use, for instance ana.",
            "is_active": "Switch off instead of deleting: the timelines keep the name.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        stays = data.get("role") == Role.ADMIN and data.get("is_active")
        admins = User.objects.filter(role=Role.ADMIN, is_active=True)
        if (
            not stays
            and admins.filter(pk=self.instance.pk).exists()
            and not admins.exclude(pk=self.instance.pk).exists()
        ):
            raise forms.ValidationError("Nobody else is an admin: make somebody one first.")
        return data


@admin.register(User)
class PersonAdmin(Kept):
    form = PersonForm
    list_display = ("username", "name", "role", "email", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    actions = ("make_link",)
    fieldsets = ((None, {"fields": PersonForm.Meta.fields}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.action(description="Make a one-time sign-in link")
    def make_link(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        person = chosen.first() if chosen.count() == 1 else None
        if person is None or not person.is_active:
            text = "Choose one person who may sign in: each link is shown once, to you alone."
            self.message_user(request, text, messages.WARNING)
            return None
        address = reverse("web:link", kwargs={"token": SignInLink.issue(person)})
        title = f"Sign-in link for {person}: it works once, until tomorrow"
        return shown_once(request, title=title, values={"Link": f"{settings.SITE_URL}{address}"})


@admin.register(Team)
class TeamAdmin(Rows):
    list_display = ("name", "slug", "description")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("members",)
