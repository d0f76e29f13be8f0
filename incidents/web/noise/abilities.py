"""Which buttons the pages of noise reduction show."""

from dataclasses import dataclass

from incidents import access


@dataclass(frozen=True, slots=True)
class Abilities:
    silence: bool
    plan: bool
    admin: bool


def abilities(principal: access.Principal) -> Abilities:
    return Abilities(
        silence=access.may(principal, "alert.silence"),
        plan=access.may(principal, "maintenance.plan"),
        admin=access.may(principal, "config.write"),
    )
