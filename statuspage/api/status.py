"""/api/status and the public updates of an incident."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import idempotency
from incidents.api.schema import Document
from incidents.api.views_common import PUBLIC, ActionView, In, operation
from incidents.kernel.errors import Invalid, NotFound
from statuspage import selectors
from statuspage.models import (
    Component,
    ComponentState,
    PublicState,
    PublicUpdate,
    StatusPage,
    worst,
)
from statuspage.rendering import pages, stamps
from statuspage.services import Announcement, publish_update, set_component_state


class PageQuery(In):
    page = serializers.SlugField(
        required=False, default="", help_text="The slug of the page; the default page without."
    )


class EffectOut(serializers.Serializer[Any]):
    slug = serializers.CharField(source="component.slug")
    name = serializers.CharField(source="component.name")
    state = serializers.ChoiceField(choices=ComponentState.choices)


class UpdateOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    page = serializers.CharField(source="public_incident.page.slug")
    title = serializers.CharField(source="public_incident.title")
    state = serializers.ChoiceField(choices=PublicState.choices)
    body = serializers.CharField(help_text="Markdown.")
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()
    displayed_at = serializers.DateTimeField(help_text="When it is told to have happened.")
    edited_at = serializers.DateTimeField(allow_null=True)
    notifies = serializers.BooleanField()
    url = serializers.CharField(source="public_incident.get_absolute_url")
    components = serializers.SerializerMethodField(help_text="What the incident affects now.")

    def get_components(self, update: PublicUpdate) -> list[dict[str, str]]:
        effects = update.public_incident.effects.filter(until=None).select_related("component")
        return [dict(EffectOut(effect).data) for effect in effects]


class UpdatesOut(serializers.Serializer[Any]):
    results = UpdateOut(many=True)


class UpdateIn(In):
    state = serializers.ChoiceField(choices=PublicState.choices)
    body = serializers.CharField(max_length=10_000, help_text="Markdown, for customers.")
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=150)
    components = serializers.DictField(
        child=serializers.ChoiceField(choices=ComponentState.choices),
        required=False,
        default=dict,
        help_text="Slugs of components and what the incident does to them; those left out stay.",
    )
    page = serializers.SlugField(required=False, default="")
    displayed_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="When it happened, if earlier."
    )
    notifies = serializers.BooleanField(
        required=False, default=True, help_text="Subscribers are told."
    )


class OpenOut(serializers.Serializer[Any]):
    incident = serializers.CharField(source="incident.reference")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=PublicState.choices)
    started_at = serializers.DateTimeField()
    url = serializers.CharField(source="get_absolute_url")


class ComponentOut(serializers.Serializer[Any]):
    slug = serializers.CharField(source="row.slug")
    name = serializers.CharField(source="row.name")
    group = serializers.CharField(source="row.group.name", default=None, allow_null=True)
    service = serializers.CharField(source="row.service.slug", default=None, allow_null=True)
    state = serializers.ChoiceField(choices=ComponentState.choices)
    manual_state = serializers.ChoiceField(
        source="row.manual_state", choices=ComponentState.choices
    )


class StatusOut(serializers.Serializer[Any]):
    page = serializers.CharField(source="page.slug")
    name = serializers.CharField(source="page.name")
    url = serializers.CharField(source="page.get_absolute_url")
    state = serializers.ChoiceField(choices=ComponentState.choices)
    components = ComponentOut(many=True)
    incidents = OpenOut(many=True)


class StateIn(In):
    state = serializers.ChoiceField(choices=ComponentState.choices)
    reason = serializers.CharField(max_length=300, help_text="Why, for the record. Not public.")


class StatusView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read"}

    @operation("What a status page says now", query=PageQuery, answers=StatusOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        page = page_called(self.query(PageQuery)["page"])
        return self.answer(StatusOut, _status(page))


class PublicStatusView(ActionView):
    """Normally the door answers this from memory, before any view."""

    actions: ClassVar[Mapping[str, str]] = {"GET": PUBLIC}

    @operation("What the public is told", answers=Document(pages.JSON_TYPE))
    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002
        page = page_called("")
        snapshot = page.snapshots.filter(path=pages.JSON).first()
        if snapshot is None:
            raise NotFound("Nothing has been published yet.")
        body = stamps.fill(
            bytes(snapshot.body),
            stamps.ROOT,
            as_of=snapshot.rendered_at,
            stale=False,
            etag=snapshot.etag,
        )
        return HttpResponse(body, content_type=snapshot.content_type)


class ComponentStateView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "status.publish"}

    @operation("Set a component's state by hand", takes=StateIn, answers=StatusOut)
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = self.read(StateIn)
        page = page_called("")
        component = page.components.filter(slug=slug).first()
        if component is None:
            raise NotFound(f"{page.name} has no component “{slug}”.")
        actor = self.principal.actor
        set_component_state(component_id=component.pk, actor=actor, **data)
        return self.answer(StatusOut, _status(page))


class UpdatesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "status.publish"}

    @operation("What customers were told about an incident", answers=UpdatesOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        found = selectors.updates_of(self.incident(ref))
        return self.answer(UpdatesOut, {"results": found})

    @operation("Tell customers", takes=UpdateIn, answers=UpdateOut, status=201)
    def post(self, request: Request, ref: str) -> Response:
        data = self.read(UpdateIn)
        incident = self.incident(ref)
        with transaction.atomic():
            repeated = idempotency.earlier(request, self.principal)
            if repeated is not None:
                update = PublicUpdate.objects.get(pk=repeated)
                return self.answer(UpdateOut, update, status=201)
            page = page_called(data["page"])
            update = publish_update(
                incident_id=incident.pk,
                page_id=page.pk,
                announcement=announcement_of(page, data),
                actor=self.principal.actor,
            )
            idempotency.remember(request, self.principal, update.pk)
        return self.answer(UpdateOut, update, status=201)


def page_called(slug: str) -> StatusPage:
    page = selectors.page_called(slug)
    if page is None:
        raise NotFound(f"There is no status page “{slug}”." if slug else "There is no status page.")
    return page


def _status(page: StatusPage) -> dict[str, Any]:
    components = selectors.components_now(page)
    return {
        "page": page,
        "state": worst(component.state for component in components),
        "components": components,
        "incidents": selectors.open_incidents(page),
    }


def announcement_of(page: StatusPage, data: Mapping[str, Any]) -> Announcement:
    named: dict[str, str] = data["components"]
    known = dict(Component.objects.filter(page=page).values_list("slug", "pk"))
    if unknown := sorted(set(named) - set(known)):
        raise Invalid(
            f"{page.name} has no component “{unknown[0]}”.",
            f"Components: {', '.join(sorted(known))}.",
            field="components",
        )
    effects = {known[slug]: state for slug, state in named.items()}
    same = ("state", "body", "title", "displayed_at", "notifies")
    return Announcement(effects=effects, **{name: data[name] for name in same})
