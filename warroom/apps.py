from django.apps import AppConfig


class WarRoomConfig(AppConfig):
    name = "warroom"
    verbose_name = "War room"

    def ready(self) -> None:
        from incidents.engine import module
        from incidents.events import hints
        from warroom import events, subscribers  # noqa: F401  # registers fact types and reactions
        from warroom.realtime.hints import publisher
        from warroom.services import commands, tasks  # noqa: F401  # adds the commands of the room

        hints.publish_with(publisher)
        hints.ring_with(publisher.ring)
        module.add(module.Module("tasks", 7_461_010, tasks.remind, every=5))
