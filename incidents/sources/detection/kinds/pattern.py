"""A pattern that is found often enough in alerts, or in the lines of a log."""

from collections.abc import Callable
from typing import Any

from incidents.kernel import patterns
from incidents.kernel.durations import spoken
from incidents.kernel.options import Option
from incidents.models import DetectionRule
from incidents.sources.detection import (
    KINDS,
    WINDOW,
    Evidence,
    Judgement,
    Kind,
    Text,
    Verdict,
    settings_of,
)


def matcher(settings: dict[str, Any]) -> Callable[[Text], bool]:
    """Whether a text is one of those looked for; patterns.TooSlow past the time limit."""
    found = patterns.finder(settings["pattern"])
    wanted = dict(_pairs(settings["labels"]))

    def fits(text: Text) -> bool:
        if any(text.labels.get(name) != value for name, value in wanted.items()):
            return False
        return found(text.text)

    return fits


def _pairs(written: str) -> list[tuple[str, str]]:
    pairs = [part.partition("=") for part in written.split(",") if part.strip()]
    return [(name.strip(), value.strip().strip('"')) for name, _, value in pairs]


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    settings = settings_of(rule)
    window, least = settings["window_seconds"], settings["count"]
    fits = matcher(settings)
    since = evidence.at - window
    count = sum(1 for text in evidence.texts if since < text.at <= evidence.at and fits(text))
    line = f"at least {least} of them in {spoken(window)}"
    return Judgement([Verdict({}, float(count), count >= least, line)])


KINDS.add("pattern")(
    Kind(
        label="Pattern",
        about="Opens an alert when alerts, or lines of a log, match a pattern often enough.",
        judge=judge,
        reads="texts",
        compares=False,
        options=(
            Option(
                "pattern",
                "Pattern",
                "pattern",
                help="A regular expression, for instance timeout|connection refused.",
            ),
            Option("labels", "Labels", "text", "", "All of these: env=prod, app=shop. Empty: any."),
            WINDOW,
            Option("count", "How many", "whole", 1, least=1, most=100_000),
        ),
    )
)
