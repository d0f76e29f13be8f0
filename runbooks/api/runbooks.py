"""/api/runbooks: the library, its texts and their versions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api import idempotency
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, operation
from incidents.kernel.actor import Actor
from runbooks import selectors, services
from runbooks.api.shapes import (
    RunbookChange,
    RunbookIn,
    RunbookListed,
    RunbookOut,
    RunbookQuery,
    VersionIn,
    VersionOut,
)
from runbooks.models import Runbook


class RunbooksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "runbook.read", "POST": "runbook.edit"}

    @operation("List runbooks by title", query=RunbookQuery, answers=page_of(RunbookListed))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        asked = self.query(RunbookQuery)
        rows = selectors.library(text=asked["q"], category=asked["category"], tag=asked["tag"])
        if asked["enabled"] is not None:
            rows = rows.filter(enabled=asked["enabled"])
        return self.answer_page(RunbookListed, rows, by="title")

    @operation("Write a runbook", takes=RunbookIn, answers=RunbookOut, status=201)
    def post(self, request: Request) -> Response:
        data = dict(self.read(RunbookIn))
        with transaction.atomic():
            made = idempotency.earlier(request, self.principal)
            if made is None:
                made = _write(services.new(), data, self.principal.actor).pk
                idempotency.remember(request, self.principal, made)
        return self.answer(RunbookOut, selectors.runbook(made), status=201)


def _write(draft: Runbook, data: dict[str, Any], actor: Actor) -> Runbook:
    patterns, reason = data.pop("patterns", None), data.pop("reason", "")
    based_on = data.pop("version", None)
    if "severities" in data:
        data["severities"] = [severity.code for severity in data["severities"]]
    for name, value in data.items():
        setattr(draft, name, value)
    runbook = services.write(draft, actor=actor, reason=reason, based_on=based_on)
    if patterns is not None:
        services.set_patterns(runbook, [services.PatternText(**each) for each in patterns])
    return runbook


class RunbookView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {
        "GET": "runbook.read",
        "PATCH": "runbook.edit",
        "DELETE": "runbook.edit",
    }

    @operation("Read a runbook", answers=RunbookOut)
    def get(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        return self.answer(RunbookOut, selectors.runbook(runbook))

    @operation("Change a runbook", takes=RunbookChange, answers=RunbookOut)
    def patch(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        draft = selectors.runbook(runbook)
        data = dict(self.read(RunbookChange, partial=True))
        with transaction.atomic():
            _write(draft, data, self.principal.actor)
        return self.answer(RunbookOut, selectors.runbook(draft.pk))

    @operation("Delete a runbook; its runs stay", status=204)
    def delete(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        found = selectors.runbook(runbook)
        services.remove(runbook_id=found.pk, actor=self.principal.actor)
        return Response(status=204)


class VersionsView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "runbook.read"}

    @operation("The versions of a runbook, newest first", answers=page_of(VersionOut))
    def get(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        rows: QuerySet[Any] = selectors.versions(selectors.runbook(runbook))
        return self.answer_page(VersionOut, rows, by="-version")


class RestoreView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "runbook.edit"}

    @operation("Make an earlier version the newest", takes=VersionIn, answers=RunbookOut)
    def post(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        found = selectors.runbook(runbook)
        version = self.read(VersionIn)["version"]
        services.restore(runbook_id=found.pk, version=version, actor=self.principal.actor)
        return self.answer(RunbookOut, selectors.runbook(found.pk))
