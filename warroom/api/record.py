"""/api/incidents/{id}/pins, /decisions and /hypotheses."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.fields import ByHandle
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from warroom.models import MAX_DECISION, MAX_HYPOTHESIS, Decision, Hypothesis, Pin, Verdict
from warroom.services import decisions, hypotheses, pins
from warroom.services.decisions import DecisionContent

_READ_AND_ADD: Mapping[str, str] = {"GET": "incident.read", "POST": "incident.respond"}


class PinOut(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="Of the pinned message or fact.")
    pinned_by = serializers.CharField()
    pinned_at = serializers.DateTimeField()


class PinIn(In):
    seq = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class PinsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = _READ_AND_ADD

    @operation("List what is pinned", answers=page_of(PinOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        return self.answer_page(PinOut, Pin.objects.filter(incident=self.incident(ref)), by="seq")

    @operation("Pin a message or a fact", takes=PinIn, answers=PinOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        pinned = pins.pin(
            incident_id=incident.pk, seq=self.read(PinIn)["seq"], actor=self.principal.actor
        )
        return self.answer(PinOut, pinned, status=201)


class PinView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"DELETE": "incident.respond"}

    @operation("Take a pin away", status=204)
    def delete(self, request: Request, ref: str, seq: int) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        pins.unpin(incident_id=incident.pk, seq=seq, actor=self.principal.actor)
        return Response(status=204)


class DecisionIn(In):
    text = serializers.CharField(max_length=MAX_DECISION)
    why = serializers.CharField(max_length=MAX_DECISION, required=False)
    alternatives = serializers.CharField(max_length=MAX_DECISION, required=False)
    decider = ByHandle(required=False, help_text="Who decided, if not you.")
    supersedes = serializers.IntegerField(
        required=False, min_value=1, help_text="The number of the decision that this one replaces."
    )


class DecisionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Of the fact that tells it.")
    text = serializers.CharField()
    why = serializers.CharField()
    alternatives = serializers.CharField()
    decider = serializers.CharField(source="decider_name")
    decided_at = serializers.DateTimeField()
    superseded_by = serializers.IntegerField(
        source="superseded_by.number", default=None, allow_null=True
    )


class DecisionsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = _READ_AND_ADD

    @operation("List the decisions", answers=page_of(DecisionOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        rows = Decision.objects.filter(incident=self.incident(ref))
        return self.answer_page(DecisionOut, rows.select_related("superseded_by"), by="number")

    @operation("Put a decision on record", takes=DecisionIn, answers=DecisionOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        content = DecisionContent(**self.read(DecisionIn))
        decision = decisions.record(
            incident_id=incident.pk, content=content, actor=self.principal.actor
        )
        return self.answer(DecisionOut, decision, status=201)


class HypothesisIn(In):
    text = serializers.CharField(max_length=MAX_HYPOTHESIS)


class JudgementIn(In):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    evidence = serializers.CharField(
        max_length=MAX_HYPOTHESIS, required=False, help_text="Needed unless it stays open."
    )


class HypothesisOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Of the fact that proposed it.")
    text = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    evidence = serializers.CharField()
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    judged_by = serializers.CharField()
    judged_at = serializers.DateTimeField(allow_null=True)


class HypothesesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = _READ_AND_ADD

    @operation("List the hypotheses", answers=page_of(HypothesisOut))
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        rows = Hypothesis.objects.filter(incident=self.incident(ref))
        return self.answer_page(HypothesisOut, rows, by="number")

    @operation("Propose a hypothesis", takes=HypothesisIn, answers=HypothesisOut, status=201)
    def post(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        text = self.read(HypothesisIn)["text"]
        proposed = hypotheses.propose(
            incident_id=incident.pk, text=text, actor=self.principal.actor
        )
        return self.answer(HypothesisOut, proposed, status=201)


class HypothesisView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"PATCH": "incident.respond"}

    @operation("Judge a hypothesis", takes=JudgementIn, answers=HypothesisOut)
    def patch(self, request: Request, ref: str, hypothesis: int) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        given = {"evidence": "", **self.read(JudgementIn)}
        judged = hypotheses.judge(
            incident_id=incident.pk, number=hypothesis, actor=self.principal.actor, **given
        )
        return self.answer(HypothesisOut, judged)
