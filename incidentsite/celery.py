"""The Celery application: what may wait. Paging and intake do not depend on it."""

import gc
import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")

app = Celery("incidentsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def _share_memory(**_: Any) -> None:
    """What is loaded now is never collected, so that forked children keep sharing its pages."""
    gc.collect()
    gc.freeze()
