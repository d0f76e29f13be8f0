"""Action items: listed, written down, changed."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import access
from incidents.api import idempotency
from incidents.api.schema import page_of
from incidents.api.views_common import ActionView, operation
from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from postmortems import services
from postmortems.api.shapes import (
    ActionItemChangesIn,
    ActionItemIn,
    ActionItemOut,
    ActionItemQuery,
)
from postmortems.models import ActionItem
from postmortems.selectors import documents
from postmortems.services import ActionChanges


class ActionItemsView(ActionView):
    actions = {"GET": "postmortem.read", "POST": "postmortem.write"}

    @operation("List action items", query=ActionItemQuery, answers=page_of(ActionItemOut))
    def get(self, _request: Request) -> Response:
        asked = self.query(ActionItemQuery)
        visible = access.visible_incidents(self.principal)
        today = clock.now().date()
        rows = documents.action_items(visible, today=today, state=asked.get("state", "all"))
        return self.answer_page(ActionItemOut, self._narrowed(rows, asked))

    def _narrowed(self, rows: QuerySet[ActionItem], asked: dict[str, Any]) -> QuerySet[ActionItem]:
        if "incident" in asked:
            rows = rows.filter(incident=self.incident(asked["incident"]))
        if "owner" in asked:
            rows = rows.filter(owner__username=asked["owner"])
        return rows

    @operation("Write an action item down", takes=ActionItemIn, answers=ActionItemOut, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(ActionItemIn)
        incident = self.incident(given.pop("incident"))
        with transaction.atomic():
            repeated = idempotency.earlier(request, self.principal)
            if repeated is not None:
                item = ActionItem.objects.get(pk=repeated)
                return self.answer(ActionItemOut, item, status=201)
            item = services.add_action_item(
                incident_id=incident.pk, content=ActionChanges(**given), actor=self.principal.actor
            )
            idempotency.remember(request, self.principal, item.pk)
        return self.answer(ActionItemOut, item, status=201)


class ActionItemView(ActionView):
    actions = {"GET": "postmortem.read", "PATCH": "postmortem.write"}

    def _item(self, pk: int) -> ActionItem:
        visible = access.visible_incidents(self.principal)
        rows = ActionItem.objects.filter(incident__in=visible).select_related("owner", "incident")
        item = rows.filter(pk=pk).first()
        if item is None:
            raise NotFound("There is no such action item.")
        return item

    @operation("Read an action item", answers=ActionItemOut)
    def get(self, _request: Request, pk: int) -> Response:
        return self.answer(ActionItemOut, self._item(pk))

    @operation("Change an action item", takes=ActionItemChangesIn, answers=ActionItemOut)
    def patch(self, _request: Request, pk: int) -> Response:
        item = self._item(pk)
        changed = services.change_action_item(
            item_id=item.pk,
            changes=ActionChanges(**self.read(ActionItemChangesIn)),
            actor=self.principal.actor,
        )
        return self.answer(ActionItemOut, changed)
