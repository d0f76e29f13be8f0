"""The verbs of what a page lists: components, and the groups they stand in."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Model
from django.utils.text import slugify

from incidents.kernel.errors import Conflict, Invalid, NotFound
from statuspage.models import Component, ComponentGroup, StatusPage
from statuspage.services import following
from statuspage.services.snapshots import locked, raise_version

MOST_COMPONENTS: Final = 500
MOST_GROUPS: Final = 100
DEEPEST: Final = 4
_STEP: Final = 10
Row = Component | ComponentGroup


@transaction.atomic
def save_component(component: Component) -> Component:
    """Save a new or changed component. Raises Invalid with the name of the field at fault."""
    page = locked(component.page_id)
    component.name = component.name.strip()
    if not component.name:
        raise Invalid("Give it a name.", "The one that customers use.", field="name")
    component.slug = component.slug or _free_slug(page, component.name)
    check_component(page, component)
    if _is_new(component):
        component.position = _last(page.components.aggregate(last=Max("position"))["last"])
    component.save()
    following.keep([component])
    raise_version(page, everything=True)
    return component


def check_component(page: StatusPage, component: Component) -> None:
    """Raises Invalid with the name of the field at fault, or Conflict."""
    others = page.components.exclude(pk=component.pk)
    if others.filter(slug=component.slug).exists():
        told = f"{page.name} has a component “{component.slug}” already."
        raise Invalid(told, "Choose another short name.", field="slug")
    if _is_new(component) and others.count() >= MOST_COMPONENTS:
        raise Conflict(f"A page lists {MOST_COMPONENTS} components at most.")
    if component.group is not None and component.group.page_id != page.pk:
        raise Invalid("That group is on another page.", field="group")
    if component.follows_service and component.service_id is None:
        hint = "Choose one, or do not follow."
        raise Invalid("There is no service to follow.", hint, field="follows_service")
    check_fields(component)


@transaction.atomic
def remove_component(*, component_id: int) -> StatusPage:
    """Take it off its page, with its past: what was told of it stays in the updates."""
    component = Component.objects.filter(pk=component_id).first()
    if component is None:
        raise NotFound("There is no such component.", "It may have been removed.")
    page = locked(component.page_id)
    component.delete()
    raise_version(page, everything=True)
    return page


@transaction.atomic
def save_group(group: ComponentGroup) -> ComponentGroup:
    """Save a new or changed group. Raises Invalid with the name of the field at fault."""
    page = locked(group.page_id)
    group.name = group.name.strip()
    if not group.name:
        raise Invalid("Give it a name.", field="name")
    others = page.groups.exclude(pk=group.pk)
    if others.filter(name=group.name).exists():
        raise Invalid("There is a group of that name.", "Choose another name.", field="name")
    if _is_new(group) and others.count() >= MOST_GROUPS:
        raise Conflict(f"A page has {MOST_GROUPS} groups at most.")
    _check_parent(page, group)
    check_fields(group)
    if _is_new(group):
        group.position = _last(page.groups.aggregate(last=Max("position"))["last"])
    group.save()
    raise_version(page, everything=True)
    return group


def _check_parent(page: StatusPage, group: ComponentGroup) -> None:
    """No group in itself, however far around, and none too deep."""
    parents: dict[int, int | None] = dict(page.groups.values_list("pk", "parent_id"))
    here = None if _is_new(group) else group.pk
    if group.parent_id is not None and group.parent_id not in parents:
        raise Invalid("That group is on another page.", field="parent")
    if here is not None:
        parents[here] = group.parent_id
    above, at = 0, group.parent_id
    while at is not None and above <= len(parents):
        if at == here:
            raise Invalid("A group cannot stand in itself.", "Choose another one.", field="parent")
        above, at = above + 1, parents[at]
    if above + _height(here, parents) > DEEPEST:
        told = f"Groups stand {DEEPEST} deep at most."
        raise Invalid(told, "Choose a group further up.", field="parent")


def _height(group_id: int | None, parents: dict[int, int | None]) -> int:
    """How many levels there are from the group down, itself included."""
    if group_id is None:
        return 1
    below = [_height(pk, parents) for pk, parent in parents.items() if parent == group_id]
    return 1 + max(below, default=0)


@transaction.atomic
def remove_group(*, group_id: int) -> StatusPage:
    """Take the group away; what stands in it moves up to where the group stood."""
    group = ComponentGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFound("There is no such group.", "It may have been removed.")
    page = locked(group.page_id)
    group.components.update(group=group.parent_id)
    group.groups.update(parent=group.parent_id)
    group.delete()
    raise_version(page, everything=True)
    return page


@transaction.atomic
def shift(row: Row, *, by: int) -> None:
    """Move it up (`by` negative) or down among those beside it; past an end it stays there."""
    page = locked(row.page_id)
    order: list[Row]
    if isinstance(row, Component):
        order = list(page.components.filter(group_id=row.group_id))
    else:
        order = list(page.groups.filter(parent_id=row.parent_id))
    at = next(n for n, other in enumerate(order) if other.pk == row.pk)
    moved = order.pop(at)
    order.insert(min(max(0, at + by), len(order)), moved)
    for number, other in enumerate(order, start=1):
        if other.position != number * _STEP:
            other.position = number * _STEP
            other.save(update_fields=["position"])
    raise_version(page)


def _is_new(row: Row) -> bool:
    return row._state.adding  # noqa: SLF001  Django's word


def _last(position: int | None) -> int:
    return min((position or 0) + _STEP, 32_767)


def _free_slug(page: StatusPage, name: str) -> str:
    stem = slugify(name)[:50] or "component"
    taken = set(page.components.values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(slug for slug in numbered if slug not in taken)


def check_fields(row: Model, *but: str) -> None:
    """What Django knows of each field, as an Invalid."""
    try:
        row.clean_fields(exclude=set(but))
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=name) from error
