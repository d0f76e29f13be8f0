"""/help"""

from warroom.services.commands import REGISTRY, Call, Command


def _run(_call: Call) -> str:
    lines = [f"/{name} {command.hint}".strip() + f": {command.help}" for name, command in _all()]
    return "\n".join([*lines, "//text: say a text that starts with a slash"])


def _all() -> list[tuple[str, Command]]:
    return list(REGISTRY.items())


REGISTRY.add("help")(Command(hint="", help="List the commands", action="incident.read", run=_run))
