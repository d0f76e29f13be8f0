from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        from incidents import subscribers  # noqa: F401  # registers what reacts to facts
        from incidents.events import (  # noqa: F401  # registers the fact types
            calling,
            clocks,
            handling,
            types,
        )
