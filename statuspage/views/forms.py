"""What people type, checked for shape; the verbs check the rest."""

from collections.abc import Iterable
from typing import Any

from django import forms

from incidents.web.noise.fields import MomentField
from statuspage.models import Component, ComponentState, PublicState, PublicUpdate, StatusPage
from statuspage.services import Announcement
from statuspage.services.publishing import MAX_BODY, MAX_TITLE
from statuspage.services.suggestion import Draft


def _effect_name(component: Component) -> str:
    return f"effect-{component.pk}"


class PublishForm(forms.Form):
    """One select for each component of the page, beside state, title and text."""

    state = forms.ChoiceField(
        label="State", choices=PublicState.choices, widget=forms.Select({"class": "select"})
    )
    title = forms.CharField(
        label="Title, as customers would say it",
        max_length=MAX_TITLE,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    body = forms.CharField(
        label="What customers need to know",
        max_length=MAX_BODY,
        widget=forms.Textarea({"class": "textarea", "rows": 4}),
    )

    displayed_at = MomentField(
        label="When it happened",
        required=False,
        help_text="Where that was earlier. The page says that it was added later.",
    )
    publish_at = MomentField(
        label="Publish at", required=False, help_text="Where customers are to read it later."
    )
    quietly = forms.BooleanField(
        label="Do not tell subscribers: it is on the page, and nobody is sent anything",
        required=False,
    )

    def __init__(self, page: StatusPage, *args: Any, draft: Draft, **kwargs: Any) -> None:
        kwargs["initial"] = {"state": draft.state, "title": draft.title, "body": draft.body}
        super().__init__(*args, **kwargs)
        self.components = list(page.components.select_related("group"))
        self._touched = set(draft.effects)
        for component in self.components:
            self.fields[_effect_name(component)] = forms.ChoiceField(
                label=component.name,
                choices=ComponentState.choices,
                required=False,
                initial=draft.effects.get(component.pk, ComponentState.OPERATIONAL),
                widget=forms.Select({"class": "select"}),
            )

    def touched(self) -> list[forms.BoundField]:
        """Selects of components that the incident affects, or probably does."""
        return [self[_effect_name(c)] for c in self.components if c.pk in self._touched]

    def others(self) -> list[forms.BoundField]:
        return [self[_effect_name(c)] for c in self.components if c.pk not in self._touched]

    def announcement(self) -> Announcement:
        given = self.cleaned_data
        chosen = {c.pk: given.get(_effect_name(c), "") for c in self.components}
        return Announcement(
            state=given["state"],
            title=given["title"],
            body=given["body"],
            effects={pk: state for pk, state in chosen.items() if state},
            displayed_at=given["displayed_at"],
            notifies=not given["quietly"],
        )

    def when_and_whom(self) -> bool:
        """Whether anything is set that stands folded away."""
        return any(self[name].value() for name in ("displayed_at", "publish_at", "quietly"))

    def complaint(self) -> str:
        """The first thing that is wrong, for those who see no fields."""
        for name, errors in self.errors.items():
            label = self.fields[name].label if name in self.fields else name
            return f"{label}: {errors[0]}"
        return ""


class StateForm(forms.Form):
    """A component's state, set by hand."""

    component = forms.TypedChoiceField(coerce=int, widget=forms.Select({"class": "select"}))
    state = forms.ChoiceField(
        choices=ComponentState.choices, widget=forms.Select({"class": "select"})
    )
    reason = forms.CharField(
        label="Why, for the record",
        max_length=300,
        help_text="Stays inside.",
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, components: Iterable[Component], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {component.pk: component.name for component in components}
        self.fields["component"].choices = list(self.names.items())  # type: ignore[attr-defined]  # a ChoiceField


class EditForm(forms.Form):
    """An update that customers have read already."""

    body = forms.CharField(
        label="What customers read",
        max_length=MAX_BODY,
        widget=forms.Textarea({"class": "textarea", "rows": 8}),
    )
    displayed_at = MomentField(label="When it happened")

    def __init__(self, update: PublicUpdate, data: Any = None) -> None:
        initial = {"body": update.body, "displayed_at": update.displayed_at}
        super().__init__(data, initial=initial)


class RemarkForm(forms.Form):
    """What is said about an update that waits."""

    remark = forms.CharField(
        label="What has to change",
        max_length=500,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
