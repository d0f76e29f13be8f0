"""/api/status/subscribers: whom a page tells, for admins; and bounces, for mail servers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.api.views_common import ActionView, In, operation
from incidents.kernel.errors import NotFound
from statuspage import selectors
from statuspage.models import Language, Pace, StatusPage, Subscriber, SubscriberState, Way
from statuspage.services import bounces, subscribing
from statuspage.services.subscribing import Wishes


class SubscribersQuery(In):
    page = serializers.SlugField(
        required=False, default="", help_text="The slug of the page; the default page without."
    )
    state = serializers.ChoiceField(choices=SubscriberState.choices, required=False)
    way = serializers.ChoiceField(choices=Way.choices, required=False)
    address = serializers.CharField(required=False, max_length=500, help_text="A part of it.")


class SubscriberOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    page = serializers.CharField(source="page.slug")
    way = serializers.ChoiceField(choices=Way.choices)
    address = serializers.CharField()
    state = serializers.ChoiceField(choices=SubscriberState.choices)
    components = serializers.SerializerMethodField(help_text="Slugs; none means all.")
    wants_incidents = serializers.BooleanField()
    wants_maintenance = serializers.BooleanField()
    pace = serializers.ChoiceField(choices=Pace.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    created_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    last_told_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()

    def get_components(self, subscriber: Subscriber) -> list[str]:
        return sorted(component.slug for component in subscriber.components.all())


class SubscribersOut(serializers.Serializer[Any]):
    results = SubscriberOut(many=True)
    next = serializers.CharField(allow_null=True)


class SubscriberIn(In):
    page = serializers.SlugField(required=False, default="")
    way = serializers.ChoiceField(choices=Way.choices, default=Way.EMAIL)
    address = serializers.CharField(max_length=500)
    components = serializers.ListField(
        child=serializers.SlugField(), required=False, default=list, help_text="None means all."
    )
    wants_incidents = serializers.BooleanField(default=True)
    wants_maintenance = serializers.BooleanField(default=True)
    pace = serializers.ChoiceField(choices=Pace.choices, default=Pace.AT_ONCE)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    agreed = serializers.BooleanField(
        default=False, help_text="Whoever has the address has agreed already; else it is asked."
    )


class BounceIn(In):
    message = serializers.CharField(
        max_length=bounces.MOST_BYTES, trim_whitespace=False, help_text="The whole mail."
    )
    recipient = serializers.CharField(
        required=False, default="", max_length=320, help_text="Whom it was handed to."
    )


class BounceOut(serializers.Serializer[Any]):
    ours = serializers.SerializerMethodField(help_text="Whether it is of a message of ours.")
    counted = serializers.BooleanField()
    told = serializers.CharField()

    def get_ours(self, outcome: bounces.Outcome) -> bool:
        return bool(outcome.telling)


def _page(slug: str) -> StatusPage:
    page = selectors.page_called(slug)
    if page is None:
        raise NotFound(f"There is no status page “{slug}”." if slug else "There is no status page.")
    return page


class SubscribersView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "POST": "config.write"}

    @operation("Whom a page tells", query=SubscribersQuery, answers=SubscribersOut)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        asked = self.query(SubscribersQuery)
        rows = Subscriber.objects.filter(page=_page(asked["page"]))
        for name in ("state", "way"):
            rows = rows.filter(**{name: asked[name]}) if name in asked else rows
        if "address" in asked:
            rows = rows.filter(address__icontains=asked["address"])
        found = rows.select_related("page").prefetch_related("components")
        return self.answer_page(SubscriberOut, found)

    @operation("Add a subscriber", takes=SubscriberIn, answers=SubscriberOut, status=201)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        data = self.read(SubscriberIn)
        page = _page(data["page"])
        wishes = Wishes(
            components=subscribing.components_of(page, data["components"]),
            incidents=data["wants_incidents"],
            maintenance=data["wants_maintenance"],
            pace=data["pace"],
            language=data.get("language", page.language),
        )
        subscriber = subscribing.add(
            page=page,
            way=data["way"],
            address=data["address"],
            wishes=wishes,
            agreed=data["agreed"],
        )
        return self.answer(SubscriberOut, subscriber, status=201)


class SubscriberView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"GET": "config.read", "DELETE": "config.write"}

    @operation("One subscriber", answers=SubscriberOut)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return self.answer(SubscriberOut, _subscriber(pk))

    @operation("Forget a subscriber", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        subscribing.remove(_subscriber(pk).pk)
        return Response(status=204)


def _subscriber(pk: int) -> Subscriber:
    found = Subscriber.objects.select_related("page").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such subscriber.")
    return found


class BouncesView(ActionView):
    actions: ClassVar[Mapping[str, str]] = {"POST": "config.write"}

    @operation("Take note of a mail that came back", takes=BounceIn, answers=BounceOut)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        data = self.read(BounceIn)
        raw = data["message"].encode("utf-8", "surrogateescape")
        return self.answer(BounceOut, bounces.take(raw, recipient=data["recipient"]))
