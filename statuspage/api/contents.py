"""Pages, what they list, and the texts that updates begin with."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Category, Service
from statuspage import selectors
from statuspage.models import (
    Audience,
    Component,
    ComponentGroup,
    ComponentState,
    PublicState,
    StatusPage,
    UpdateTemplate,
)
from statuspage.models.page import Corners, Font, Language, Theme
from statuspage.services import listing, page_settings, templates

_COLOURS = ("brand", "on_brand", "page_light", "surface_light", "page_dark", "surface_dark")


class LinkField(serializers.Serializer[Any]):
    label = serializers.CharField(max_length=40)  # type: ignore[assignment]  # a field, no label
    url = serializers.CharField(max_length=300)


class PageIn(In):
    name = serializers.CharField(max_length=80)
    slug = serializers.SlugField(max_length=60)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    enabled = serializers.BooleanField(required=False)
    host = serializers.CharField(max_length=253, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=Language.choices), required=False
    )
    searchable = serializers.BooleanField(required=False)
    takes_subscribers = serializers.BooleanField(required=False)
    needs_approval = serializers.BooleanField(required=False)
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    asks_sign_in = serializers.BooleanField(required=False)
    shows_inside = serializers.BooleanField(
        required=False,
        help_text="Incidents show reference, severity, service and who leads. Only on pages that "
        "everybody has to sign in to.",
    )
    networks = serializers.ListField(
        child=serializers.CharField(max_length=43), required=False, max_length=50
    )
    password = serializers.CharField(
        max_length=200, required=False, allow_blank=True, write_only=True, help_text="Empty: none."
    )
    shows_uptime = serializers.BooleanField(required=False)
    partial_weight = serializers.IntegerField(min_value=0, max_value=100, required=False)
    degraded_weight = serializers.IntegerField(min_value=0, max_value=100, required=False)
    maintenance_counts = serializers.BooleanField(required=False)
    font = serializers.ChoiceField(choices=Font.choices, required=False)
    corners = serializers.ChoiceField(choices=Corners.choices, required=False)
    theme = serializers.ChoiceField(choices=Theme.choices, required=False)
    links = LinkField(many=True, required=False)
    home_url = serializers.CharField(max_length=200, required=False, allow_blank=True)
    support_url = serializers.CharField(max_length=300, required=False, allow_blank=True)
    footer = serializers.CharField(max_length=500, required=False, allow_blank=True)
    brand = serializers.CharField(max_length=7, required=False, allow_blank=True)
    on_brand = serializers.CharField(max_length=7, required=False, allow_blank=True)
    page_light = serializers.CharField(max_length=7, required=False, allow_blank=True)
    surface_light = serializers.CharField(max_length=7, required=False, allow_blank=True)
    page_dark = serializers.CharField(max_length=7, required=False, allow_blank=True)
    surface_dark = serializers.CharField(max_length=7, required=False, allow_blank=True)


class PageOut(PageIn):
    """All but the password."""

    password = None  # type: ignore[assignment]  # taken out
    is_default = serializers.BooleanField()
    has_password = serializers.SerializerMethodField()
    url = serializers.CharField(source="public_url")

    def get_has_password(self, page: StatusPage) -> bool:
        return bool(page.password)


class PagesOut(serializers.Serializer[Any]):
    results = PageOut(many=True)


class ListedIn(In):
    name = serializers.CharField(max_length=80)
    slug = serializers.SlugField(max_length=60, required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    group = serializers.IntegerField(required=False, allow_null=True, help_text="Its id.")
    service = serializers.SlugField(required=False, allow_null=True)
    follows_service = serializers.BooleanField(required=False)
    only_if_degraded = serializers.BooleanField(required=False)
    shows_uptime = serializers.BooleanField(required=False)
    known_since = serializers.DateField(required=False, allow_null=True)
    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)


class ListedOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    group = serializers.IntegerField(source="group_id", allow_null=True)
    service = serializers.CharField(source="service.slug", default=None, allow_null=True)
    follows_service = serializers.BooleanField()
    only_if_degraded = serializers.BooleanField()
    shows_uptime = serializers.BooleanField()
    known_since = serializers.DateField(allow_null=True)
    position = serializers.IntegerField()
    manual_state = serializers.ChoiceField(choices=ComponentState.choices)


class AllListedOut(serializers.Serializer[Any]):
    results = ListedOut(many=True)


class ComponentGroupIn(In):
    name = serializers.CharField(max_length=80)
    parent = serializers.IntegerField(  # type: ignore[assignment]  # a field, no parent
        required=False, allow_null=True, help_text="Its id."
    )
    starts_closed = serializers.BooleanField(required=False)
    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)


class ComponentGroupOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    parent = serializers.IntegerField(  # type: ignore[assignment]  # a field, no parent
        source="parent_id", allow_null=True
    )
    starts_closed = serializers.BooleanField()
    position = serializers.IntegerField()


class ComponentGroupsOut(serializers.Serializer[Any]):
    results = ComponentGroupOut(many=True)


class TextIn(In):
    name = serializers.CharField(max_length=80)
    page = serializers.SlugField(required=False, allow_null=True, help_text="Null: every page.")
    state = serializers.ChoiceField(choices=PublicState.choices, required=False, allow_blank=True)
    severities = serializers.ListField(
        child=serializers.CharField(max_length=8), required=False, help_text="None: each."
    )
    category = serializers.ChoiceField(choices=Category.choices, required=False, allow_blank=True)
    title = serializers.CharField(max_length=150, required=False, allow_blank=True)
    body = serializers.CharField(max_length=10_000, help_text="Markdown, with {components}.")
    enabled = serializers.BooleanField(required=False)


class TextOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    page = serializers.CharField(source="page.slug", default=None, allow_null=True)
    state = serializers.CharField()
    severities = serializers.ListField(child=serializers.CharField())
    category = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    enabled = serializers.BooleanField()


class TextsOut(serializers.Serializer[Any]):
    results = TextOut(many=True)


class PagesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "config.write"}

    @operation("Status pages", answers=PagesOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(PagesOut, {"results": selectors.every_page()})

    @operation("Make a status page", takes=PageIn, answers=PageOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(PageOut, _saved(StatusPage(), self.read(PageIn)), status=201)


class PageView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "status.read",
        "PATCH": "config.write",
        "DELETE": "config.write",
    }

    @operation("One status page", answers=PageOut)
    def get(self, request: Request, page: str) -> Response:  # noqa: ARG002
        return self.answer(PageOut, page_at(page))

    @operation("Change a status page", takes=PageIn, answers=PageOut)
    def patch(self, request: Request, page: str) -> Response:  # noqa: ARG002
        return self.answer(PageOut, _saved(page_at(page), self.read(PageIn, partial=True)))

    @operation("Remove a status page with all that it told", status=204)
    def delete(self, request: Request, page: str) -> Response:  # noqa: ARG002
        found = page_at(page)
        page_settings.remove_page(page_id=found.pk, name=found.name)
        return Response(status=204)


class ListedView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "config.write"}

    @operation("Components of a page", answers=AllListedOut)
    def get(self, request: Request, page: str) -> Response:  # noqa: ARG002
        rows = page_at(page).components.select_related("service")
        return self.answer(AllListedOut, {"results": rows})

    @operation("Add a component", takes=ListedIn, answers=ListedOut, status=201)
    def post(self, request: Request, page: str) -> Response:  # noqa: ARG002
        row = Component(page=page_at(page))
        return self.answer(ListedOut, _listed(row, self.read(ListedIn)), status=201)


class ListedOneView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "config.write", "DELETE": "config.write"}

    @operation("Change a component", takes=ListedIn, answers=ListedOut)
    def patch(self, request: Request, page: str, component: str) -> Response:  # noqa: ARG002
        row = _component(page, component)
        return self.answer(ListedOut, _listed(row, self.read(ListedIn, partial=True)))

    @operation("Remove a component with its past", status=204)
    def delete(self, request: Request, page: str, component: str) -> Response:  # noqa: ARG002
        listing.remove_component(component_id=_component(page, component).pk)
        return Response(status=204)


class GroupsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "config.write"}

    @operation("Groups of a page", answers=ComponentGroupsOut)
    def get(self, request: Request, page: str) -> Response:  # noqa: ARG002
        return self.answer(ComponentGroupsOut, {"results": page_at(page).groups.all()})

    @operation("Add a group", takes=ComponentGroupIn, answers=ComponentGroupOut, status=201)
    def post(self, request: Request, page: str) -> Response:  # noqa: ARG002
        row = ComponentGroup(page=page_at(page))
        return self.answer(
            ComponentGroupOut, _grouped(row, self.read(ComponentGroupIn)), status=201
        )


class GroupView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "config.write", "DELETE": "config.write"}

    @operation("Change a group", takes=ComponentGroupIn, answers=ComponentGroupOut)
    def patch(self, request: Request, page: str, group_id: int) -> Response:  # noqa: ARG002
        row = _group(page_at(page), group_id, "group")
        return self.answer(
            ComponentGroupOut, _grouped(row, self.read(ComponentGroupIn, partial=True))
        )

    @operation("Remove a group; what stands in it moves up", status=204)
    def delete(self, request: Request, page: str, group_id: int) -> Response:  # noqa: ARG002
        listing.remove_group(group_id=_group(page_at(page), group_id, "group").pk)
        return Response(status=204)


class TextsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "config.write"}

    @operation("Texts that updates begin with", answers=TextsOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = UpdateTemplate.objects.select_related("page")
        return self.answer(TextsOut, {"results": rows})

    @operation("Add a text", takes=TextIn, answers=TextOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        return self.answer(TextOut, _text(UpdateTemplate(), self.read(TextIn)), status=201)


class TextView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "config.write", "DELETE": "config.write"}

    @operation("Change a text", takes=TextIn, answers=TextOut)
    def patch(self, request: Request, text_id: int) -> Response:  # noqa: ARG002
        return self.answer(TextOut, _text(_template(text_id), self.read(TextIn, partial=True)))

    @operation("Remove a text", status=204)
    def delete(self, request: Request, text_id: int) -> Response:  # noqa: ARG002
        _template(text_id).delete()
        return Response(status=204)


def page_at(slug: str) -> StatusPage:
    found = selectors.known_page(slug)
    if found is None:
        raise NotFound(f"There is no status page “{slug}”.")
    return found


def _set(row: Any, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        setattr(row, name, value)


def _saved(page: StatusPage, given: Mapping[str, Any]) -> StatusPage:
    given = dict(given)
    password = given.pop("password", None)
    _set(page, given)
    return page_settings.save_page(page, password=password)


def _component(page: str, slug: str) -> Component:
    found = page_at(page).components.select_related("group", "service").filter(slug=slug).first()
    if found is None:
        raise NotFound(f"There is no component “{slug}” on that page.")
    return found


def _listed(row: Component, given: Mapping[str, Any]) -> Component:
    given = dict(given)
    if "group" in given:
        pk = given.pop("group")
        row.group = None if pk is None else _group(row.page, pk, "group")
    if "service" in given:
        slug = given.pop("service")
        row.service = None if slug is None else _service(slug)
    _set(row, given)
    return listing.save_component(row)


def _grouped(row: ComponentGroup, given: Mapping[str, Any]) -> ComponentGroup:
    given = dict(given)
    if "parent" in given:
        pk = given.pop("parent")
        row.parent = None if pk is None else _group(row.page, pk, "parent")
    _set(row, given)
    return listing.save_group(row)


def _group(page: StatusPage, pk: int, field: str) -> ComponentGroup:
    found = page.groups.filter(pk=pk).first()
    if found is None:
        raise Invalid(f"{page.name} has no group {pk}.", field=field)
    return found


def _service(slug: str) -> Service:
    found = Service.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(f"There is no service “{slug}”.", field="service")
    return found


def _template(pk: int) -> UpdateTemplate:
    found = UpdateTemplate.objects.select_related("page").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such text.")
    return found


def _text(row: UpdateTemplate, given: Mapping[str, Any]) -> UpdateTemplate:
    given = dict(given)
    if "page" in given:
        slug = given.pop("page")
        row.page = None if slug is None else page_at(slug)
    _set(row, given)
    return templates.save(row)
