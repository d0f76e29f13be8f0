"""/api/routing: what a version would do, to stored signals and to one, and does in shadow."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api.incidents import found
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel import clock, payload
from incidents.kernel.errors import Invalid
from incidents.models import Integration
from incidents.pipeline.routing import simulation, trying, versions
from incidents.pipeline.routing.trying import Trial
from incidents.pipeline.signal import Malformed
from incidents.selectors import alerts, routing
from incidents.selectors.routing_words import Words
from incidents.sources import adapters


class RuleCountOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    signals = serializers.IntegerField()
    alerts = serializers.IntegerField()


class ExampleOut(serializers.Serializer[Any]):
    alert = serializers.IntegerField(source="alert.pk")
    changes = serializers.ListField(child=serializers.CharField(), source="told")


class GroupOut(serializers.Serializer[Any]):
    what = serializers.CharField()
    count = serializers.IntegerField()
    examples = ExampleOut(many=True)


class SimulationOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    revision = serializers.IntegerField()
    at = serializers.DateTimeField()
    seconds = serializers.FloatField()
    days = serializers.IntegerField()
    messages = serializers.IntegerField(help_text="How many were looked at, the newest first,")
    of = serializers.IntegerField(help_text="of so many.")
    alerts = serializers.IntegerField()
    against = serializers.IntegerField(help_text="The live version compared with; 0: none.")
    incidents_fewer = serializers.IntegerField()
    incidents_fewer_false = serializers.IntegerField(help_text="Of these, false alarms.")
    incidents_more = serializers.IntegerField(help_text="At most.")
    rules = RuleCountOut(many=True)
    changed = GroupOut(many=True)


class SimulateView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "routing.change"}

    @operation(
        "What a version would have done to the signals of the last days", answers=SimulationOut
    )
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        version = versions.found(number)
        row = simulation.simulate(version, read=adapters.read, actor=self.principal.actor)
        visible = access.visible_incidents(self.principal)
        counts = row.result["rules"]
        none = {"signals": 0, "alerts": 0}
        told = {
            **row.result,
            "number": number,
            "revision": row.revision,
            "at": row.at,
            "rules": [
                {"rule": rule["name"], **counts.get(rule["id"], none)} for rule in version.rules
            ],
            "changed": routing.groups(row, visible, Words.load()),
        }
        return self.answer(SimulationOut, told)


class TryIn(In):
    alert = serializers.IntegerField(
        required=False, help_text="Try the signal that opened this alert,"
    )
    integration = serializers.IntegerField(
        required=False, help_text="or a message as this integration would send it."
    )
    payload = serializers.JSONField(required=False)


class AskedOut(serializers.Serializer[Any]):
    condition = serializers.CharField()
    held = serializers.BooleanField()
    saw = serializers.CharField()


class ConsideredOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    verdict = serializers.ChoiceField(
        choices=[(word, word) for word in ("hit", "missed", "off", "not asked")]
    )
    conditions = AskedOut(many=True)


class RoutingTrialOut(serializers.Serializer[Any]):
    title = serializers.CharField()
    rule = serializers.CharField(help_text="What decides; empty: no rule matches.")
    changes = serializers.ListField(child=serializers.CharField())
    rules = ConsideredOut(many=True)


class RoutingTrialsOut(serializers.Serializer[Any]):
    signals = RoutingTrialOut(many=True)


class TryView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "routing.read"}

    @operation(
        "Try a version on one message; changes nothing", takes=TryIn, answers=RoutingTrialsOut
    )
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        version, given, words = versions.found(number), self.read(TryIn), Words.load()
        if "alert" in given:
            visible = alerts.visible(access.visible_incidents(self.principal))
            alert = found(
                visible.select_related("integration__service"), "alert", pk=given["alert"]
            )
            signals, at = trying.stored(alert, read=adapters.read)
            sender = alert.integration
        else:
            rows = Integration.objects.select_related("service")
            sender = found(rows, "integration", pk=given.get("integration", 0))
            signals, at = _read(sender, given), clock.now()
        trials = trying.try_signals(version, signals, sender, at)
        return self.answer(RoutingTrialsOut, {"signals": [_told(trial, words) for trial in trials]})


def _read(sender: Integration, given: Mapping[str, Any]) -> list[Any]:
    body = payload.write(given.get("payload"))
    try:
        return adapters.read(sender.kind, body, sender.options)
    except Malformed as error:
        raise Invalid(str(error), field="payload") from error


def _told(trial: Trial, words: Words) -> dict[str, Any]:
    return {
        "title": trial.signal.title or trial.signal.fingerprint,
        "rule": trial.directed.rule,
        "changes": words.changes(list(trial.changes)),
        "rules": [
            {
                "rule": one.rule.name,
                "verdict": one.verdict,
                "conditions": [
                    {
                        "condition": words.condition(asked.condition.as_data()),
                        "held": asked.held,
                        "saw": asked.saw,
                    }
                    for asked in one.asked
                ],
            }
            for one in trial.considered
        ],
    }


class ShadowOut(serializers.Serializer[Any]):
    signal = serializers.IntegerField(source="row.signal_id")
    alert = serializers.IntegerField(source="alert.pk")
    rule = serializers.CharField(source="row.rule")
    changes = serializers.ListField(child=serializers.CharField(), source="told")
    at = serializers.DateTimeField(source="row.at")


class ShadowsOut(serializers.Serializer[Any]):
    seen = serializers.IntegerField()
    differing = serializers.IntegerField()
    latest = ShadowOut(many=True)


class ShadowView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "routing.read"}

    @operation("What a version in shadow would have done otherwise", answers=ShadowsOut)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002
        version = versions.found(number)
        tally, visible = routing.tally_of(version), access.visible_incidents(self.principal)
        told = {
            "seen": tally.seen if tally else 0,
            "differing": tally.differing if tally else 0,
            "latest": routing.differences(version, visible, Words.load()),
        }
        return self.answer(ShadowsOut, told)
