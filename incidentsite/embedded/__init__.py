"""PostgreSQL and Valkey out of Python wheels, for machines that bring no servers of their own.

Importing this package and asking it for an address is cheap and starts nothing: settings do it in
every process. Starting the servers is the supervisor's work (`incidentsite.supervisor`).
"""

from incidentsite.embedded.errors import EmbeddedError
from incidentsite.embedded.paths import celery_url, database_url, redis_url, run_dir, with_database

__all__ = [
    "EmbeddedError",
    "celery_url",
    "database_url",
    "redis_url",
    "run_dir",
    "with_database",
]
