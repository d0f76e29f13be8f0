"""Load the starter kit: severities, teams, services, runbooks, a status page, an admin."""

from typing import Any

from django.core.management.base import BaseCommand

from incidentsite import starter


class Command(BaseCommand):
    help = "Load the starter kit. Loading it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        starter.load()
        self.stdout.write("The starter kit is loaded.")
