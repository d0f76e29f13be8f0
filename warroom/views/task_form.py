"""What people type about a task, checked."""

from typing import Any, Final

from django import forms

from incidents.models import Role, User
from warroom.models import MAX_TITLE, Task
from warroom.services.tasks import TaskContent

REMINDERS: Final = (
    (0, "When it is due"),
    (5, "5 minutes before"),
    (10, "10 minutes before"),
    (30, "30 minutes before"),
    (60, "An hour before"),
    (24 * 60, "A day before"),
)
_AT_MINUTE: Final = "%Y-%m-%dT%H:%M"


class TaskForm(forms.Form):
    title = forms.CharField(
        label="What is to be done",
        max_length=MAX_TITLE,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        label="Who",
        to_field_name="username",
        required=False,
        empty_label="Nobody yet",
        widget=forms.Select({"class": "select"}),
    )
    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=forms.DateTimeInput({"class": "input", "type": "datetime-local"}, _AT_MINUTE),
    )
    remind_minutes = forms.TypedChoiceField(
        label="Remind",
        required=False,
        coerce=int,
        choices=REMINDERS,
        widget=forms.Select({"class": "select"}),
    )
    follow_up = forms.BooleanField(
        label="Keep for afterwards",
        required=False,
        widget=forms.CheckboxInput({"class": "tick"}),
    )
    said_seq = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, task: Task | None = None, **kwargs: Any) -> None:
        if task is not None:
            names = ("title", "due_at", "remind_minutes", "follow_up")
            kwargs["initial"] = {name: getattr(task, name) for name in names}
            kwargs["initial"]["assignee"] = task.assignee.username if task.assignee else None
        super().__init__(*args, **kwargs)
        if self.initial.get("said_seq"):
            self.fields["title"].widget.attrs["autofocus"] = True
        people = User.objects.filter(is_active=True).exclude(role=Role.OBSERVER)
        if task is not None and task.assignee_id is not None:
            people = people | User.objects.filter(pk=task.assignee_id)
        self.fields["assignee"].queryset = people.order_by("name", "username")  # type: ignore[attr-defined]  # a ModelChoiceField
        if task is not None and task.remind_minutes not in dict(REMINDERS):
            choice = (task.remind_minutes, f"{task.remind_minutes} minutes before")
            self.fields["remind_minutes"].choices = [*REMINDERS, choice]  # type: ignore[attr-defined]  # a ChoiceField

    def content(self) -> TaskContent:
        given = {name: value for name, value in self.cleaned_data.items() if name != "said_seq"}
        return TaskContent(**given | {"remind_minutes": given["remind_minutes"] or 0})
