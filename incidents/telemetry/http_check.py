"""One look at an HTTP address: does it answer, how fast, with what, and with which certificate.

The query is the word for what to look at:

    up                 1 when the answer is as expected, else 0
    latency_seconds    from asking to the last byte; nothing when there is no answer
    status             the status of the answer; nothing when there is none
    certificate_days   days until the certificate expires, negative afterwards
"""

from datetime import UTC
from typing import Final
from urllib.parse import urlsplit

from incidents.kernel import clock, outbound, patterns
from incidents.kernel.options import Option
from incidents.kernel.outbound import OutboundError
from incidents.telemetry import CLIENTS, Client, Place, Sample

WORDS: Final = ("up", "latency_seconds", "status", "certificate_days")
_OPTIONS: Final = (
    Option("least_status", "Least status", "whole", 200, least=100, most=599),
    Option("most_status", "Highest status", "whole", 399, least=100, most=599),
    Option(
        "body_pattern", "The body holds", "pattern", "", help="A regular expression; empty: any."
    ),
)


def now(place: Place, query: str) -> list[Sample]:
    word = query.strip()
    if word not in WORDS:
        raise OutboundError(f"Ask for one of {', '.join(WORDS)}.", permanent=True)
    labels = {"instance": urlsplit(place.url).netloc.rpartition("@")[2]}
    if word == "certificate_days":
        return [Sample(labels, certificate_days(place))]
    try:
        answer = outbound.fetch(place.http, place.url)
    except OutboundError:
        # That nothing answers is what such a check is for: it is a finding, not a fault of ours.
        return [Sample(labels, 0.0)] if word == "up" else []
    if word == "up":
        return [Sample(labels, float(_as_expected(place, answer)))]
    return [Sample(labels, answer.seconds if word == "latency_seconds" else float(answer.status))]


def _as_expected(place: Place, answer: outbound.Answer) -> bool:
    settings = {option.name: option.default for option in _OPTIONS} | dict(place.settings)
    if not settings["least_status"] <= answer.status <= settings["most_status"]:
        return False
    if not settings["body_pattern"]:
        return True
    try:
        return patterns.finder(settings["body_pattern"])(answer.body.decode("utf-8", "replace"))
    except patterns.TooSlow as error:
        raise OutboundError(str(error), permanent=True) from error


def certificate_days(place: Place) -> float:
    parts = urlsplit(place.url)
    if parts.scheme != "https" or not parts.hostname:
        raise OutboundError("Only an https address has a certificate.", permanent=True)
    timeout = place.http.timeout.read or 10.0
    der = outbound.certificate(parts.hostname, parts.port or 443, timeout=timeout)
    try:
        from cryptography import x509  # noqa: PLC0415  6 MB that only this check needs

        until = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError as error:
        raise OutboundError("It shows no certificate that can be read.") from error
    return (until.astimezone(UTC) - clock.now()).total_seconds() / 86400


CLIENTS.add("http")(
    Client(
        label="HTTP check",
        asks=f"What to look at: {', '.join(WORDS)}.",
        probe="up",
        now=now,
        options=_OPTIONS,
    )
)
