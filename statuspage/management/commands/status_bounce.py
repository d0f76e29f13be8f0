"""manage.py status_bounce < message: for the mail server to hand bounces to."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from statuspage.services import bounces


class Command(BaseCommand):
    help = "Take note of a mail to a subscriber that came back (on standard input)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipient", nargs="?", default="", help="whom it was handed to")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.MOST_BYTES + 1)
        outcome = bounces.take(raw, recipient=options["recipient"])
        self.stdout.write(outcome.told)
