from django.apps import AppConfig


class StatusPageConfig(AppConfig):
    name = "statuspage"
    verbose_name = "Status page"

    def ready(self) -> None:
        from statuspage import subscribers  # noqa: F401  # registers what reacts to facts
        from statuspage.services import commands  # noqa: F401  # adds /statuspage
