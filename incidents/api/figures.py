"""/api/metrics: the figures of the board."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.views_common import ActionView, operation
from incidents.selectors import figures


class MeasuredOut(serializers.Serializer[Any]):
    median = serializers.FloatField(allow_null=True, help_text="Seconds, over the last 7 days.")
    n = serializers.IntegerField(help_text="How many incidents the median is of.")
    daily = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        help_text="Median of each of the last 14 days (UTC), oldest first; null without data.",
    )


class DashboardOut(serializers.Serializer[Any]):
    open_incidents = serializers.IntegerField(source="open_count")
    alerts_last_day = serializers.IntegerField(source="alerts_day")
    mtta = MeasuredOut(help_text="Time to acknowledge.")
    mttr = MeasuredOut(help_text="Time to resolve.")
    by_type = serializers.DictField(
        child=serializers.IntegerField(), help_text="Incidents opened in 30 days, by type."
    )
    by_category = serializers.DictField(
        child=serializers.IntegerField(), help_text="Incidents opened in 30 days, by category."
    )


class MttrView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "metrics.read"}

    @operation("Time to resolve", answers=MeasuredOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        shown = figures.board(access.visible_incidents(self.principal))
        return self.answer(MeasuredOut, shown.mttr)


class DashboardView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "metrics.read"}

    @operation("The figures of the board", answers=DashboardOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        visible = access.visible_incidents(self.principal)
        shown = asdict(figures.board(visible)) | figures.by_triage(visible)
        return self.answer(DashboardOut, shown)
