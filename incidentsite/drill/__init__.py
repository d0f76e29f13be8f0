"""The drill: a scripted, realistic incident played against a running system from outside.

It uses the public HTTP and WebSocket interfaces only, as any client would, and checks each answer.
"""

from incidentsite.drill.script import play
from incidentsite.drill.stage import DrillFailed, Stage, Target

__all__ = ["DrillFailed", "Stage", "Target", "play"]
