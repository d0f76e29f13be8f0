"""What each figure is measured against: the plain way to do the same, on the same machine.

`python -m bench.baselines` is not meant to be called; `bench.run` starts the servers below.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.product import ROOT, free_port

# A Django project of one file: one async view that inserts one row, as one would first write it.
DJANGO_VIEW = """
import json, os
from django.conf import settings
settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    INSTALLED_APPS=[], MIDDLEWARE=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres",
        "USER": "postgres", "HOST": os.environ["BENCH_SOCKET"],
        "OPTIONS": {"pool": {"min_size": 2, "max_size": 16}}}},
)
import django
django.setup()
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

PAGE = b"x" * 3500

def insert(body):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_view (body) VALUES (%s)", [body])

@csrf_exempt
async def accept(request):
    json.loads(request.body)
    await sync_to_async(insert)(request.body)
    return JsonResponse({"status": "accepted"}, status=202)

async def page(request):
    return HttpResponse(PAGE)

with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_view (id bigserial PRIMARY KEY, body bytea)")
connection.close()
urlpatterns = [path("accept", accept), path("page", page)]
from django.core.asgi import get_asgi_application
application = get_asgi_application()
"""


@contextmanager
def django_view(socket_dir: str, scratch: Any) -> Iterator[int]:
    """The plain Django application under daphne; yields its port."""
    (scratch / "plain_view.py").write_text(DJANGO_VIEW)
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-p", str(port), "-v", "0", "plain_view:application"]
    environment = os.environ | {"BENCH_SOCKET": socket_dir, "PYTHONPATH": str(scratch)}
    with serving(command, port, cwd=scratch, env=environment):
        yield port


@contextmanager
def serving(command: list[str], port: int, **settings: Any) -> Iterator[None]:
    """A program that listens at the port, while it is measured; `settings` are those of Popen."""
    server = subprocess.Popen(command, **settings)
    try:
        _await_port(port)
        yield
    finally:
        server.terminate()
        server.wait(10)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            asyncio.run(_knock(port))
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the baseline did not start")


async def _knock(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


ECHO = """
import asyncio, sys
from websockets.asyncio.server import broadcast, serve
clients = set()
async def talk(socket):
    clients.add(socket)
    try:
        async for message in socket:
            broadcast(clients, message)
    finally:
        clients.discard(socket)
async def main():
    async with serve(talk, "127.0.0.1", int(sys.argv[1])):
        await asyncio.get_running_loop().create_future()
asyncio.run(main())
"""


@contextmanager
def echo_server() -> Iterator[int]:
    """The `websockets` library alone, sending each message to everybody; yields its port."""
    port = free_port()
    with serving([sys.executable, "-c", ECHO, str(port)], port, cwd=ROOT):
        yield port


def alert_body(n: int) -> bytes:
    """One Alertmanager notification with one alert; the same `n` is the same alert."""
    alert = {
        "status": "firing",
        "labels": {"alertname": f"Bench{n}", "severity": "warning", "instance": f"host-{n}"},
        "annotations": {"summary": f"Bench alert {n}"},
        "startsAt": "2026-11-01T00:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{n:016x}",
    }
    whole = {"version": "4", "groupKey": "bench", "status": "firing", "alerts": [alert]}
    return json.dumps(whole).encode()
