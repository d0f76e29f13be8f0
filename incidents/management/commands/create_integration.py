"""Make an integration and print its address and key, once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.kernel.errors import DomainError
from incidents.models import Service
from incidents.sources import adapters
from incidents.sources.adapters import integrations


class Command(BaseCommand):
    help = "Make an integration; its address and key are printed once and not stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=f"one of: {', '.join(adapters.public_kinds())}")
        parser.add_argument("name", help="what sends here, for instance “Alertmanager, production”")
        parser.add_argument("--service", default="", help="slug of the service alerts belong to")
        parser.add_argument("--json", action="store_true", help='print {"url": …, "key": …}')

    def handle(self, *args: Any, **options: Any) -> None:
        service = self._service(options["service"])
        try:
            integration, key = integrations.create_integration(
                kind=options["kind"], name=options["name"], service=service
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        url = integrations.address(integration.kind, key)
        if options["json"]:
            self.stdout.write(json.dumps({"url": url, "key": key}))
            return
        self.stdout.write(f"Address: {url}\nKey:     {key}\n")
        self.stdout.write("Keep the key: it is not shown again.")

    def _service(self, slug: str) -> Service | None:
        if not slug:
            return None
        found = Service.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Service.objects.values_list("slug", flat=True)[:30])
            raise CommandError(f"There is no service {slug!r}. Services: {known}")
        return found
