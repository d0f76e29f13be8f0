"""A shared document that three people wrote, with versions."""

from incidents.kernel.actor import Actor
from incidents.models import Incident
from warroom.services import document

FIRST = """## What we know

- A third of all checkouts answer 503
- The pool of `pgbouncer` is at **20/20**

## What we tried

- Restarted the pool: better for two minutes
"""
SECOND = (
    FIRST.replace("for two minutes", "for two minutes, then full again")
    + """
## Next

- [x] Roll back 4411
- [ ] Ask the vendor, see https://status.example.com/incidents/9k2lq0x7

| Region | Errors |
| --- | --- |
| eu-west | 31 % |
| us-east | 4 % |
"""
)


def write(incident: Incident, cara: Actor, dora: Actor) -> None:
    for text, actor in ((FIRST, cara), (SECOND, dora)):
        document.replace(incident_id=incident.pk, text=text, actor=actor)
    document.add(incident_id=incident.pk, text="Know: it began with deploy 4411", actor=cara)
