"""What a change would have done, for the page and without what the viewer may not know of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.kernel.matchers import Matcher
from incidents.pipeline.noise.preview import Preview
from incidents.selectors import alerts
from incidents.selectors import noise as selectors

# From this share of all alerts on it is worth asking whether that is meant.
MUCH = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """`problem` says why there is no preview. `firing` is what is concerned at this moment."""

    preview: Preview | None = None
    firing: selectors.Held = field(default_factory=selectors.Held)
    problem: str = ""

    @property
    def is_much(self) -> bool:
        found = self.preview
        return found is not None and found.alerts > 20 and found.muted > found.alerts * MUCH

    @property
    def per_cent(self) -> int:
        found = self.preview
        return round(100 * found.muted / found.alerts) if found and found.alerts else 0


def shown(
    principal: access.Principal,
    look: Callable[[], Preview],
    *,
    now: Callable[[], Sequence[Matcher]] | None = None,
) -> Shown:
    """The preview that `look` makes, and what fires and fits `now`; or why that cannot be said."""
    try:
        preview = for_eyes_of(principal, look())
        wanted = now() if now else []
    except Invalid as error:
        return Shown(problem=str(error))
    visible = access.visible_incidents(principal)
    firing = selectors.firing_that_match(visible, wanted) if wanted else selectors.NOTHING
    return Shown(preview, firing)


def for_eyes_of(principal: access.Principal, preview: Preview) -> Preview:
    """Without the examples that belong to incidents `principal` may not know of."""
    told = [example.alert.pk for example in preview.examples]
    rows = alerts.visible(access.visible_incidents(principal)).filter(pk__in=told)
    seen = set(rows.values_list("pk", flat=True))
    return replace(preview, examples=[e for e in preview.examples if e.alert.pk in seen])
