"""Rules in people's words."""

from incidents.models import DetectionRule
from incidents.sources.detection import KINDS


def condition(rule: DetectionRule) -> str:
    """“above 0.05 for 2 min”, or what the kind is called."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        return "unknown kind"
    told = kind.label
    if kind.compares:
        line = f"{rule.get_comparator_display()} {rule.threshold:g}"
        told = line if rule.kind == "threshold" else f"{kind.label.lower()} {line}"
    return f"{told}, for {rule.hold_seconds} s" if rule.hold_seconds else told


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
        if option.kind == "rules":
            rows = DetectionRule.objects.filter(pk__in=value or [])
            value = ", ".join(rows.values_list("name", flat=True))
        told.append((option.label, f"{value:g}" if isinstance(value, float) else str(value)))
    return [(label, value) for label, value in told if value]
