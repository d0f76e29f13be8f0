"""The form that silences: what, for how long, and why."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import LONGEST, MOST, Matcher, checked, parse
from incidents.models import Alert, Silence
from incidents.pipeline.noise import silences
from incidents.web.noise.fields import INPUT, MatchersField, MomentField

HALF_HOUR, TWO_HOURS, MORNING, OVER, AT = "30m", "2h", "morning", "over", "at"
_MORNING_HOUR: Final = 9
_CHOSEN_FIRST: Final = 10
# A label that is too long for a matcher, or that changes while the condition lasts.
_CHANGING: Final = frozenset({"severity"})


def next_morning(now: datetime) -> datetime:
    """The next 09:00 of the viewer that is two hours away or more."""
    local = timezone.localtime(now)
    at = local.replace(hour=_MORNING_HOUR, minute=0, second=0, microsecond=0)
    return at if at >= local + timedelta(hours=2) else at + timedelta(days=1)


def _choices() -> list[tuple[str, str]]:
    now = clock.now()
    morning = next_morning(now)
    day = "today" if morning.date() == timezone.localtime(now).date() else "tomorrow"
    return [
        (HALF_HOUR, "30 minutes"),
        (TWO_HOURS, "2 hours"),
        (MORNING, f"Until {morning:%H:%M} {day}"),
        (OVER, "Until it is over by itself"),
        (AT, "Until another time"),
    ]


class SilenceForm(forms.Form):
    """`alerts` give their labels to tick; `silence` is the one that is changed."""

    matchers = MatchersField(
        required=False,
        label="Alerts that match",
        help_text="One a line; all must fit. The operators are =, !=, =~ and !~.",
    )
    until = forms.ChoiceField(
        choices=_choices, initial=TWO_HOURS, widget=forms.RadioSelect, label="For how long"
    )
    ends_at = MomentField(required=False, label="End")
    starts_at = MomentField(required=False, label="Begin later", help_text="Empty: now.")
    comment = forms.CharField(
        max_length=1000,
        label="Why",
        widget=forms.TextInput({**INPUT, "placeholder": "Deploying checkout v44"}),
    )

    def __init__(
        self, data: Any = None, *, alerts: Sequence[Alert] = (), silence: Silence | None = None
    ) -> None:
        self.offered = _offered(alerts)
        self.silence = silence
        super().__init__(data, initial=_initial(silence))
        if self.offered:
            self.fields["matchers"].label = "And what else must match"
            self.fields["labels"] = forms.MultipleChoiceField(
                required=False,
                label="Alerts with these labels",
                choices=[(name, str(matcher)) for name, matcher in self.offered.items()],
                initial=_chosen(self.offered, alerts),
                widget=forms.CheckboxSelectMultiple,
            )

    def wanted(self) -> list[Matcher]:
        """The matchers that are typed and ticked. Raises Invalid unless they can be used."""
        if "matchers" in self.errors or "labels" in self.errors:
            raise Invalid("These matchers cannot be read.", "See above.", field="matchers")
        ticked = [self.offered[name] for name in self.cleaned_data.get("labels", ())]
        typed = self.cleaned_data.get("matchers", [])
        return checked(dict.fromkeys([*ticked, *typed]))

    def save(self, actor: Actor) -> Silence | None:
        """The silence that was made or changed; None when the form says what is wrong."""
        if not self.is_valid():
            return None
        try:
            draft = self._draft(actor)
            if self.silence is None:
                return silences.silence(draft=draft, actor=actor)
            return silences.change(silence_uuid=self.silence.uuid, draft=draft, actor=actor)
        except Invalid as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
        return None

    def _draft(self, actor: Actor) -> silences.Draft:
        given, now, old = self.cleaned_data, clock.now(), self.silence
        begun = old is not None and old.state == "active"
        starts = given["starts_at"] or (old.starts_at if old and begun else now)
        return silences.Draft(
            matchers=self.wanted(),
            starts_at=starts,
            ends_at=self._end(max(starts, now)),
            until_resolved=given["until"] == OVER,
            comment=given["comment"],
            creator=old.creator if old else actor.name,
        )

    def _end(self, starts: datetime) -> datetime | None:
        chosen, given = self.cleaned_data["until"], self.cleaned_data["ends_at"]
        if chosen == AT and given is None:
            raise Invalid("Say when it ends.", field="ends_at")
        lasts = {HALF_HOUR: timedelta(minutes=30), TWO_HOURS: timedelta(hours=2)}.get(chosen)
        if lasts:
            return starts + lasts
        end: datetime | None = next_morning(starts) if chosen == MORNING else given
        return end

    def forget_errors_but(self, *names: str) -> None:
        """Before saving, only what the preview needs has to be right."""
        for name in set(self.errors) - set(names):
            del self.errors[name]


def _initial(silence: Silence | None) -> dict[str, Any]:
    if silence is None:
        return {}
    began = silence.starts_at <= clock.now()
    return {
        "matchers": silence.matchers_read,
        "until": OVER if silence.until_resolved else AT,
        "ends_at": silence.ends_at,
        "starts_at": None if began else silence.starts_at,
        "comment": silence.comment,
    }


def _offered(alerts: Sequence[Alert]) -> dict[str, Matcher]:
    """Labels that all of them have, as matchers, those that the grammar can say."""
    labels = [alert.offered_labels() for alert in alerts]
    found = {}
    for name in labels[0] if labels else ():
        values = sorted({each.get(name, "") for each in labels})
        matcher = Matcher(name, "=", values[0])
        if len(values) > 1:
            matcher = Matcher(name, "=~", "|".join(map(re.escape, values)))
        if all(values) and len(matcher.value) <= LONGEST and _can_be_said(matcher):
            found[name] = matcher
    return found


def _can_be_said(matcher: Matcher) -> bool:
    try:
        return parse(str(matcher)) == [matcher]
    except Invalid:
        return False


def _chosen(offered: dict[str, Matcher], alerts: Sequence[Alert]) -> Sequence[str]:
    """What tells these from others: what the senders said of all, else their fingerprints."""
    own = [n for n in offered if all(n in alert.labels for alert in alerts)]
    lasting = [name for name in own if name not in _CHANGING][:_CHOSEN_FIRST]
    return (lasting or ["fingerprint"])[:MOST]
