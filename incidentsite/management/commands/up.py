import os
import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from incidentsite.supervisor import cli, config


class Command(BaseCommand):
    """Listed here for `manage.py help`; manage.py itself takes the short way without Django."""

    help = cli.DESCRIPTION
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        config.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        # A fresh process: the supervisor must not carry Django around.
        arguments = config.as_arguments(Namespace(**options))
        os.execv(  # noqa: S606  ourselves, no shell
            sys.executable, [sys.executable, "-m", "incidentsite.supervisor", *arguments]
        )
