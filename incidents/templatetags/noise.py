"""What keeps alerts quiet, for any page."""

from typing import Any

from django import template
from django.template.context import Context

from incidents import access
from incidents.kernel.matchers import Matcher
from incidents.web.noise import words
from incidents.web.noise.notices import notices

register = template.Library()


@register.inclusion_tag("incidents/noise/_notices.html", takes_context=True)
def noise_notices(context: Context) -> dict[str, Any]:
    """Silences that end soon, storms, and maintenance that is on."""
    return {"notices": notices(access.of_user(context["request"].user))}


@register.filter
def condition(matchers: list[Matcher]) -> str:
    """Matchers in words: service is checkout and severity is not P3."""
    return words.condition(matchers)
