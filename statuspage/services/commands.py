"""/statuspage investigating, /statuspage identified We found it and are working on a fix."""

from typing import Final

from incidents.commands import REGISTRY, Argument, Call, Plan, first_word, planned
from incidents.commands.kinds import TEXT, words
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Incident
from statuspage import selectors
from statuspage.models import Component, ComponentState, PublicState, PublicUpdate, StatusPage
from statuspage.rendering.words import join
from statuspage.services.planning import submit
from statuspage.services.publishing import Announcement
from statuspage.services.suggestion import Draft, suggest

MOST_SHOWN: Final = 200


def _plan(call: Call) -> Plan:
    word, text = first_word(call.argument)
    state, page = _state(word), _page(call.incident)
    draft = suggest(call.incident, page, state=state)
    announcement = Announcement(state=state, body=text or draft.body, effects=draft.effects)

    def act() -> str:
        made = submit(
            incident_id=call.incident.pk,
            page_id=page.pk,
            announcement=announcement,
            actor=call.principal.actor,
        )
        if isinstance(made, PublicUpdate):
            return f"Published on {page.name}: {made.get_state_display()}."
        return f"Sent for approval: somebody else publishes it on {page.name}."

    return Plan(_says(page, draft, announcement.body), act)


def _state(word: str) -> str:
    if word.lower() not in PublicState.values:
        said = f"There is no public state {word!r}." if word else "Say which state customers read."
        raise Invalid(said, f"States: {', '.join(PublicState.values)}.", field="state")
    return word.lower()


def _page(incident: Incident) -> StatusPage:
    page = selectors.page_called("")
    if page is None:
        raise NotFound("There is no status page yet.", "An admin can make one.")
    if incident.private:
        raise Conflict(
            f"{incident.reference} is private: nothing about it may be published.",
            "Make it visible to everybody first.",
        )
    return page


def _says(page: StatusPage, draft: Draft, body: str) -> str:
    state = PublicState(draft.state).label
    short = body if len(body) <= MOST_SHOWN else f"{body[: MOST_SHOWN - 1]}…"
    says = "Asks another person to approve for" if page.needs_approval else "Tells everybody on"
    return f"{says} {page.name} “{state}”{_touched(page, draft)}: {short}"


def _touched(page: StatusPage, draft: Draft) -> str:
    rows = Component.objects.filter(page=page, pk__in=draft.effects).order_by("name")
    told = [f"{row.name} is {ComponentState(draft.effects[row.pk]).label.lower()}" for row in rows]
    return f", {join(told)}" if told else ""


REGISTRY.add("statuspage")(
    planned(
        _plan,
        help="Tell the public",
        action="status.publish",
        arguments=(
            Argument("state", words(*((s.value, str(s.label)) for s in PublicState))),
            Argument("text", TEXT, optional=True),
        ),
        aliases={"sp": "", "publish": ""},
    )
)
