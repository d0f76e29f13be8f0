"""Runbooks at work: what fits an incident, starting one, and ticking its steps."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.inputs import Nothing
from incidents.api.views_common import ActionView, operation
from runbooks import selectors, services
from runbooks.api.shapes import ExecuteIn, IncidentRunbooksOut, RunOut, TickIn
from runbooks.models import RunbookRun
from runbooks.rendering import progress


class _RunView(ActionView):
    """A view about one run: the declared action is checked against the run's incident."""

    actions: ClassVar[Mapping[str, str]] = {}

    def run(self, run_id: int, action: str = "runbook.run") -> RunbookRun:
        return selectors.run(self.principal, run_id, action)

    def answer_run(
        self, run_id: int, action: str = "runbook.run", *, status: int = 200
    ) -> Response:
        """Whoever may do it sees what became of it: no other action is asked for."""
        run = self.run(run_id, action)
        return self.answer(RunOut, progress(run), status=status)


class IncidentRunbooksView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "incident.read"}

    @operation("Runbooks that fit an incident, and its runs", answers=IncidentRunbooksOut)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        incident = self.incident(ref)
        runs = [progress(run) for run in selectors.runs_of(incident)]
        found: dict[str, Any] = {"suggested": services.match(incident), "runs": runs}
        return self.answer(IncidentRunbooksOut, found)


class ExecuteView(_RunView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "runbook.run"}

    @operation("Start a runbook for an incident", takes=ExecuteIn, answers=RunOut, status=201)
    def post(self, request: Request, runbook: str) -> Response:  # noqa: ARG002
        found = selectors.runbook(runbook)
        incident = self.incident(self.read(ExecuteIn)["incident"])
        run = services.start(
            incident_id=incident.pk, runbook_id=found.pk, actor=self.principal.actor
        )
        return self.answer_run(run.pk, status=201)


class RunView(_RunView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "runbook.read"}

    @operation("Read a run with its steps", answers=RunOut)
    def get(self, request: Request, run: int) -> Response:  # noqa: ARG002
        return self.answer_run(run, "runbook.read")


class StepView(_RunView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "runbook.run"}

    @operation("Tick a step, take the tick away, or note on it", takes=TickIn, answers=RunOut)
    def post(self, request: Request, run: int, step: int) -> Response:  # noqa: ARG002
        found = self.run(run)
        data = self.read(TickIn)
        services.tick(run_id=found.pk, index=step, actor=self.principal.actor, **data)
        return self.answer_run(found.pk)


class FinishView(_RunView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "runbook.run"}

    @operation("Finish a run", takes=Nothing, answers=RunOut)
    def post(self, request: Request, run: int) -> Response:  # noqa: ARG002
        found = self.run(run)
        services.finish(run_id=found.pk, actor=self.principal.actor)
        return self.answer_run(found.pk)
