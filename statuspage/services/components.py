"""Setting a component's state by hand."""

from django.db import transaction

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from statuspage.models import Component, ComponentChange, ComponentState
from statuspage.services import broadcasting
from statuspage.services.snapshots import locked, raise_version


@transaction.atomic
def set_component_state(
    *, component_id: int, state: str, reason: str, actor: Actor
) -> ComponentChange:
    """Set the state that counts while no incident says otherwise, and keep who did it and why.

    Raises NotFound for an unknown component, Invalid for an unknown state or without a reason.
    """
    found = Component.objects.filter(pk=component_id).values_list("page_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such component.")
    if state not in ComponentState.values:
        names = ", ".join(ComponentState.values)
        raise Invalid(f"There is no state called {state!r}.", f"States: {names}.", field="state")
    if not reason.strip():
        raise Invalid("Say why.", "The next person needs to know.", field="reason")
    page = locked(found)
    component = Component.objects.get(pk=component_id)
    change = ComponentChange.objects.create(
        component=component,
        old=component.manual_state,
        new=state,
        reason=reason.strip()[:300],
        actor_handle=actor.handle,
        actor_name=actor.name,
        at=clock.now(),
    )
    component.manual_state = state
    component.save(update_fields=["manual_state"])
    broadcasting.of_change(change)
    raise_version(page)
    return change
