#!/usr/bin/env python3
"""The command line of the product: `python manage.py help` lists the commands."""

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:  # the supervisor starts faster and stays small without Django
        from incidentsite.supervisor.cli import main

        sys.exit(main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incidentsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
