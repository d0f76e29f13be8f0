"""Versions of the routing, to look at; the console changes them."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from incidents.admin.lists import ToLookAt
from incidents.models import RoutingVersion
from incidents.selectors.routing_words import Words


@admin.register(RoutingVersion)
class RoutingVersionAdmin(ToLookAt):
    list_display = ("number", "state", "author_name", "note", "published_at", "retired_at")
    list_filter = ("state",)
    search_fields = ("note", "author_name")
    ordering = ("-number",)
    fields = (
        *("number", "state", "note", "author_name", "created_at", "shadow_at"),
        *("published_at", "retired_at", "sentences", "history"),
    )
    readonly_fields = ("sentences", "history")

    @admin.display(description="Rules")
    def sentences(self, version: RoutingVersion) -> str:
        told = [(rule.name, rule.text) for rule in Words.load().sentences(version.rules)]
        if not told:
            return "No rules: signals pass as they come."
        rows = format_html_join("", "<li><strong>{}</strong>: {}</li>", told)
        return format_html("<ol>{}</ol>", rows)

    @admin.display(description="Who did what")
    def history(self, version: RoutingVersion) -> str:
        rows = [(f"{e.at:%d %b %Y %H:%M} UTC", e.actor_name, e.what) for e in version.log.all()]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} {}</li>", rows))
