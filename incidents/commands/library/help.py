"""/help, and /help severity"""

from incidents.commands.registry import (
    REGISTRY,
    Argument,
    Asked,
    Call,
    Choice,
    Command,
    Kind,
    resolve,
)
from incidents.commands.running import offers


def _run(call: Call) -> str:
    word = call.argument.strip().lower().removeprefix("/")
    if word:
        return _about(word)
    lines = [
        _line(offer.name, offer.hint, offer.help)
        for offer in offers(call.principal, call.incident)
        if not offer.stands_for and not offer.why
    ]
    return "\n".join([*lines, "//text: say a text that starts with a slash"])


def _about(word: str) -> str:
    name, command, _ = resolve(word)
    others = ", ".join(f"/{alias}" for alias in command.aliases)
    return _line(name, command.takes, f"{command.help}.") + (f" Also: {others}." if others else "")


def _line(name: str, takes: str, does: str) -> str:
    return f"/{name} {takes}".strip() + f": {does}"


def _names(asked: Asked) -> list[Choice]:
    typed = asked.typed.lower().removeprefix("/")
    found = REGISTRY.items()
    return [Choice(name, command.help) for name, command in found if name.startswith(typed)]


REGISTRY.add("help")(
    Command(
        help="List the commands",
        action="incident.read",
        run=_run,
        preview=lambda _: "Lists the commands that you may use, for you alone.",
        arguments=(Argument("command", Kind(choices=_names), optional=True),),
        aliases={"commands": "", "?": ""},
    )
)
