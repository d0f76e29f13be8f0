"""Print a one-time link that signs somebody in."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from incidents.models import SignInLink, User


class Command(BaseCommand):
    help = "Print a one-time sign-in link for a person (default: admin)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", default="admin", help="the person's handle")
        parser.add_argument("--hours", type=int, default=24, help="how long the link lives")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            handles = ", ".join(User.objects.values_list("username", flat=True)[:20])
            raise CommandError(f"There is nobody called {options['user']!r}. People: {handles}")
        token = SignInLink.issue(user, lifetime=timedelta(hours=options["hours"]))
        self.stdout.write(f"{settings.SITE_URL}{reverse('web:link', kwargs={'token': token})}")
