"""What runs on Celery: it may wait, it takes row ids only, and running it twice does no harm."""

from incidents.tasks import detection, rollups

__all__ = ["detection", "rollups"]
