"""Lists: post-mortems, incidents that wait for one, and action items."""

from datetime import date
from typing import Final

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from incidents.kernel.errors import NotFound
from incidents.models import OVER, Incident, State
from postmortems.models import ActionItem, PostMortem
from postmortems.models.action_item import ENDED

WAITING: Final = 20
# A post-mortem is expected from this severity on.
EXPECTED_RANK: Final = 1
_HAS_ENDED: Final = Case(
    When(state__in=ENDED, then=Value(1)), default=Value(0), output_field=IntegerField()
)


def post_mortem_of(incident: Incident) -> PostMortem:
    """The post-mortem with its sections. Two queries. NotFound where there is none."""
    found = maybe_post_mortem_of(incident)
    if found is None:
        raise NotFound(f"{incident.reference} has no post-mortem yet.", "Draft one first.")
    return found


def maybe_post_mortem_of(incident: Incident) -> PostMortem | None:
    rows = PostMortem.objects.filter(pk=incident.pk).prefetch_related("sections")
    return rows.first()


def post_mortems(visible: QuerySet[Incident], *, state: str = "") -> QuerySet[PostMortem]:
    """The post-mortems of the visible incidents with their counts of action items, newest first."""
    open_items = Count("incident__action_items", filter=~Q(incident__action_items__state__in=ENDED))
    rows = PostMortem.objects.filter(incident__in=visible)
    if state:
        rows = rows.filter(state=state)
    rows = rows.select_related("incident__severity", "incident__service")
    return rows.annotate(items=Count("incident__action_items"), open_items=open_items).order_by(
        "-updated_at"
    )


def waiting(visible: QuerySet[Incident]) -> QuerySet[Incident]:
    """Severe incidents that are over and have no post-mortem, the longest waiting last."""
    rows = visible.filter(
        state__in=OVER,
        post_mortem__isnull=True,
        false_positive=False,
        severity__rank__lte=EXPECTED_RANK,
    )
    rows = rows.exclude(state=State.MERGED).select_related("severity", "service")
    return rows.order_by("-resolved_at")[:WAITING]


def action_items(
    visible: QuerySet[Incident], *, today: date, state: str = "open"
) -> QuerySet[ActionItem]:
    """The action items of the visible incidents: overdue first, then by due date and priority.

    `state` is open, overdue, ended, all, or one of the states.
    """
    rows = ActionItem.objects.filter(incident__in=visible).select_related("owner", "incident")
    if state == "open":
        rows = rows.exclude(state__in=ENDED)
    elif state == "overdue":
        rows = rows.filter(due_on__lt=today).exclude(state__in=ENDED)
    elif state == "ended":
        rows = rows.filter(state__in=ENDED)
    elif state != "all":
        rows = rows.filter(state=state)
    return _by_urgency(rows, today)


def action_items_of(incident: Incident) -> list[ActionItem]:
    """The incident's action items: what is open first, by priority and due date. One query."""
    rows = ActionItem.objects.filter(incident=incident).select_related("owner")
    order = ("ended", "priority", F("due_on").asc(nulls_last=True), "pk")
    return list(rows.annotate(ended=_HAS_ENDED).order_by(*order))


def _by_urgency(rows: QuerySet[ActionItem], today: date) -> QuerySet[ActionItem]:
    overdue = Case(
        When(Q(due_on__lt=today) & ~Q(state__in=ENDED), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    order = ("ended", "overdue", F("due_on").asc(nulls_last=True), "priority", "pk")
    return rows.annotate(ended=_HAS_ENDED, overdue=overdue).order_by(*order)
