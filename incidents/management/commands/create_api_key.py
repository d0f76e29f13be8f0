"""Make an API key and print its token, once."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.kernel.errors import DomainError
from incidents.models import ApiKey, Scope


class Command(BaseCommand):
    help = "Make an API key; its token is printed once and not stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who will use it, for instance “Deploy pipeline”")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help=f"what it may do; may be given again: {', '.join(Scope.values)}",
        )
        parser.add_argument("--expires-days", type=int, help="days until it expires")
        parser.add_argument("--json", action="store_true", help='print {"token": …}')

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [scope for given in options["scope"] for scope in given.split(",") if scope]
        days = options["expires_days"]
        try:
            _, token = ApiKey.issue(
                options["name"], scopes, lifetime=timedelta(days=days) if days else None
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"token": token}))
            return
        self.stdout.write(f"Token: {token}\nKeep it: it is not shown again.")
