"""The Celery application: what may wait. Paging and intake do not depend on it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")

app = Celery("incidentsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
