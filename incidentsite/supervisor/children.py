"""The processes of the product, as the supervisor starts them."""

import os
import signal
import sys
from functools import partial

from incidentsite import bootstrap
from incidentsite.embedded import placement, postgres, valkey
from incidentsite.embedded.paths import valkey_socket
from incidentsite.supervisor.child import SERVER_TROUBLE, Account, Child
from incidentsite.supervisor.config import Config
from incidentsite.supervisor.probes import command_succeeds, http_answers, valkey_answers

# A worker that grew beyond this after a large PDF is replaced when it is idle.
WORKER_KILOBYTES = 350_000


def embedded_postgres(place: placement.Placement) -> Child:
    account = Account(place.uid, place.gid) if place.uid is not None and place.gid else None
    return Child(
        name="postgres",
        argv=postgres.server_command(place),
        ready=partial(command_succeeds, *postgres.ready_command(place)),
        stop_with=signal.SIGINT,
        orphaned=signal.SIGINT,
        grace=30,
        before_start=partial(postgres.clear_stale_lock, place),
        trouble=SERVER_TROUBLE,
        account=account,
        essential=True,
    )


def embedded_valkey(config: Config) -> Child:
    return Child(
        name="valkey",
        argv=valkey.server_command(config.data_dir),
        ready=partial(valkey_answers, valkey_socket(config.data_dir)),
        orphaned=signal.SIGTERM,
        trouble=SERVER_TROUBLE,
        essential=True,
    )


def web(config: Config, listener: int) -> Child:
    # Verbosity 0 keeps addresses with keys in them out of the logs.
    options = ["--fd", str(listener), "-v", "0"]
    return Child(
        name="web",
        argv=_python("daphne", *options, "incidentsite.asgi:application"),
        ready=partial(http_answers, _local(config.host), config.port, "/healthz"),
        environment=_environment(config),
        pass_fds=(listener,),
    )


def gate(config: Config, port: int) -> Child:
    options = ["--host", config.host, "--port", str(port), "--no-access-log", "--log-level=warning"]
    options.append("--no-proxy-headers")  # statuspage.door.entrance reads them
    return Child(
        name="gate",
        argv=_python("uvicorn", *options, "incidentsite.asgi:gate"),
        environment=_environment(config),
    )


def engine(config: Config) -> Child:
    return Child(
        name="engine",
        argv=[sys.executable, "manage.py", "engine"],
        environment=_environment(config),
    )


def worker(config: Config) -> Child:
    options = [
        f"--concurrency={os.environ.get('WORKERS') or 2}",
        f"--max-memory-per-child={WORKER_KILOBYTES}",
        "--without-gossip",
        "--without-mingle",
        "--loglevel=INFO",
    ]
    return Child(
        name="worker",
        argv=_celery("worker", *options),
        environment=_environment(config),
        grace=20,
    )


def beat(config: Config) -> Child:
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    return Child(
        name="beat",
        argv=_celery("beat", "--scheduler", scheduler, "--loglevel=INFO"),
        environment=_environment(config),
    )


def _celery(*arguments: str) -> list[str]:
    """Without Django's checks, which load every page: 30 MB in a process that serves none."""
    return _python("celery", "-A", "incidentsite", "--skip-checks", *arguments)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _local(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    if host not in bootstrap.WILDCARDS:
        return host
    return "::1" if ":" in host else "127.0.0.1"


def _environment(config: Config) -> dict[str, str]:
    return {
        "DATA_DIR": str(config.data_dir),
        "HOST": config.host,
        "PORT": str(config.port),
        "DJANGO_SETTINGS_MODULE": "incidentsite.settings",
        "PYTHONUNBUFFERED": "1",
    }
