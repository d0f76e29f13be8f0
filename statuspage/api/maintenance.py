"""Planned work: announced once or again and again, changed, moved on."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import Invalid, NotFound
from statuspage.api.contents import page_at
from statuspage.models import Maintenance, MaintenanceSeries, MaintenanceState, StatusPage
from statuspage.services import maintenance, series
from statuspage.services.work import Work


class WorkIn(In):
    title = serializers.CharField(max_length=150)
    body = serializers.CharField(
        required=False, allow_blank=True, max_length=10_000, help_text="Markdown, for customers."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    components = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=500, help_text="Slugs."
    )
    reminders = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=43_200),
        required=False,
        max_length=5,
        help_text="Minutes before the start.",
    )
    starts_itself = serializers.BooleanField(required=False)
    ends_itself = serializers.BooleanField(required=False)
    silences = serializers.BooleanField(
        required=False, help_text="Alerts of the components' services open no incident meanwhile."
    )
    notifies = serializers.BooleanField(required=False, help_text="Subscribers are told.")


class SeriesIn(WorkIn):
    recurrence = serializers.CharField(max_length=300, help_text="An RRULE.")
    time_zone = serializers.CharField(max_length=60, required=False, default="UTC")


class NewsIn(In):
    state = serializers.ChoiceField(choices=MaintenanceState.choices)
    body = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=10_000, help_text="Markdown."
    )


class NewsOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=MaintenanceState.choices)
    body = serializers.CharField()
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()


class WorkOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="key")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=MaintenanceState.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    components = serializers.SerializerMethodField(help_text="Slugs.")
    reminders = serializers.ListField(child=serializers.IntegerField())
    starts_itself = serializers.BooleanField()
    ends_itself = serializers.BooleanField()
    silences = serializers.BooleanField()
    notifies = serializers.BooleanField()
    series = serializers.IntegerField(source="series_id", allow_null=True)
    url = serializers.CharField(source="get_absolute_url")
    updates = NewsOut(many=True)

    def get_components(self, planned: Maintenance) -> list[str]:
        return [component.slug for component in planned.components.all()]


class WorksOut(serializers.Serializer[Any]):
    results = WorkOut(many=True)


class SeriesOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    recurrence = serializers.CharField()
    time_zone = serializers.CharField()
    cancelled_at = serializers.DateTimeField(allow_null=True)


class AllSeriesOut(serializers.Serializer[Any]):
    results = SeriesOut(many=True)


class WorksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "status.publish"}

    @operation("Planned work of a page, newest first", answers=WorksOut)
    def get(self, request: Request, page: str) -> Response:  # noqa: ARG002
        rows = page_at(page).maintenances.order_by("-starts_at", "-pk")
        found = rows.select_related("page").prefetch_related("components", "updates")[:200]
        return self.answer(WorksOut, {"results": found})

    @operation("Announce planned work", takes=WorkIn, answers=WorkOut, status=201)
    def post(self, request: Request, page: str) -> Response:  # noqa: ARG002
        found = page_at(page)
        work = _work(found, self.read(WorkIn))
        made = maintenance.announce(page_id=found.pk, work=work, actor=self.principal.actor)
        return self.answer(WorkOut, made, status=201)


class WorkView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "PATCH": "status.publish"}

    @operation("One piece of planned work", answers=WorkOut)
    def get(self, request: Request, page: str, work: str) -> Response:  # noqa: ARG002
        return self.answer(WorkOut, _found(page, work))

    @operation("Change it; other dates are told", takes=WorkIn, answers=WorkOut)
    def patch(self, request: Request, page: str, work: str) -> Response:  # noqa: ARG002
        found = _found(page, work)
        known = {name.name: getattr(found, name.name, "") for name in fields(Work)}
        known |= {"body": "", "components": list(found.components.values_list("slug", flat=True))}
        wanted = _work(found.page, known | self.read(WorkIn, partial=True))
        actor = self.principal.actor
        changed = maintenance.change(maintenance_id=found.pk, work=wanted, actor=actor)
        return self.answer(WorkOut, changed)


class WorkStateView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "status.publish"}

    @operation("Start, verify, complete or cancel it", takes=NewsIn, answers=WorkOut)
    def post(self, request: Request, page: str, work: str) -> Response:  # noqa: ARG002
        found = _found(page, work)
        data, actor = self.read(NewsIn), self.principal.actor
        maintenance.advance(maintenance_id=found.pk, actor=actor, **data)
        return self.answer(WorkOut, _found(page, work))


class AllSeriesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "status.read", "POST": "status.publish"}

    @operation("Work that recurs", answers=AllSeriesOut)
    def get(self, request: Request, page: str) -> Response:  # noqa: ARG002
        return self.answer(AllSeriesOut, {"results": page_at(page).series.all()})

    @operation("Announce work that recurs", takes=SeriesIn, answers=SeriesOut, status=201)
    def post(self, request: Request, page: str) -> Response:  # noqa: ARG002
        found, data = page_at(page), dict(self.read(SeriesIn))
        recurrence, time_zone = data.pop("recurrence"), data.pop("time_zone")
        recurring = series.Recurring(
            work=_work(found, data), recurrence=recurrence, time_zone=time_zone
        )
        actor = self.principal.actor
        made = series.announce(page_id=found.pk, recurring=recurring, actor=actor)
        return self.answer(SeriesOut, made, status=201)


class SeriesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"DELETE": "status.publish"}

    @operation("End a series and what has not begun of it", answers=SeriesOut)
    def delete(self, request: Request, page: str, series_id: int) -> Response:  # noqa: ARG002
        found: MaintenanceSeries | None = page_at(page).series.filter(pk=series_id).first()
        if found is None:
            raise NotFound("There is no such series.")
        return self.answer(SeriesOut, series.cancel(series_id=found.pk, actor=self.principal.actor))


def _found(slug: str, key: str) -> Maintenance:
    rows = page_at(slug).maintenances.select_related("page")
    found = rows.prefetch_related("components", "updates").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such maintenance.", "It may have been removed.")
    return found


def _work(page: StatusPage, data: Mapping[str, Any]) -> Work:
    slugs = list(data.get("components", ()))
    known = dict(page.components.filter(slug__in=slugs).values_list("slug", "pk"))
    if unknown := sorted(set(slugs) - set(known)):
        raise Invalid(f"{page.name} has no component “{unknown[0]}”.", field="components")
    return Work(**{**data, "components": [known[slug] for slug in slugs]})
