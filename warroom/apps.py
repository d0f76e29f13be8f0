from django.apps import AppConfig


class WarRoomConfig(AppConfig):
    name = "warroom"
    verbose_name = "War room"

    def ready(self) -> None:
        from warroom import subscribers  # noqa: F401  # registers what reacts to facts
