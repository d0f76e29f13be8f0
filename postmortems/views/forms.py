"""What people type into the pages of the spoke, checked."""

from typing import Any

from django import forms

from incidents.models import User
from postmortems.models import MAX_BODY, ActionItem, ActionKind, ActionState, Priority
from postmortems.models.action_item import MAX_TITLE
from postmortems.services import ActionChanges


def _select() -> forms.Select:
    return forms.Select({"class": "select"})


class SectionForm(forms.Form):
    body = forms.CharField(required=False, max_length=MAX_BODY, strip=False)
    version = forms.IntegerField(min_value=1)


class ActionItemForm(forms.Form):
    title = forms.CharField(
        label="What is to be done",
        max_length=MAX_TITLE,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        to_field_name="username",
        required=False,
        empty_label="Nobody yet",
        widget=_select(),
    )
    due_on = forms.DateField(
        label="Due",
        required=False,
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(choices=ActionKind.choices, widget=_select())
    priority = forms.ChoiceField(choices=Priority.choices, widget=_select())
    state = forms.ChoiceField(choices=ActionState.choices, widget=_select())

    def __init__(self, *args: Any, item: ActionItem | None = None, **kwargs: Any) -> None:
        if item is not None:
            names = ("title", "due_on", "kind", "priority", "state")
            kwargs["initial"] = {name: getattr(item, name) for name in names}
            kwargs["initial"]["owner"] = item.owner.username if item.owner else None
        else:
            kwargs["initial"] = {
                "kind": ActionKind.PROCEDURE,
                "priority": Priority.P2,
                "state": ActionState.PENDING,
            }
        super().__init__(*args, **kwargs)
        owners = User.objects.filter(is_active=True)
        if item is not None and item.owner_id is not None:
            owners = owners | User.objects.filter(pk=item.owner_id)
        self.fields["owner"].queryset = owners.order_by("name", "username")  # type: ignore[attr-defined]  # a ModelChoiceField

    def changes(self) -> ActionChanges:
        return ActionChanges(**self.cleaned_data)
