"""What to paste where a job runs, with the address of its heartbeat filled in."""

import shlex
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from incidents.kernel import secrets
from incidents.models import Heartbeat, HeartbeatSchedule

# What stands in the place of the key for those who may not know it.
HIDDEN: Final = "YOUR-KEY"
# Five more tries in about half a minute, and never longer than the job may wait.
_CURL: Final = "curl -fsS -m 10 --retry 5 -o /dev/null"
_SHOWN: Final = "0 2 * * *"


@dataclass(frozen=True, slots=True)
class Snippet:
    title: str
    text: str


def address(heartbeat: Heartbeat, *, known: bool) -> str:
    """Where it pings; empty where its key cannot be read any more."""
    try:
        key = heartbeat.key if known else HIDDEN
    except secrets.Unreadable:
        return ""
    return f"{settings.SITE_URL}/ping/{key}"


def snippets(heartbeat: Heartbeat, url: str) -> list[Snippet]:
    by_cron = heartbeat.schedule == HeartbeatSchedule.CRON
    cron, zone = (heartbeat.cron, heartbeat.time_zone) if by_cron else (_SHOWN, "Etc/UTC")
    return [
        Snippet("One ping when the job has run", f"{_CURL} {url}"),
        Snippet("A line of cron, with the exit status", f"{cron} your-job; {_CURL} {url}/$?"),
        Snippet("A shell script, timed and with what the job said", _shell(url)),
        Snippet("A Kubernetes CronJob", _kubernetes(heartbeat, url, cron, zone)),
        Snippet("A systemd service", _systemd(url)),
        Snippet("PowerShell", _powershell(url)),
        Snippet("Python", _python(url)),
    ]


def _shell(url: str) -> str:
    return f"""url={shlex.quote(url)}
{_CURL} "$url/start"
said=$(your-job 2>&1); status=$?
printf '%s' "$said" | tail -c 10000 | {_CURL} --data-binary @- "$url/$status\""""


def _kubernetes(heartbeat: Heartbeat, url: str, cron: str, zone: str) -> str:
    return f"""apiVersion: batch/v1
kind: CronJob
metadata:
  name: {heartbeat.slug}
spec:
  schedule: "{cron}"
  timeZone: {zone}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: your-image-with-curl
              command: ["/bin/sh", "-c"]
              args: ["your-job; status=$?; {_CURL} {url}/$status; exit $status"]"""


def _systemd(url: str) -> str:
    return f"""[Service]
Type=oneshot
ExecStartPre=-/usr/bin/{_CURL} {url}/start
ExecStart=/usr/local/bin/your-job
ExecStopPost=/bin/sh -c 'test "$SERVICE_RESULT" = success && s=0 || s=fail; {_CURL} {url}/$$s'"""


def _powershell(url: str) -> str:
    return f"""your-job.exe
Invoke-RestMethod -Method Post -Uri "{url}/$LASTEXITCODE" -TimeoutSec 10 -MaximumRetryCount 5"""


def _python(url: str) -> str:
    return f"""from urllib.request import urlopen

urlopen("{url}/start", timeout=10)
try:
    your_job()
except BaseException as error:
    urlopen("{url}/fail", data=repr(error).encode(), timeout=10)
    raise
urlopen("{url}", timeout=10)"""
