"""What a rule wants done with the incident that its alert opens, besides opening it.

A runbook is attached by name: the alert carries it, and the runbooks put it first. Who is told
when nobody answers is up to the paging of the team, not to the rule.
"""

from typing import Final

from django.db import transaction

from incidents.kernel.actor import Actor
from incidents.models import Alert, Team
from incidents.pipeline import lifecycle

DETECTION: Final = Actor.system("detection")
# An incident may begin with thousands of alerts; the first that name a team say enough.
_READ: Final = 50


@transaction.atomic
def assign_team(incident_id: int) -> None:
    """Give a new incident to the team that its rule names.

    What somebody chose for it, a routing rule or a person, stays; the owner of the service is no
    choice but what is taken where nobody chose.
    """
    incident = lifecycle.locked(incident_id, merged_too=True)
    owner = incident.service.team if incident.service else None
    if incident.is_over or incident.team not in {None, owner}:
        return
    alerts = Alert.objects.filter(incident=incident, integration__kind="detection")
    named = alerts.filter(annotations__has_key="team").order_by("pk")
    slugs = named.values_list("annotations__team", flat=True)[:_READ]
    teams = Team.objects.filter(slug__in=[str(slug) for slug in slugs])
    team = next((team for slug in slugs for team in teams if team.slug == slug), None)
    if team is not None and team != incident.team:
        lifecycle.edit(incident_id=incident_id, changes={"team": team}, actor=DETECTION)
