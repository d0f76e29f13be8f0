"""Routing rules: what becomes of a signal before it is an alert.

An ordered list of rules looks at each signal that fires. The first that matches sets severity,
service, team, priority or labels, suppresses the alert or holds it back; a rule may say that those
below it are asked too. Lists of rules come in numbered versions, see `versions`.
"""

from incidents.pipeline.routing.judging import Directed
from incidents.pipeline.routing.routes import Routes

__all__ = ["Directed", "Routes"]
