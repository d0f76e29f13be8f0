"""/api/detection: trying rules on live data and on history, their runs, and how detection does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.fields import Number
from incidents.api.incidents import found
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.models import Backtest, BacktestState, DetectionRule, RuleMode, RuleRun
from incidents.selectors import detection
from incidents.sources.detection import Text, backtest, trial
from incidents.sources.detection.rules import POLL_JOB, complete


class RuleRunOut(serializers.Serializer[Any]):
    started_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField()
    series = serializers.IntegerField()
    firing = serializers.IntegerField()
    worst_value = Number(allow_null=True)
    note = serializers.CharField()
    error = serializers.CharField()


class RunsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("The runs of a rule, newest first", answers=page_of(RuleRunOut))
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rule = found(DetectionRule.objects.all(), "rule", pk=pk)
        return self.answer_page(RuleRunOut, RuleRun.objects.filter(rule=rule), by="-started_at")


class VerdictOut(serializers.Serializer[Any]):
    labels = serializers.DictField(child=serializers.CharField())
    value = Number(allow_null=True)
    over = serializers.BooleanField(help_text="Whether it is over the line.")


class MatchOut(serializers.Serializer[Any]):
    at = serializers.SerializerMethodField()
    text = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())

    def get_at(self, found: Text) -> datetime:
        return datetime.fromtimestamp(found.at, tz=UTC)


class TrialOut(serializers.Serializer[Any]):
    seconds = serializers.FloatField()
    series = serializers.IntegerField()
    over = serializers.IntegerField()
    shown = VerdictOut(many=True, help_text="The worst of them.")
    matched = MatchOut(many=True, help_text="The newest 200 that a pattern found.")
    note = serializers.CharField(help_text="What keeps it from judging, if anything does.")
    error = serializers.CharField()


class TrialView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "config.write"}

    @operation("Try a rule on live data; opens nothing", answers=TrialOut)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(TrialOut, trial.run(found(complete(), "rule", pk=pk)))


class BacktestIn(In):
    days = serializers.ChoiceField(choices=[(n, f"{n} days") for n in backtest.DAYS])


class BacktestOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    version = serializers.IntegerField(help_text="The version of the rule that was tried.")
    days = serializers.IntegerField()
    state = serializers.ChoiceField(choices=BacktestState.choices)
    progress = serializers.IntegerField(help_text="Per cent.")
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    result = serializers.DictField(
        help_text="Precision, recall, pages a night, minutes earlier, and examples."
    )
    error = serializers.CharField()


class BacktestsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read", "POST": "config.write"}

    @operation("The backtests of a rule, newest first", answers=page_of(BacktestOut))
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rule = found(DetectionRule.objects.all(), "rule", pk=pk)
        return self.answer_page(BacktestOut, Backtest.objects.filter(rule=rule), by="-asked_at")

    @operation("Try a rule on history", takes=BacktestIn, answers=BacktestOut, status=202)
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        days, rule = self.read(BacktestIn)["days"], found(complete(), "rule", pk=pk)
        row = backtest.ask_for(rule, days=days, user=self.principal.user)
        return self.answer(BacktestOut, row, status=202)


class PrecisionOut(serializers.Serializer[Any]):
    incidents = serializers.IntegerField(help_text="Incidents that its alerts were part of.")
    wrong = serializers.IntegerField(help_text="Of these, marked as false alarms.")
    precision = Number(
        source="share", allow_null=True, help_text=f"Null: fewer than {detection.ENOUGH} incidents."
    )


class RuleStatusOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    mode = serializers.ChoiceField(choices=RuleMode.choices)
    last_run_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    firing = serializers.IntegerField()
    worst_value = Number(allow_null=True)
    error = serializers.CharField()
    judged = PrecisionOut(help_text="Over the last 30 days.")


class LatencyOut(serializers.Serializer[Any]):
    """From when it began, as the alert says, to when its incident was open; of 30 days."""

    mean_seconds = Number(source="mean", allow_null=True)
    median_seconds = Number(source="median", allow_null=True)
    incidents = serializers.IntegerField(
        help_text=f"How many were measured. Fewer than {detection.ENOUGH} make no figure: null."
    )


class UptimeOut(serializers.Serializer[Any]):
    share = Number(
        allow_null=True,
        help_text=f"Null: fewer than {detection.ENOUGH_MINUTES} minutes are known.",
    )
    minutes = serializers.IntegerField(help_text="Of the last day, or since detection began.")


class DetectionStatusOut(serializers.Serializer[Any]):
    active_alerts = serializers.IntegerField()
    modes = serializers.DictField(child=serializers.IntegerField())
    incidents_per_hour = serializers.ListField(
        child=serializers.IntegerField(),
        source="hourly",
        help_text="Opened by alerts in each of the last 24 hours, oldest first.",
    )
    judged = PrecisionOut(help_text="Incidents that alerts opened in the last 30 days.")
    false_positive_rate = Number(
        source="judged.wrong_share", allow_null=True, help_text="Of `judged.incidents`; as there."
    )
    detection_latency = LatencyOut(source="latency")
    detector_uptime = UptimeOut(source="uptime")
    failing_sources = serializers.IntegerField()
    failing_rules = serializers.IntegerField()
    rules = RuleStatusOut(many=True, help_text="At most 1,000, by name.")


class DetectionStatusView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("How detection is doing", answers=DetectionStatusOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        visible = access.visible_incidents(self.principal)
        status = detection.status(visible, poll=POLL_JOB)
        rules = [_status(row) for row in detection.all_rows()]
        return Response(
            DetectionStatusOut({**_members(status), "rules": rules}, context={"view": self}).data
        )


def _members(status: detection.Status) -> dict[str, Any]:
    names = ("active_alerts", "modes", "hourly", "judged", "latency", "uptime")
    return {name: getattr(status, name) for name in (*names, "failing_sources", "failing_rules")}


def _status(row: detection.RuleRow) -> dict[str, Any]:
    run = row.last
    return {
        "rule": row.rule.name,
        "mode": row.rule.mode,
        "last_run_at": run.started_at if run else None,
        "duration_ms": run.duration_ms if run else None,
        "firing": run.firing if run else 0,
        "worst_value": run.worst_value if run else None,
        "error": run.error if run else "",
        "judged": row.precision,
    }
