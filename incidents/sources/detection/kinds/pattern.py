"""A pattern that is found often enough in alerts, or in the lines of a log."""

from collections.abc import Callable
from typing import Any

from incidents.kernel import patterns
from incidents.kernel.durations import spoken
from incidents.kernel.errors import Invalid
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


def _checked_labels(written: str) -> str:
    for name, value in _pairs(written):
        if not name or not value:
            hint = "Write env=prod, app=shop."
            raise Invalid("Each label is a name, = and a value.", hint)
    return written


def _pairs(written: str) -> list[tuple[str, str]]:
    pairs = [part.partition("=") for part in written.split(",") if part.strip()]
    return [(name.strip(), value.strip().strip('"')) for name, _, value in pairs]


def judge(rule: DetectionRule, evidence: Evidence) -> Judgement:
    settings = settings_of(rule)
    window, least = settings["window_seconds"], settings["count"]
    count = len(matching(settings, evidence))
    line = f"at least {least} of them in {spoken(window)}"
    note = ""
    if evidence.partial and count < least:
        note = f"Only the newest {evidence.partial:,} were looked at: narrow the query down."
    return Judgement([Verdict({}, float(count), count >= least, line)], note)


def matching(settings: dict[str, Any], evidence: Evidence) -> list[Text]:
    """The texts of the window that are looked for, in the order in which they came."""
    since = evidence.at - settings["window_seconds"]
    recent = [text for text in evidence.texts if since < text.at <= evidence.at]
    if evidence.sifted:
        return recent
    fits = matcher(settings)
    return [text for text in recent if fits(text)]


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
            Option(
                "labels",
                "Labels",
                "text",
                "",
                "All of these: env=prod, app=shop. Empty: any.",
                check=_checked_labels,
            ),
            WINDOW,
            Option("count", "How many", "whole", 1, least=1, most=100_000),
        ),
    )
)
