"""Rules in people's words."""

from dataclasses import dataclass
from datetime import datetime

from incidents.kernel.durations import spoken
from incidents.models import DetectionRule, RuleBaseline
from incidents.sources.detection import KINDS, settings_of
from incidents.sources.detection.kinds import anomaly

BANDS = 10


def condition(rule: DetectionRule) -> str:
    """“above 0.05 for 2 min”, or what the kind is called."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        return "unknown kind"
    told = kind.label
    if kind.compares:
        line = f"{rule.get_comparator_display()} {rule.threshold:g}"
        told = line if rule.kind == "threshold" else f"{kind.label.lower()} {line}"
    return f"{told}, for {spoken(rule.hold_seconds)}" if rule.hold_seconds else told


def settings_in_words(rule: DetectionRule) -> list[tuple[str, str]]:
    kind = KINDS.get(rule.kind)
    if kind is None:
        return []
    values = kind.settings(rule)
    told = []
    for option in kind.options:
        value = values[option.name]
        if option.kind == "choice":
            value = dict(option.choices).get(value, value)
        if option.name.endswith("_seconds"):
            value = spoken(value)
        if option.kind == "rules":
            rows = DetectionRule.objects.filter(pk__in=value or [])
            value = ", ".join(rows.values_list("name", flat=True))
        told.append(
            (
                option.label.removesuffix(", seconds"),
                f"{value:g}" if isinstance(value, float) else str(value),
            )
        )
    return [(label, value) for label, value in told if value]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of one series at this hour of the week."""

    series: str
    low: float
    high: float
    weeks: int


def usual_now(rule: DetectionRule, at: datetime) -> list[Usual]:
    """Of a rule that learns, the bands of the hour, at most BANDS; none where too little is known.

    One query, and only for such a rule.
    """
    if rule.kind != "anomaly":
        return []
    known = RuleBaseline.objects.filter(rule=rule).first()
    settings = settings_of(rule)
    hour = anomaly.hour_of_week(at.timestamp())
    found = []
    for name, hours in (known.learned if known else {}).items():
        usual = hours[hour]
        if usual and usual[2] >= anomaly.LEAST_WEEKS:
            band = anomaly.band(
                usual, width=settings["width"], least_percent=settings["least_percent"]
            )
            found.append(Usual(name.replace("\0", ", ") or "the whole", *band, int(usual[2])))
    return sorted(found, key=lambda usual: usual.series)[:BANDS]
