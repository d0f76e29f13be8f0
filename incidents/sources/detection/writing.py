"""The verbs that change sources and rules: checked here, whoever asks."""

from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import options
from incidents.kernel.errors import Conflict, Invalid
from incidents.models import DetectionRule, RuleMode, TelemetrySource
from incidents.sources.detection import KINDS, Kind
from incidents.telemetry import CLIENTS

LEAST_INTERVAL: Final = 5
MOST_INTERVAL: Final = 86_400
LEAST_TIMEOUT: Final = 1
MOST_TIMEOUT: Final = 30


def save_source(source: TelemetrySource, changes: Mapping[str, Any]) -> TelemetrySource:
    """Change what `changes` names (`token` among it, empty for none) and save. Raises Invalid."""
    for name, value in changes.items():
        setattr(source, name, value)
    client = CLIENTS.get(source.kind)
    if client is None:
        raise Invalid(f"There is no kind of source {source.kind!r}.", field="kind")
    if not LEAST_TIMEOUT <= source.timeout_seconds <= MOST_TIMEOUT:
        told = f"A time-out is between {LEAST_TIMEOUT} and {MOST_TIMEOUT} seconds."
        raise Invalid(told, field="timeout_seconds")
    if TelemetrySource.objects.filter(name=source.name).exclude(pk=source.pk).exists():
        raise Conflict(f"There is a source called “{source.name}” already.", "Choose another name.")
    source.settings = options.checked(client.options, source.settings)
    source.save()
    return source


def save_rule(rule: DetectionRule, changes: Mapping[str, Any]) -> DetectionRule:
    """Change what `changes` names and save; it is tried at once. Raises Invalid or Conflict."""
    for name, value in changes.items():
        setattr(rule, name, value)
    check(rule)
    if DetectionRule.objects.filter(name=rule.name).exclude(pk=rule.pk).exists():
        raise Conflict(f"There is a rule called “{rule.name}” already.", "Choose another name.")
    rule.next_due_at = None
    rule.save()
    return rule


def check(rule: DetectionRule) -> None:
    """Fill the settings in; Invalid, with the field, for what cannot be judged."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        raise Invalid(
            f"There is no kind of rule {rule.kind!r}.",
            f"Kinds: {', '.join(KINDS.slugs())}.",
            field="kind",
        )
    rule.settings = options.checked(kind.options, rule.settings)
    _check_question(rule, kind)
    if not LEAST_INTERVAL <= rule.interval_seconds <= MOST_INTERVAL:
        told = f"A rule runs every {LEAST_INTERVAL} to {MOST_INTERVAL} seconds."
        raise Invalid(told, field="interval_seconds")
    if rule.mode not in RuleMode.values:
        raise Invalid("A rule is off, in shadow or live.", field="mode")
    if kind.reads == "rules":
        _check_members(rule)


def _check_question(rule: DetectionRule, kind: Kind) -> None:
    """Whom it asks, and what; a rule over alerts or over rules asks nobody."""
    if kind.reads == "rules" or (kind.reads == "texts" and rule.source is None):
        rule.source, rule.query = None, ""
        return
    if rule.source is None and rule.mode == RuleMode.OFF:
        return  # As the rules of the library come: they wait for their source.
    if rule.source is None:
        raise Invalid("The rule needs a source.", "Choose what it asks.", field="source")
    if not rule.query.strip():
        told = CLIENTS[rule.source.kind].asks
        raise Invalid("The rule needs a query.", told, field="query")
    client = CLIENTS[rule.source.kind]
    if kind.reads == "texts" and client.lines is None:
        raise Invalid(
            f"{client.label} has no lines to look at.",
            "Choose Loki, or no source for alerts.",
            field="source",
        )
    if kind.reads == "texts" and rule.settings["count"] > client.most_lines:
        told = f"{client.label} gives at most {client.most_lines:,} lines at once."
        hint = "Count them in the query, with a threshold rule."
        raise Invalid(told, hint, field="count")
    if kind.studies and client.history is None:
        raise Invalid(f"{client.label} keeps no history to learn from.", field="source")
    if rule.kind == "burn_rate" and "$window" not in rule.query:
        raise Invalid("The query needs $window where its window is.", field="query")


def _check_members(rule: DetectionRule) -> None:
    wanted = rule.settings["rules"]
    found = dict(DetectionRule.objects.filter(pk__in=wanted).values_list("pk", "kind"))
    missing = sorted(set(wanted) - found.keys())
    if missing:
        raise Invalid(f"There is no rule {missing[0]}.", field="rules")
    if rule.pk in found or "composite" in found.values():
        raise Invalid(
            "A composite rule looks at rules of other kinds.", "Name their members.", field="rules"
        )


def delete_rule(rule: DetectionRule) -> None:
    """Raises Conflict while an alert of it is open, or while another rule looks at it."""
    hindrance = why_not_delete(rule)
    if hindrance:
        raise Conflict(*hindrance)
    rule.delete()


def why_not_delete(rule: DetectionRule) -> tuple[str, str] | None:
    """Why the rule must stay, and what to do about it."""
    if rule.series.filter(firing=True).exists():
        hint = "Switch it off first: that closes its alerts."
        return f"“{rule.name}” has an alert open.", hint
    looks = DetectionRule.objects.filter(kind="composite", settings__rules__contains=[rule.pk])
    name = looks.values_list("name", flat=True).first()
    if name:
        return f"The composite rule “{name}” looks at “{rule.name}”.", "Take it out of that first."
    return None


def delete_source(source: TelemetrySource) -> None:
    if source.rules.exists():
        hint = "Delete them or point them elsewhere first."
        raise Conflict(f"Rules ask “{source.name}”.", hint)
    source.delete()
