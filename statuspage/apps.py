from django.apps import AppConfig


class StatusPageConfig(AppConfig):
    name = "statuspage"
    verbose_name = "Status page"

    def ready(self) -> None:
        from incidents.engine import module
        from statuspage import subscribers  # noqa: F401  # registers what reacts to facts
        from statuspage.services import (
            commands,  # noqa: F401  # adds /statuspage
            digests,
            punctual,
        )
        from statuspage.services.fan_out import ASIDE
        from statuspage.services.telling import TELLER, forget

        module.add(module.Module("statuspage.digests", 7_461_020, digests.work, every=60))
        module.add(module.Module("statuspage.fan_out", 7_461_021, ASIDE.work))
        module.add(module.Module("statuspage.tell", 7_461_022, TELLER.work, seconds=0.1))
        module.add(module.Module("statuspage.forget", 7_461_026, forget, every=60))
        for timed in punctual.MODULES:
            module.add(timed)
