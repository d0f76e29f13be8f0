"""What requests may say and answers hold."""

from typing import Any

from rest_framework import serializers

from incidents.api.fields import ByHandle
from incidents.api.views_common import In
from incidents.kernel import clock
from incidents.models import Incident
from postmortems.models import (
    MAX_BODY,
    ActionItem,
    ActionKind,
    ActionState,
    PostMortemState,
    Priority,
)
from postmortems.models.action_item import MAX_TITLE

Out = serializers.Serializer[Any]


class PostMortemQuery(In):
    state = serializers.ChoiceField(choices=PostMortemState.choices, required=False)


class SectionIn(In):
    slug = serializers.SlugField()
    body = serializers.CharField(
        allow_blank=True,
        max_length=MAX_BODY,
        trim_whitespace=False,
        help_text="Markdown; [#12] cites fact 12.",
    )
    version = serializers.IntegerField(min_value=1, help_text="The version you have read.")


class PostMortemIn(In):
    sections = serializers.ListField(child=SectionIn(), min_length=1, max_length=50)


class SectionOut(Out):
    slug = serializers.SlugField()
    heading = serializers.CharField()
    body = serializers.CharField(help_text="Markdown; [#12] cites fact 12.")
    version = serializers.IntegerField(help_text="Send it back when you replace the text.")
    edited_by = serializers.CharField(
        source="editor_name", help_text="Empty while the text is as drafted."
    )
    edited_at = serializers.DateTimeField(allow_null=True)
    asks = serializers.SerializerMethodField(help_text="What people still have to answer.")

    def get_asks(self, section: Any) -> str:
        return str(section.asks) if section.is_open else ""


class PostMortemLineOut(Out):
    """A post-mortem in a list; `id` is that of its incident."""

    id = serializers.IntegerField(source="pk")
    reference = serializers.CharField(help_text="Of the incident.")
    title = serializers.CharField(source="incident.title")
    state = serializers.ChoiceField(choices=PostMortemState.choices)
    version = serializers.IntegerField()
    drafted_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class ActionItemOut(Out):
    id = serializers.IntegerField()
    incident = serializers.CharField(source="incident.reference")
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ActionKind.choices)
    owner = serializers.CharField(
        source="owner.username", default=None, allow_null=True, help_text="Their handle."
    )
    due_on = serializers.DateField(allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices)
    state = serializers.ChoiceField(choices=ActionState.choices)
    overdue = serializers.SerializerMethodField()
    task = serializers.IntegerField(
        source="task_number",
        allow_null=True,
        help_text="The task of the war room that it was made from.",
    )
    message = serializers.IntegerField(
        source="source_seq", allow_null=True, help_text="The seq of the fact that it goes back to."
    )
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_overdue(self, item: ActionItem) -> bool:
        return item.is_overdue(clock.now().date())


class PostMortemOut(PostMortemLineOut):
    """The whole document."""

    sections = SectionOut(many=True, source="in_order")
    action_items = ActionItemOut(many=True, source="incident.action_items.all")


class PostMortemPageLineOut(Out):
    """A row of the list is read from the incident that the post-mortem belongs to."""

    def to_representation(self, incident: Incident) -> Any:
        return PostMortemLineOut(incident.post_mortem).data


class ActionItemChangesIn(In):
    title = serializers.CharField(max_length=MAX_TITLE, required=False)
    kind = serializers.ChoiceField(choices=ActionKind.choices, required=False)
    owner = ByHandle(required=False, allow_null=True, help_text="A handle; null for nobody.")
    due_on = serializers.DateField(required=False, allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    state = serializers.ChoiceField(choices=ActionState.choices, required=False)


class ActionItemIn(ActionItemChangesIn):
    incident = serializers.CharField(max_length=60, help_text="Number, reference or UUID.")
    title = serializers.CharField(max_length=MAX_TITLE)


class ActionItemQuery(In):
    incident = serializers.CharField(required=False, max_length=60)
    owner = serializers.CharField(required=False, max_length=150, help_text="A handle.")
    state = serializers.ChoiceField(
        choices=["open", "overdue", "ended", *ActionState.values],
        required=False,
        help_text="Without it: all of them.",
    )
