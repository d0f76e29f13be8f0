"""Play a scripted, realistic incident against the running system."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.kernel import clock
from incidents.models import ApiKey, Scope, Setting
from incidentsite import bootstrap
from incidentsite.drill import DrillFailed, Target, play


class Command(BaseCommand):
    help = (
        "Play a whole incident against the running system through its public interfaces, "
        "check each step, and leave the post-mortem as a PDF."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="address of the system; default: the one `up` started")
        parser.add_argument(
            "--token",
            default=os.environ.get("INCIDENTSITE_TOKEN", ""),
            help="API key with the scope admin; default: one made for this run",
        )
        parser.add_argument("--pdf", type=Path, default=Path("drill-postmortem.pdf"))

    def handle(self, *args: Any, **options: Any) -> None:
        url = (options["url"] or _address()).rstrip("/")
        if options["token"]:
            self._play(Target(url, options["token"], options["pdf"]))
            return
        key, token = ApiKey.issue("Drill", [Scope.ADMIN], lifetime=timedelta(hours=1))
        try:
            self._play(Target(url, token, options["pdf"]))
            mark = {"value": clock.now().isoformat()}
            Setting.objects.update_or_create(name="drill_passed_at", defaults=mark)
        finally:
            ApiKey.objects.filter(pk=key.pk).update(revoked_at=clock.now())

    def _play(self, target: Target) -> None:
        self.stdout.write(f"Playing an incident against {target.url}")
        try:
            seconds = asyncio.run(play(target, self._say))
        except DrillFailed as error:
            raise CommandError(f"The drill failed. {error}") from error
        self.stdout.write(self.style.SUCCESS(f"The drill passed in {seconds:.1f} s."))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _address() -> str:
    """Straight to this machine where the system runs here: the public name may lead elsewhere."""
    return bootstrap.running_address(settings.DATA_DIR) or str(settings.SITE_URL)
