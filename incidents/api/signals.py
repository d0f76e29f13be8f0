"""/api/signals: messages as they came in, and what became of each."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models.functions import Length
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from incidents import access
from incidents.api.pagination import limit_of
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from incidents.models import Signal, SignalState
from incidents.selectors import signal_words, signals

_MOST_TEXT: Final = 64_000


class SignalOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    trace_id = serializers.UUIDField(source="delivery_id", help_text="As the sender was told it.")
    integration = serializers.CharField(source="integration.name")
    adapter = serializers.CharField(help_text="The protocol it was read as.")
    state = serializers.ChoiceField(choices=SignalState.choices)
    size = serializers.IntegerField(help_text="In bytes.")
    received_at = serializers.DateTimeField()
    folded_at = serializers.DateTimeField(allow_null=True)
    summary = serializers.SerializerMethodField(help_text="What became of it, in words.")
    outcome = serializers.ListField(
        child=serializers.DictField(),
        help_text="For each condition it held: action, fingerprint, alert, incident, muted_by,"
        " rule; or the error where it was not understood.",
    )

    def get_summary(self, signal: Signal) -> str:
        return signal_words.summary(signal)


class SignalDetail(SignalOut):
    body = serializers.SerializerMethodField(
        help_text="Its text, the first 64,000 characters; null where it may not be read."
    )

    def get_body(self, signal: Signal) -> str | None:
        visible = access.visible_incidents(self.context["view"].principal)
        if not signals.may_be_read(signal, visible):
            return None
        return bytes(signal.body).decode("utf-8", "replace")[:_MOST_TEXT]


class SignalQuery(In):
    integration = serializers.IntegerField(required=False, default=0, min_value=0)
    state = serializers.ChoiceField(choices=SignalState.values, required=False, default="")
    until = serializers.DateTimeField(
        required=False, default=None, help_text="Received before then."
    )


class SignalsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("List inbound messages, newest first", query=SignalQuery, answers=page_of(SignalOut))
    def get(self, request: Request) -> Response:
        """A page looks at 20,000 messages at most: one with few results may have a next one."""
        chosen = signals.SignalFilter(**self.query(SignalQuery))
        rows = signals.visible(access.visible_incidents(self.principal))
        size = limit_of(request.query_params.get("limit"))
        page = signals.page(rows, chosen, before=_below(request), size=size)
        here = request.build_absolute_uri()
        following = replace_query_param(here, "cursor", page.older) if page.older else None
        results = SignalOut(page.rows, many=True, context={"view": self}).data
        return Response({"results": results, "next": following})


def _below(request: Request) -> int:
    """The id that the page is below; 0 for the first page."""
    cursor = request.query_params.get("cursor") or "0"
    if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19:
        return int(cursor)
    raise serializers.ValidationError({"cursor": ["This cursor is not ours. Follow “next”."]})


class SignalView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "alert.read"}

    @operation("Read an inbound message", answers=SignalDetail)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        rows = signals.visible(access.visible_incidents(self.principal))
        signal = rows.annotate(size=Length("body")).filter(pk=pk).defer(None).first()
        if signal is None:
            raise NotFound("There is no such message.")
        return self.answer(SignalDetail, signal)
