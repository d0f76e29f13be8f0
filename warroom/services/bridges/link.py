"""Any service that a link leads to: one room for all, or one for each incident."""

from urllib.parse import quote

from incidents.kernel.errors import Invalid
from incidents.kernel.options import Option
from warroom.services.bridges import PROVIDERS, Made, Provider, Settings, Wanted, https

PLACES = ("reference", "token", "title")


def _template(text: str) -> str:
    try:
        return https(text) if text.format(**dict.fromkeys(PLACES, "x")) else text
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        known = ", ".join(f"{{{name}}}" for name in PLACES)
        raise Invalid("The address has a place that is not known.", f"Known: {known}.") from error


def _make(wanted: Wanted, settings: Settings) -> Made:
    places = {
        "reference": quote(wanted.reference, safe=""),
        "token": wanted.token,
        "title": quote(wanted.title, safe=""),
    }
    return Made(settings["template"].format(**places))


PROVIDERS.add("link")(
    Provider(
        label="A link",
        help="For a standing room, or a service that makes rooms from addresses: "
        "https://video.example.org/{reference}-{token}.",
        options=(
            Option(
                "template",
                "Address",
                check=_template,
                help="May hold {reference}, {token} (unguessable, new each time) and {title}.",
            ),
        ),
        make=_make,
    )
)
