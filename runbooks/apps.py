from django.apps import AppConfig


class RunbooksConfig(AppConfig):
    name = "runbooks"
    verbose_name = "Runbooks"

    def ready(self) -> None:
        from runbooks import subscribers  # noqa: F401  # registers what reacts to facts
        from runbooks.services import commands  # noqa: F401  # adds /run
